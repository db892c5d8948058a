//! A writer of a log that appends until it is killed. It prints the number of the last record that
//! it finds, then the number of each that it acknowledges. Its index spills and its segments roll
//! all the time.
//!
//! `writer DIR careful` acknowledges what is synced. `writer DIR hasty` acknowledges first and
//! writes behind: the control of the tests that look for lost records.

use std::{
    io::{self, Write},
    ops::Range,
    path::Path,
};

use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};

/// Records of a group.
const GROUP: u64 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, manner] = arguments.as_slice() else { return Err("writer DIR careful|hasty".into()) };
    let options = Options { segment_bytes: 64 << 10, spill_events: 64, ..Options::default() };
    let mut log = Log::open(Path::new(dir), "writer", options)?;
    let mut next = log.reader().head().position + 1;
    say(next - 1..next)?;
    let mut behind = None;
    loop {
        let group: Vec<_> = (next..next + GROUP).map(record).collect();
        if manner == "hasty" {
            say(next..next + GROUP)?;
            behind.replace(group).map(|group| log.append(group)).transpose()?;
        } else {
            log.append(group)?;
            say(next..next + GROUP)?;
        }
        next += GROUP;
    }
}

fn say(numbers: Range<u64>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let lines: String = numbers.map(|number| format!("{number}\n")).collect();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

fn record(number: u64) -> NewRecord {
    NewRecord {
        command_id: CommandId(u128::from(number).to_be_bytes()),
        committed_at: 0,
        actor: "writer".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: format!("stream-{}", number % 50),
            expected: Expected::Version((number - 1) / 50),
            kind: "written".to_owned(),
            schema: 1,
            data: vec![0x2a; 200].into(),
        }],
    }
}
