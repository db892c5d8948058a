//! Where is a walk through a guide, what is asked next, and what was answered?

use contract::event::time;
use domain::{
    Event,
    guide::{GuideEvent, GuideOutcome, Question as Asked},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::model::change;

/// By guide id.
pub(crate) const TABLE: Table = Table::new(b'g');

/// Most answers that are shown; older ones are in the log.
const ANSWERED_MAX: usize = 100;

/// One walk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GuideRow {
    guide_id: String,
    account_id: String,
    order_id: Option<String>,
    /// Name of the biller's plan.
    guide: String,
    title: String,
    /// What is asked now; absent when the walk has ended.
    question: Option<Question>,
    /// Absent until then.
    end: Option<End>,
    /// Oldest first.
    answered: Vec<Answered>,
}

/// What an agent is asked, in the words of that day.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    step: String,
    text: String,
    /// The task code to type for it.
    task: Option<String>,
    answers: Vec<String>,
}

/// What is left to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct End {
    outcome: Outcome,
    text: String,
    /// The task code to type for it.
    task: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Comment,
    TechSupport,
    Article,
}

/// One question with its answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    step: String,
    /// As it was shown.
    question: String,
    answer: String,
    at: String,
    actor: String,
}

/// Changes the row of the walk that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Guide(event) = event else { return Ok(()) };
    let guide_id = &*recorded.event.stream;
    match event {
        GuideEvent::Started { account_id, order_id, guide, title, question } => {
            let row = GuideRow {
                guide_id: guide_id.to_owned(),
                account_id: account_id.to_string(),
                order_id: order_id.as_ref().map(ToString::to_string),
                guide: guide.to_string(),
                title: title.to_string(),
                question: Some(question.into()),
                end: None,
                answered: Vec::new(),
            };
            rows.put(TABLE, guide_id, &row)
        }
        GuideEvent::StepAnswered { step, answer, next } => {
            change(rows, TABLE, guide_id, |row: &mut GuideRow| {
                let question = row.question.take().map(|asked| asked.text).unwrap_or_default();
                row.answered.push(Answered {
                    step: step.to_string(),
                    question,
                    answer: answer.to_string(),
                    at: time(recorded.meta.committed_at),
                    actor: recorded.meta.actor.to_string(),
                });
                let dropped = row.answered.len().saturating_sub(ANSWERED_MAX);
                row.answered.drain(..dropped);
                row.question = next.as_ref().map(Question::from);
            })
        }
        GuideEvent::Ended { account_id: _, order_id: _, outcome, text, task } => {
            change(rows, TABLE, guide_id, |row: &mut GuideRow| {
                row.end = Some(End {
                    outcome: (*outcome).into(),
                    text: text.to_string(),
                    task: task.as_ref().map(ToString::to_string),
                });
            })
        }
    }
}

impl From<&Asked> for Question {
    fn from(asked: &Asked) -> Self {
        Self {
            step: asked.step.to_string(),
            text: asked.text.to_string(),
            task: asked.task.as_ref().map(ToString::to_string),
            answers: asked.answers.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<GuideOutcome> for Outcome {
    fn from(outcome: GuideOutcome) -> Self {
        match outcome {
            GuideOutcome::Comment => Self::Comment,
            GuideOutcome::TechSupport => Self::TechSupport,
            GuideOutcome::Article => Self::Article,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        testing::fixtures::{account, guide_answered, guide_ended, guide_started},
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    fn shown(facts: impl IntoIterator<Item = Fact>) -> Value {
        Story::of(Care).and(account()).then(guide_started()).and(facts).row(TABLE, "guide_1")
    }

    #[test]
    fn f29_f30_a_walk_shows_what_is_asked_and_what_was_answered() {
        let expected = json!({
            "guideId": "guide_1",
            "accountId": "account_7",
            "orderId": "order_1001",
            "guide": "after-completion",
            "title": "After the completion",
            "question": {
                "step": "replug",
                "text": "Unplug it and plug it in again.",
                "task": null,
                "answers": ["done"],
            },
            "end": null,
            "answered": [{
                "step": "reset",
                "question": "Has the modem reset?",
                "answer": "no",
                "at": "2026-03-16T12:00:04Z",
                "actor": "jane; roles=agent",
            }],
        });
        assert_eq!(shown([guide_answered("no")]), expected);
        assert_eq!(shown([])["question"]["answers"], json!(["yes", "no"]));
    }

    #[test]
    fn f35_a_walk_that_ended_says_what_is_left_to_do() {
        let row = shown([guide_answered("no")].into_iter().chain(guide_ended()));
        assert_eq!(row["question"], Value::Null);
        let end = json!({ "outcome": "techSupport", "text": "Transfer the call.", "task": null });
        assert_eq!(row["end"], end);
        let answers: Vec<_> =
            row["answered"].as_array().unwrap().iter().map(|it| it["answer"].clone()).collect();
        assert_eq!(answers, ["no", "done"]);
    }
}
