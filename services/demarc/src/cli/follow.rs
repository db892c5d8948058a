//! Following the log as it grows.
//!
//! What must stay true: every event is shown once and in order, also across a server's restart:
//! a new connection resumes after the last event that was shown.

use std::{io::Write, time::Duration};

use futures::StreamExt;
use serde_json::Value;

use super::{Context, events};
use crate::{
    client::{ClientError, pages::Filter, sse},
    output::{DIM, paint},
};

/// The longest pause before the next attempt to connect.
const PAUSE_MAX: Duration = Duration::from_secs(5);
const PAUSE_MIN: Duration = Duration::from_millis(250);

/// Shows events from `from` on until `limit` of them were shown.
pub(crate) async fn follow(
    context: &Context,
    mut query: Filter,
    from: u64,
    limit: u64,
) -> anyhow::Result<()> {
    query.push(("from", from.to_string()));
    let mut following = Following { context, query, last: None, left: limit };
    let mut pause = PAUSE_MIN;
    let mut connected_before = false;
    while following.left > 0 {
        let error = match following.connection().await {
            Ok(0) => "the server closed the connection".to_owned(),
            Ok(_) => {
                pause = PAUSE_MIN;
                "the connection was lost".to_owned()
            }
            Err(End::Output(error)) => return Err(error.into()),
            Err(End::Connection(error)) if is_lasting(&error) || !connected_before => {
                return Err((*error).into());
            }
            Err(End::Connection(error)) => error.to_string(),
        };
        connected_before = true;
        if following.left > 0 {
            say_paused(&error, pause)?;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
    Ok(())
}

struct Following<'a> {
    context: &'a Context,
    query: Filter,
    last: Option<String>,
    left: u64,
}

enum End {
    Connection(Box<ClientError>),
    Output(std::io::Error),
}

impl Following<'_> {
    /// Shows what one connection brings; gives how many events that was.
    async fn connection(&mut self) -> Result<u64, End> {
        let opened = self.context.client.stream(&self.query, self.last.as_deref());
        let mut body =
            opened.await.map_err(|error| End::Connection(Box::new(error)))?.bytes_stream();
        let mut parser = sse::Parser::default();
        let mut shown = 0;
        // An error in the middle is the same as an end: the next connection resumes.
        while self.left > 0
            && let Some(Ok(bytes)) = body.next().await
        {
            let left = usize::try_from(self.left).unwrap_or(usize::MAX);
            for message in parser.push(&bytes).into_iter().take(left) {
                self.show(&message)?;
                shown += 1;
            }
        }
        Ok(shown)
    }

    fn show(&mut self, message: &sse::Message) -> Result<(), End> {
        let event: Value = serde_json::from_str(&message.data).map_err(|source| {
            let url = "the stream of events".to_owned();
            End::Connection(Box::new(ClientError::Unreadable { url, source: source.into() }))
        })?;
        events::show(self.context.output, &event).map_err(End::Output)?;
        if message.id.is_some() {
            self.last.clone_from(&message.id);
        }
        self.left -= 1;
        Ok(())
    }
}

/// Whether another attempt would end in the same way.
fn is_lasting(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } => false,
        ClientError::Refused(problem) => problem.exit_code() != 5,
        ClientError::NotSent { .. } | ClientError::Unreadable { .. } | ClientError::Url { .. } => {
            true
        }
    }
}

fn say_paused(error: &str, pause: Duration) -> std::io::Result<()> {
    let text = paint(DIM, format!("{error}; trying again in {pause:?}"));
    writeln!(anstream::stderr().lock(), "{text}")
}
