//! Appends a few events to a log in a temporary directory and reads them back in every way.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Refused};

fn rename(n: u8, expected: Expected, name: &'static str) -> NewRecord {
    NewRecord {
        command_id: CommandId([n; 16]),
        committed_at: 1_700_000_000_000_000 + i64::from(n),
        actor: "agent/alice".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: "account-1".to_owned(),
            expected,
            kind: "account.renamed".to_owned(),
            schema: 1,
            data: name.into(),
        }],
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let mut log = Log::open(dir.path(), "acme", Options::default())?;

    // One group, one sync. The second record sees what the first one leaves.
    let appended = log.append(vec![
        rename(1, Expected::Version(0), "Ada"),
        rename(2, Expected::Version(1), "Ada Lovelace"),
        rename(3, Expected::Version(1), "too late"),
        rename(1, Expected::Version(0), "sent twice"),
    ])?;
    for outcome in &appended.outcomes {
        match outcome {
            Ok(outcome) if outcome.duplicate => println!("seen before at {outcome:?}"),
            Ok(outcome) => println!("written at {outcome:?}"),
            Err(refused @ Refused::WrongVersion { .. }) => println!("refused: {refused}"),
            Err(refused) => return Err(refused.clone().into()),
        }
    }

    let reader = log.reader();
    println!("head: {:?}", reader.head());
    for event in reader.read_stream("account-1", 1, 100)? {
        println!("version {}: {:?}", event.event.version, event.event.data);
    }
    println!("command 2: {:?}", reader.find_command(CommandId([2; 16]))?.map(|it| it.meta));
    println!("position then: {}", reader.position_at(1_700_000_000_000_001)?);
    Ok(())
}
