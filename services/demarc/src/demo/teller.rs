//! Tells a story: does its steps one after another, prints them, and keeps count of what did not
//! come true. A story stops where it goes wrong, since the rest of it rests on that.

use std::time::{Duration, Instant};

use anstyle::AnsiColor;
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

use super::{
    check::{self, Check},
    step::{Happening, Outcome, SAM, Send, Step, Story, View},
};
use crate::{
    cli::status,
    client::{Answer, Client, ClientError, Recorded, pages::Filter, part, short_kind},
    output::{BAD, DIM, GOOD, Output, STRONG, paint, words},
};

/// How long the services may take to bring something about: the network's second attempt comes
/// after a pause of seconds.
const TIME_LIMIT: Duration = Duration::from_secs(30);
const POLL_EVERY: Duration = Duration::from_millis(50);

/// Tells stories to one Demarc.
pub(crate) struct Teller {
    client: Client,
    output: Output,
    story: &'static str,
    sent: u32,
    /// Position of the event that opened the last day.
    today: u64,
    passed: u32,
    failed: u32,
}

/// What was expected and what was seen instead.
pub(crate) struct Broken {
    pub(crate) expected: String,
    pub(crate) seen: String,
}

/// How a step went: what to print, or why the story stops.
pub(crate) type Went = Result<String, Broken>;

impl Teller {
    pub(crate) fn new(client: Client, output: Output) -> Self {
        Self { client, output, story: "", sent: 0, today: 0, passed: 0, failed: 0 }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failed
    }

    /// Tells one story to its end, or to where it goes wrong.
    pub(crate) async fn tell(&mut self, story: Story) -> anyhow::Result<()> {
        self.begin(story.number, story.title)?;
        for step in story.steps {
            let went = match step {
                Step::Say(text) => {
                    self.say(text)?;
                    continue;
                }
                Step::Days(from, to) => self.days(from, to).await?,
                Step::Send(send) => self.send(&send).await,
                Step::Happens(happening) => self.happens(&happening).await,
                Step::Shows(view) => self.shows(&view).await,
            };
            if !self.report(went)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Prints the title.
    pub(crate) fn begin(&mut self, number: &'static str, title: &str) -> anyhow::Result<()> {
        self.story = number;
        if self.output.is_json() {
            return Ok(());
        }
        let number = paint(AnsiColor::Cyan.on_default().bold(), number);
        Ok(self.output.line(format!("\n{number}  {}", paint(STRONG, title)))?)
    }

    fn say(&self, text: &str) -> anyhow::Result<()> {
        if self.output.is_json() {
            return Ok(());
        }
        Ok(self.output.line(paint(DIM, format!("  {text}")))?)
    }

    /// Prints how a step went; gives whether the story can go on.
    pub(crate) fn report(&mut self, went: Went) -> anyhow::Result<bool> {
        let ok = went.is_ok();
        let count = if ok { &mut self.passed } else { &mut self.failed };
        *count += 1;
        if self.output.is_json() {
            let document = match went {
                Ok(step) => json!({
                    "story": self.story, "ok": true,
                    "step": anstream::adapter::strip_str(&step).to_string(),
                }),
                Err(Broken { expected, seen }) => json!({
                    "story": self.story, "ok": false, "expected": expected, "seen": seen,
                }),
            };
            self.output.document(&document)?;
            return Ok(ok);
        }
        match went {
            Ok(step) => self.output.line(format!("  {step}"))?,
            Err(Broken { expected, seen }) => {
                self.output.line(format!("  {} expected {expected}", paint(BAD, "✗")))?;
                self.output.line(format!("    {} {seen}", paint(BAD, "seen")))?;
            }
        }
        Ok(ok)
    }

    /// Prints how all of it went.
    pub(crate) fn sum_up(&self) -> anyhow::Result<()> {
        let Self { passed, failed, .. } = self;
        if self.output.is_json() {
            return Ok(self.output.document(&json!({"passed": passed, "failed": failed}))?);
        }
        let verdict = match failed {
            0 => paint(GOOD, format!("{passed} steps, all as they should be")),
            _ => paint(BAD, format!("{failed} of {} steps went wrong", passed + failed)),
        };
        Ok(self.output.line(format!("\n{verdict}"))?)
    }

    async fn days(&mut self, from: &str, to: &str) -> anyhow::Result<Went> {
        let (from, to): (Date, Date) = (from.parse()?, to.parse()?);
        let mut first = None;
        for day in from.series(1.day()).take_while(|day| *day <= to) {
            let body = json!({"date": day.to_string()});
            let answer = match self.submit(SAM, "OpenDay", &body).await {
                Ok(answer) => answer,
                Err(error) => return Ok(Err(broken(format!("{day} to open"), &error))),
            };
            let opened = answer.events.first().and_then(|event| words::whole(&event.position));
            self.today = opened.and_then(|at| u64::try_from(at).ok()).unwrap_or(self.today);
            first = first.or(Some(self.today));
            if let Err(error) = self.end_of_runs().await {
                return Ok(Err(broken(format!("the runs of {day} to end"), &error)));
            }
        }
        let last = to.strftime("%A %Y-%m-%d");
        let span = if from == to { last.to_string() } else { format!("{from} … {last}") };
        let sun = paint(AnsiColor::Yellow.on_default(), "☀");
        let off = match self.days_off(first.unwrap_or(self.today)).await {
            Ok(off) => off,
            Err(error) => return Ok(Err(broken("the days in the log".into(), &error))),
        };
        Ok(Ok(format!("{sun} {span}{}", paint(DIM, off))))
    }

    /// Waits until billing has done what the day asks for: a day is longer than its runs.
    async fn end_of_runs(&self) -> Result<(), ClientError> {
        let give_up = Instant::now() + TIME_LIMIT;
        while Instant::now() < give_up {
            let status = self.client.get(&["status"], &[]).await?;
            let services = status::services(&status)?;
            let billing = services.iter().find(|service| service.service == "billing");
            let is_done = |it: &status::ServiceStatus| {
                it.checkpoint >= Some(self.today)
                    && it.lag == Some(0)
                    && it.pending_intents == Some(0)
            };
            if billing.is_some_and(is_done) {
                return Ok(());
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
        Ok(())
    }

    /// Which of the days since a position are no business days.
    async fn days_off(&self, from: u64) -> Result<String, ClientError> {
        let filter = vec![("stream", "calendar_days".to_owned())];
        let days = self.client.events(&filter, from).await?;
        let off: Vec<_> = days
            .iter()
            // Protobuf's JSON leaves out what is false.
            .filter(|day| !Check::Field("businessDay", "yes").holds(day))
            .map(|day| words::value(&day["calendar"]["dayOpened"]["date"]))
            .collect();
        Ok(if off.is_empty() {
            String::new()
        } else {
            format!("  no business on {}", off.join(", "))
        })
    }

    async fn send(&mut self, send: &Send) -> Went {
        let sent = self.submit(send.actor, send.command, &send.body).await;
        let by = paint(DIM, format!("by {}", name_of(send.actor)));
        let what = format!("{} {}", send.command, send.about);
        let what = what.trim_end();
        match (sent, send.outcome) {
            (Ok(answer), Outcome::Accepted) => Ok(format!("▸ {what}  {}  {by}", facts(&answer))),
            (Err(ClientError::Refused(problem)), Outcome::Refused { code, rule })
                if problem.code() == code =>
            {
                let refused = paint(AnsiColor::Yellow.on_default(), format!("refused {code}"));
                let why = paint(DIM, format!("{} ({rule})", problem.detail()));
                Ok(format!("▸ {what}  {refused}  {by}\n      {why}"))
            }
            (Ok(answer), Outcome::Refused { code, .. }) => Err(Broken {
                expected: format!("{what} to be refused: {code}"),
                seen: answer.outcome.to_lowercase(),
            }),
            (Err(error), outcome) => Err(broken(
                match outcome {
                    Outcome::Accepted => format!("{what} to be accepted"),
                    Outcome::Refused { code, .. } => format!("{what} to be refused: {code}"),
                },
                &error,
            )),
        }
    }

    async fn submit(
        &mut self,
        actor: &str,
        command: &str,
        body: &Value,
    ) -> Result<Answer, ClientError> {
        self.sent += 1;
        let key = format!("demo-{}", self.sent);
        let client = self.client.acting_as(actor);
        part(&client.send(command, body.to_string(), Some(&key)).await?)
    }

    async fn happens(&self, happening: &Happening) -> Went {
        let Happening { kind, stream, checks } = happening;
        let mut filter: Filter = vec![("type", (*kind).to_owned())];
        filter.extend(stream.map(|stream| ("stream", stream.to_owned())));
        let expected = format!("{kind} {}", check::in_words(checks));
        let found = until(&expected, async || {
            let events = self.client.events(&filter, self.today).await?;
            let found = events.iter().find(|event| checks.iter().all(|check| check.holds(event)));
            Ok(found.cloned().ok_or_else(|| seen_events(&events)))
        });
        let event = found.await?;
        let text = |name: &str| event.get(name).map(words::value).unwrap_or_default();
        let bolt = paint(AnsiColor::Magenta.on_default(), "⚡");
        let told = check::in_words(checks);
        let what = paint(STRONG, short_kind(&text("type")));
        let about = paint(
            DIM,
            format!("#{} {} by {}", text("position"), text("stream"), name_of(&text("actor"))),
        );
        Ok(format!("{bolt} {what} {told}  {about}"))
    }

    async fn shows(&self, view: &View) -> Went {
        let View { service, view, key, checks } = view;
        self.row((service, view, key), checks, None).await
    }

    /// Waits until a row holds what it should, now or as of a position.
    pub(crate) async fn row(
        &self,
        (service, view, key): (&str, &str, &str),
        checks: &[Check],
        as_of: Option<u64>,
    ) -> Went {
        let when = as_of.map(|at| format!(" as of #{at}")).unwrap_or_default();
        let what = format!("{service} {view} {key}{when}");
        let expected = format!("{what} to show {}", check::in_words(checks));
        let query: Vec<_> = as_of.map(|at| ("asOf", at.to_string())).into_iter().collect();
        until(&expected, async || {
            let answer = match self.client.get(&[service, view, key], &query).await {
                Ok(answer) => answer,
                // The row is not there yet.
                Err(ClientError::Refused(problem)) => return Ok(Err(problem.to_string())),
                Err(error) => return Err(error),
            };
            let row = answer.get("value").unwrap_or(&answer);
            let holds = checks.iter().all(|check| check.holds(row));
            Ok(if holds { Ok(()) } else { Err(row.to_string()) })
        })
        .await?;
        Ok(format!("{} {what}: {}", paint(GOOD, "✓"), check::in_words(checks)))
    }
}

/// Looks again and again until something is so, or the time is up; then what was seen last.
pub(crate) async fn until<T>(
    expected: &str,
    look: impl AsyncFn() -> Result<Result<T, String>, ClientError>,
) -> Result<T, Broken> {
    let began = Instant::now();
    loop {
        let seen = match look().await {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(seen)) => seen,
            Err(error) => return Err(broken(expected.to_owned(), &error)),
        };
        if began.elapsed() > TIME_LIMIT {
            return Err(Broken { expected: format!("{expected} within {TIME_LIMIT:?}"), seen });
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

pub(crate) fn broken(expected: String, error: &ClientError) -> Broken {
    Broken { expected, seen: error.to_string() }
}

/// `jane` of `jane; roles=agent`.
fn name_of(actor: &str) -> &str {
    actor.split(';').next().unwrap_or_default()
}

/// The events that a command led to.
fn facts(answer: &Answer) -> String {
    let text =
        |event: &Recorded| format!("#{} {}", words::value(&event.position), event.short_kind());
    paint(GOOD, answer.events.iter().map(text).collect::<Vec<_>>().join(", "))
}

fn seen_events(events: &[Value]) -> String {
    match events {
        [] => "no such event".into(),
        events => events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n         "),
    }
}
