//! `demarc guide`: an agent is walked through a guide of the biller, question by question.
//!
//! What must stay true: every answer is a command, and what is asked next is read from the log, so
//! a walk that was left can be gone on with, here or anywhere else.

use std::io::{self, BufRead, Write as _};

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use crate::{
    client::{ClientError, part},
    exit::Misused,
    output::{DIM, GOOD, Output, STRONG, WARN, paint},
};

const EXAMPLES: &str = "\
Examples:
  demarc guide after-completion --order order_1002 --account account_1002
  demarc guide --id guide_0197                    go on with a walk that was left
  printf 'yes\\nyes\\n' | demarc guide after-completion --order order_1 --account account_1
  demarc show care guide guide_0197               what was asked and answered

An answer can be shortened as long as one answer begins with it. The end of the input leaves the
walk where it is.";

/// Options of `demarc guide`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Guide {
    /// Name of the biller's guide, for example after-completion
    #[arg(required_unless_present = "id", requires = "account")]
    guide: Option<String>,
    /// Whose customer is helped
    #[arg(long, value_name = "ACCOUNT", requires = "guide")]
    account: Option<String>,
    /// The order that the guide follows
    #[arg(long, value_name = "ORDER", requires = "guide")]
    order: Option<String>,
    /// Id of the walk (default: a new one)
    #[arg(long, value_name = "GUIDE_ID")]
    id: Option<String>,
}

/// Where a walk is, as its facts say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Asked(Question),
    Ended(End),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Question {
    step: String,
    text: String,
    task: String,
    answers: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct End {
    outcome: String,
    text: String,
    task: String,
}

impl Guide {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let id = self.id.clone().unwrap_or_else(|| format!("guide_{}", service::clock::new_id()));
        if let Some(guide) = &self.guide {
            let wish = json!({
                "guideId": id, "guide": guide, "accountId": self.account,
                "orderId": self.order.clone().unwrap_or_default(),
            });
            context.client.send("StartGuide", wish.to_string(), None).await?;
        }
        walk(context, &id, &mut io::stdin().lock()).await
    }
}

/// Asks until the walk ends, or nobody answers any more.
async fn walk(context: &Context, id: &str, input: &mut impl BufRead) -> anyhow::Result<()> {
    let output = context.output;
    loop {
        let question = match place(context, id).await? {
            Place::Asked(question) => question,
            Place::Ended(end) => return show_end(output, id, &end),
        };
        show_question(output, &question)?;
        let Some(answer) = read_answer(output, &question, input)? else {
            output.line(paint(DIM, format!("\nto go on: demarc guide --id {id}")))?;
            return Ok(());
        };
        let wish = json!({ "guideId": id, "step": question.step, "answer": answer });
        context.client.send("AnswerGuideStep", wish.to_string(), None).await?;
    }
}

/// Where the walk is, read from the log: it knows every answer that was acknowledged.
async fn place(context: &Context, id: &str) -> anyhow::Result<Place> {
    let filter = vec![("stream", id.to_owned())];
    let events = context.client.events(&filter, 1).await?;
    let mut place = None;
    for event in &events {
        if let Some(now) = after(event)? {
            place = Some(now);
        }
    }
    Ok(place.ok_or_else(|| Misused(format!("there is no walk {id}")))?)
}

/// Where a walk is after a fact; nothing when the fact before it says so.
fn after(event: &Value) -> Result<Option<Place>, ClientError> {
    let guide = &event["guide"];
    let question = guide.pointer("/started/question").or(guide.pointer("/stepAnswered/next"));
    if let Some(question) = question {
        return Ok(Some(Place::Asked(part(question)?)));
    }
    guide.get("ended").map(|end| Ok(Place::Ended(part(end)?))).transpose()
}

fn show_question(output: Output, question: &Question) -> io::Result<()> {
    if output.is_json() {
        return output.document(&json!({
            "step": question.step, "text": question.text, "task": question.task,
            "answers": question.answers,
        }));
    }
    output.line(format!("\n{}", paint(STRONG, &question.text)))?;
    show_task(output, &question.task)
}

fn show_task(output: Output, task: &str) -> io::Result<()> {
    if task.is_empty() {
        return Ok(());
    }
    output.line(paint(DIM, format!("task {task}: demarc task {task}")))
}

fn show_end(output: Output, id: &str, end: &End) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(output.document(&json!({
            "guideId": id, "outcome": end.outcome, "text": end.text, "task": end.task,
        }))?);
    }
    let style = if end.outcome == "GUIDE_OUTCOME_COMMENT" { GOOD } else { WARN };
    output.line(format!("\n{}", paint(style, &end.text)))?;
    show_task(output, &end.task)?;
    Ok(output.line(paint(DIM, format!("demarc show care guide {id} shows the walk")))?)
}

/// Asks until one of the answers is given; nothing at the end of the input.
fn read_answer(
    output: Output,
    question: &Question,
    input: &mut impl BufRead,
) -> anyhow::Result<Option<String>> {
    let choices = question.answers.join(" / ");
    loop {
        if !output.is_json() {
            let mut stdout = anstream::stdout().lock();
            write!(stdout, "{choices}: ")?;
            stdout.flush()?;
        }
        let mut line = String::new();
        let read = input.read_line(&mut line).context("the answer could not be read")?;
        if read == 0 {
            return Ok(None);
        }
        match chosen(line.trim(), &question.answers) {
            Some(answer) => return Ok(Some(answer.to_owned())),
            None if output.is_json() => {
                return Err(Misused(format!("the answer must be one of {choices}")).into());
            }
            None => output.line(paint(WARN, format!("one of {choices}")))?,
        }
    }
}

/// The answer that was typed, or the only one that begins with it.
fn chosen<'a>(typed: &str, answers: &'a [String]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    if typed.is_empty() {
        return None;
    }
    let exact = answers.iter().find(|answer| answer.to_lowercase() == typed);
    let mut begun = answers.iter().filter(|answer| answer.to_lowercase().starts_with(&typed));
    let only = begun.next().filter(|_| begun.next().is_none());
    exact.or(only).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Place, Question, after, chosen, read_answer};
    use crate::output::Output;

    fn answers(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_answer_can_be_shortened() {
        let given = answers(&["yes", "no", "none"]);
        assert_eq!(chosen("Y", &given), Some("yes"));
        assert_eq!(chosen("no", &given), Some("no"));
        assert_eq!(chosen("n", &given), None);
        assert_eq!(chosen("", &given), None);
        assert_eq!(chosen("maybe", &given), None);
    }

    #[test]
    fn what_is_asked_now_follows_from_the_facts() {
        let started = json!({"guide": {"started": {"question": {"step": "reset",
            "text": "Reset?", "answers": ["yes", "no"]}}}});
        let Some(Place::Asked(question)) = after(&started).unwrap() else { panic!("it asks") };
        assert_eq!((question.step.as_str(), question.task.as_str()), ("reset", ""));
        let last = json!({"guide": {"stepAnswered": {"step": "reset", "answer": "yes"}}});
        assert_eq!(after(&last).unwrap(), None);
        let ended = json!({"guide": {"ended": {"outcome": "GUIDE_OUTCOME_COMMENT",
            "text": "Comment.", "task": "CC"}}});
        let Some(Place::Ended(end)) = after(&ended).unwrap() else { panic!("it has ended") };
        assert_eq!(end.task, "CC");
    }

    #[test]
    fn a_script_that_answers_nonsense_is_misuse_and_no_answer_ends_the_walk() {
        let question = Question { answers: answers(&["yes"]), ..Question::default() };
        let read = |input: &str| read_answer(Output::new(true), &question, &mut input.as_bytes());
        assert_eq!(read("y\n").unwrap().as_deref(), Some("yes"));
        assert_eq!(read("").unwrap(), None);
        assert!(read("perhaps\n").is_err());
    }
}
