//! Follows a log from a checkpoint while another thread writes: how a projection consumes it.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::mpsc::channel;
use std::thread;

use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Reader};

const COUNT: u64 = 1000;

fn counted(n: u64) -> NewRecord {
    NewRecord {
        command_id: CommandId(u128::from(n).to_be_bytes()),
        committed_at: 0,
        actor: "counter".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: "counter".to_owned(),
            expected: Expected::Version(n - 1),
            kind: "counted".to_owned(),
            schema: 1,
            data: n.to_string().into(),
        }],
    }
}

/// Reads what is there after `checkpoint`; gives the checkpoint after it.
fn catch_up(reader: &Reader, checkpoint: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let mut checkpoint = checkpoint;
    for block in reader.read_blocks(checkpoint + 1, 1 << 20)? {
        for event in block.events() {
            let event = event?;
            // A block may begin before the checkpoint; nothing is ever missing after it.
            if event.position > checkpoint {
                assert_eq!(event.position, checkpoint + 1);
                checkpoint = event.position;
            }
        }
    }
    Ok(checkpoint)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let mut log = Log::open(dir.path(), "acme", Options::default())?;
    let reader = log.reader();
    let (wake, woken) = channel();
    let writer = thread::spawn(move || {
        for n in 1..=COUNT {
            log.append(vec![counted(n)])?;
            // Only a hint that there is more: the log itself says what.
            wake.send(()).unwrap_or_default();
        }
        Ok::<(), event_store::AppendError>(())
    });
    let mut checkpoint = 0;
    while woken.recv().is_ok() {
        checkpoint = catch_up(&reader, checkpoint)?;
    }
    writer.join().map_err(|_| "the writer panicked")??;
    println!("followed {checkpoint} events, chain {}", reader.head().chain);
    Ok(())
}
