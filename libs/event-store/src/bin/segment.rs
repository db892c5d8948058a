//! Looks into the segments of a log: prints them, checks them, and soaks a disk.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use event_store::{
    Block, CommandId, Expected, Log, NewEvent, NewRecord, Options, Recorded, SegmentBlock,
    SegmentFile, verify,
};

const HELP: &str = "\
Looks into the segments of a commit log.

usage:
  segment print FILE [--json]   print a segment: its header, then one line per event
  segment check FILE            check the checksums, positions and hashes of one segment
  segment check DIR             check a whole log: DIR holds the folder `journal`
  segment soak DIR              append until killed, printing each acknowledged position:
                                pull the plug, then `segment check DIR` must not end before it

Reading needs no lock: the log may be open elsewhere. Event data is printed as hex.
Exit code: 0 whole, 1 damaged or unreadable, 2 wrong usage.
";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let out = &mut BufWriter::new(io::stdout().lock());
    let done = match args[..] {
        ["print", file] => print(Path::new(file), false, out),
        ["print", file, "--json"] | ["print", "--json", file] => print(Path::new(file), true, out),
        ["check", path] => check(Path::new(path), out),
        ["soak", dir] => soak(Path::new(dir), out),
        ["--help" | "-h" | "help"] => out.write_all(HELP.as_bytes()).map_err(Failure::from),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, ": {error}").expect("a string takes any text");
        cause = error.source();
    }
    text
}

/// Gives every block of a segment, with its offset, until the end; says what else is there.
fn blocks(
    segment: &SegmentFile,
    mut each: impl FnMut(u64, &Block) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut offset = segment.first_offset();
    loop {
        match segment.block_at(offset)? {
            SegmentBlock::Whole(block) => {
                each(offset, &block)?;
                offset += block.bytes().len() as u64;
            }
            SegmentBlock::End => return Ok(()),
            SegmentBlock::Broken(error) => {
                return Err(format!("offset {offset} holds no whole block: {error}").into());
            }
        }
    }
}

fn print(path: &Path, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let segment = SegmentFile::open(path)?;
    let header = segment.header();
    if !json {
        writeln!(out, "log {}, base {}, chain {}", header.name, header.base, header.chain)?;
    }
    blocks(&segment, |offset, block| {
        if !json {
            let (count, chain) = (block.record_count(), block.chain());
            writeln!(out, "block at {offset}: {count} records, chain {chain}")?;
        }
        for event in block.events() {
            let event = event?;
            writeln!(out, "{}", if json { json_line(&event) } else { text_line(&event) })?;
        }
        Ok(())
    })
}

fn text_line(recorded: &Recorded) -> String {
    let Recorded { position, meta, event } = recorded;
    format!(
        "{position} {}#{} {} v{} command {} at {} by {}: {}",
        event.stream,
        event.version,
        event.kind,
        event.schema,
        meta.command_id,
        meta.committed_at,
        meta.actor,
        hex::encode(&event.data)
    )
}

fn json_line(recorded: &Recorded) -> String {
    let Recorded { position, meta, event } = recorded;
    let id = |id: Option<CommandId>| id.map_or("null".to_owned(), |id| format!("\"{id}\""));
    format!(
        "{{\"position\":{position},\"stream\":{},\"version\":{},\"kind\":{},\"schema\":{},\
         \"command_id\":\"{}\",\"committed_at\":{},\"actor\":{},\"causation\":{},\
         \"correlation\":{},\"traceparent\":{},\"data\":\"{}\"}}",
        quoted(&event.stream),
        event.version,
        quoted(&event.kind),
        event.schema,
        meta.command_id,
        meta.committed_at,
        quoted(&meta.actor),
        id(meta.causation),
        id(meta.correlation),
        meta.traceparent.as_deref().map_or("null".to_owned(), quoted),
        hex::encode(&event.data)
    )
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\0'..' ' => {
                write!(quoted, "\\u{:04x}", u32::from(letter)).expect("a string takes any text");
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn check(path: &Path, out: &mut impl Write) -> Result<(), Failure> {
    if path.is_dir() {
        return check_log(path, out);
    }
    let segment = SegmentFile::open(path)?;
    let (mut chain, mut due) = (segment.header().chain, segment.header().first_position);
    blocks(&segment, |offset, block| {
        if block.first_position() != due {
            let found = block.first_position();
            return Err(format!("offset {offset} holds position {found}, not {due}").into());
        }
        chain = block.chain_from(chain);
        if chain != block.chain() {
            return Err(format!("the hash chain is broken at offset {offset}, {due}").into());
        }
        due = block.last_position() + 1;
        Ok(())
    })?;
    writeln!(out, "whole: log {}, up to position {}", segment.header().name, due - 1)?;
    Ok(())
}

fn check_log(dir: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let watched = io::stderr().is_terminal();
    let report = verify(dir, |progress| {
        if watched {
            let end = if progress.segments == progress.segments_total { '\n' } else { '\r' };
            eprint!("{} of {} segments{end}", progress.segments, progress.segments_total);
        }
    })?;
    writeln!(
        out,
        "whole: log {}, {} events, {} records, {} streams, {} segments, chain {}{}",
        report.name,
        report.head.position,
        report.records,
        report.streams,
        report.segments,
        report.head.chain,
        if report.torn { ", a torn or unfinished block at the end" } else { "" }
    )?;
    Ok(())
}

/// Small limits, so that rolling and spilling happen all the time.
fn soak_options() -> Options {
    Options { segment_bytes: 64 << 10, spill_events: 100, ..Options::default() }
}

fn soak(dir: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let mut log = Log::open(dir, "soak", soak_options())?;
    loop {
        let next = log.reader().head().position + 1;
        let record = NewRecord {
            command_id: CommandId(u128::from(next).to_be_bytes()),
            committed_at: i64::try_from(next)?,
            actor: "soak".to_owned(),
            causation: None,
            correlation: None,
            traceparent: None,
            events: vec![NewEvent {
                stream: format!("soak-{}", next % 50),
                expected: Expected::Version((next - 1) / 50),
                kind: "soaked".to_owned(),
                schema: 1,
                data: vec![0x2a; usize::try_from(next % 500)?].into(),
            }],
        };
        let appended = log.append(vec![record])?;
        let outcome = appended.outcomes.into_iter().next().ok_or("no outcome")??;
        writeln!(out, "{}", outcome.last_position)?;
        out.flush()?;
    }
}
