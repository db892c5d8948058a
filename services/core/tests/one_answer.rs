//! A command id has one answer for ever, whoever asks again and whenever.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::{path::Path, sync::Arc};

use bus::Bus;
use contract::{AsItIs, command};
use core_service::{Answer, Calendar, Committed, Decision, Running, Submission, Writer};
use domain::{Decide, Desk, Fact, Id, Rejection, actor::Actor, subscription::SubscriptionEvent};
use event_store::{CommandId, Log, Options};
use jiff::civil::date;
use service::Context;
use tokio_util::sync::CancellationToken;

const BILLER: &str = "northeast";

async fn core(data: &Path) -> Running {
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let context = Context { bus: Bus::in_process(), data: data.to_owned() };
    let stop = CancellationToken::new();
    core_service::start(&context, &[biller], Calendar::Manual, stop).await.unwrap()
}

fn submission(id: u8, name: &str, json: &str) -> Submission {
    let command = command::named(name).unwrap();
    rule(id, command.name, command.from_json(json.as_bytes(), &AsItIs).unwrap())
}

fn rule(id: u8, name: &'static str, command: Box<dyn Decide>) -> Submission {
    Submission {
        name,
        command,
        actor: Actor::parse("jane; roles=agent").unwrap(),
        id: CommandId([id; 16]),
        causation: None,
        correlation: None,
        traceparent: None,
    }
}

fn open(id: u8, account: &str) -> Submission {
    let json =
        format!(r#"{{"accountId":"{account}","holderName":"Ada","email":"ada@example.net"}}"#);
    submission(id, "OpenAccount", &json)
}

fn register(id: u8, site: &str) -> Submission {
    let json = format!(
        r#"{{"siteId":"{site}","accountId":"account_1","addressId":"A","address":"1 Mill","market":"m"}}"#
    );
    submission(id, "RegisterSite", &json)
}

async fn ask(running: &Running, submission: Submission) -> (Decision, bool) {
    let answer = running.core.submit(BILLER, submission).await.unwrap();
    let Answer::Decided { decision, duplicate } = answer else { panic!("{answer:?}") };
    (decision, duplicate)
}

fn opened(decision: &Decision) -> &Committed {
    let Decision::Accepted(events) = decision else { panic!("not accepted: {decision:?}") };
    &events[0]
}

#[tokio::test]
async fn an_accepted_command_gets_its_first_answer_again_even_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let running = core(dir.path()).await;
    let (first, duplicate) = ask(&running, open(1, "account_1")).await;
    assert!(!duplicate);
    assert_eq!((opened(&first).position, opened(&first).stream.as_str()), (1, "account_1"));
    assert_eq!(ask(&running, open(1, "account_2")).await, (first.clone(), true));
    running.shutdown().await;

    let running = core(dir.path()).await;
    assert_eq!(ask(&running, open(1, "account_3")).await, (first, true));
    let (next, _) = ask(&running, open(2, "account_2")).await;
    assert_eq!(opened(&next).position, 2, "nothing was written for the repetitions");
    running.shutdown().await;
}

#[tokio::test]
async fn a_refusal_stays_a_refusal_when_the_reason_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let running = core(dir.path()).await;
    let (refused, duplicate) = ask(&running, register(1, "site_1")).await;
    assert!(matches!(&refused, Decision::Rejected { code, .. } if code == "account.not_open"));
    assert!(!duplicate);
    ask(&running, open(2, "account_1")).await;
    assert_eq!(ask(&running, register(1, "site_1")).await, (refused.clone(), true));
    let (accepted, _) = ask(&running, register(3, "site_1")).await;
    assert!(matches!(accepted, Decision::Accepted(_)), "another id is another wish");
    running.shutdown().await;

    let running = core(dir.path()).await;
    assert_eq!(ask(&running, register(1, "site_1")).await, (refused, true));
    running.shutdown().await;
}

#[tokio::test]
async fn a_wish_that_was_fulfilled_is_not_carried_out_later() {
    let dir = tempfile::tempdir().unwrap();
    let running = core(dir.path()).await;
    ask(&running, open(1, "account_1")).await;
    assert_eq!(ask(&running, open(2, "account_1")).await, (Decision::Fulfilled, false));
    assert_eq!(ask(&running, open(2, "account_9")).await, (Decision::Fulfilled, true));
    running.shutdown().await;
}

/// What a group is told, which is written as one block.
fn group(submissions: impl IntoIterator<Item = Submission>) -> Vec<(Decision, bool)> {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), BILLER, Options::default()).unwrap();
    let reader = log.reader();
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let mut writer = Writer::new(log, biller, Arc::new(|| 0));
    submissions.into_iter().for_each(|submission| writer.take(submission));
    let answers = writer.commit().unwrap().into_iter().map(|answer| match answer {
        Answer::Decided { decision, duplicate } => (decision, duplicate),
        Answer::RuleFailed | Answer::Unavailable => panic!("{answer:?}"),
    });
    let answers = answers.collect();
    assert_eq!(reader.read_blocks(1, 1 << 30).unwrap().len(), 1);
    answers
}

#[test]
fn of_many_with_one_id_in_a_group_one_is_carried_out() {
    let answers = group((0..200).map(|n| open(1, &format!("account_{n}"))));
    let first = answers.iter().find(|(_, duplicate)| !duplicate).unwrap();
    assert_eq!(answers.iter().filter(|(_, duplicate)| !duplicate).count(), 1);
    assert_eq!(opened(&first.0).position, 1);
    assert!(answers.iter().all(|(decision, _)| *decision == first.0));
}

#[test]
fn commands_of_one_group_see_each_others_facts() {
    let answers = group((0..200).map(|id| open(id, "account_1")));
    let accepted = answers.iter().filter(|(it, _)| matches!(it, Decision::Accepted(_))).count();
    assert_eq!(accepted, 1, "an account is opened once");
}

/// A rule with a mistake in it.
#[derive(Debug)]
struct Panics;

impl Decide for Panics {
    fn decide(&self, _: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        panic!("a mistake in a rule")
    }
}

/// A rule that decides what nobody can read.
#[derive(Debug)]
struct Unreadable;

impl Decide for Unreadable {
    fn decide(&self, _: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let account_id = Id::parse("account_1").expect("an id");
        let changed =
            SubscriptionEvent::BillDayChanged { bill_day: i8::MIN, from: date(2026, 3, 16) };
        Ok(vec![changed.on(&account_id)])
    }
}

#[tokio::test]
async fn what_nobody_can_read_is_never_written() {
    let dir = tempfile::tempdir().unwrap();
    let running = core(dir.path()).await;
    let wish = rule(1, "ChangeBillDay", Box::new(Unreadable));
    assert_eq!(running.core.submit(BILLER, wish).await, Ok(Answer::RuleFailed));
    let (opened_after, _) = ask(&running, open(2, "account_1")).await;
    assert_eq!(opened(&opened_after).position, 1);
    running.shutdown().await;
}

#[tokio::test]
async fn a_rule_that_panics_changes_nothing_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let running = core(dir.path()).await;
    let answer = running.core.submit(BILLER, rule(1, "OpenAccount", Box::new(Panics))).await;
    assert_eq!(answer, Ok(Answer::RuleFailed));
    let (opened_after, _) = ask(&running, open(2, "account_1")).await;
    assert_eq!(opened(&opened_after).position, 1);
    running.shutdown().await;
}
