//! Roles decide in the domain, before the rule: every command, sent as every role, is refused or
//! reaches its rule.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use contract::command;
use core_service::{Answer, Decision, Submission, Writer};
use domain::{
    Decide, Desk, Fact, Rejection,
    actor::{Actor, MAY_SEND, Role},
};
use event_store::{CommandId, Log, Options};

/// A rule that tells whether it was asked.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<AtomicBool>);

impl Decide for Asked {
    fn decide(&self, _: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        self.0.store(true, Ordering::Relaxed);
        Ok(vec![])
    }
}

fn submission(id: u16, name: &'static str, role: Role, rule: &Asked) -> Submission {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&id.to_be_bytes());
    Submission {
        name,
        command: Box::new(rule.clone()),
        actor: Actor::parse(&format!("somebody; roles={}", role.name())).unwrap(),
        id: CommandId(bytes),
        causation: None,
        correlation: None,
        traceparent: None,
    }
}

/// Which of these a role may send, as the writer has it, and the codes of what it refuses.
fn sent(names: &[&'static str], role: Role) -> (BTreeSet<&'static str>, BTreeSet<String>) {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), "northeast", Options::default()).unwrap();
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let mut writer = Writer::new(log, biller, Arc::new(|| 0));
    let rules: Vec<_> = names.iter().map(|_| Asked::default()).collect();
    for ((id, name), rule) in (0..).zip(names).zip(&rules) {
        writer.take(submission(id, name, role, rule));
    }
    let answers = writer.commit().unwrap();
    let refused = answers.into_iter().filter_map(|answer| match answer {
        Answer::Decided { decision: Decision::Rejected { code, .. }, .. } => Some(code),
        Answer::Decided { .. } | Answer::RuleFailed | Answer::Unavailable => None,
    });
    let reached =
        |(name, rule): (&&'static str, &Asked)| rule.0.load(Ordering::Relaxed).then_some(*name);
    (names.iter().zip(&rules).filter_map(reached).collect(), refused.collect())
}

#[test]
fn f86_every_command_as_every_role_is_refused_or_reaches_its_rule() {
    let mut names: Vec<_> = command::all().map(|command| command.name).collect();
    names.extend(["ChangePassword", "IssueToken", "RecordFailedAttempt", "RecordLogIn", "Bake"]);
    for role in Role::ALL {
        let (reached, codes) = sent(&names, role);
        let allowed = MAY_SEND.iter().filter(|(_, roles)| roles.contains(&role));
        let allowed: BTreeSet<_> = allowed.map(|(name, _)| *name).collect();
        assert_eq!(reached, allowed, "{}", role.name());
        let code = if role == Role::Auditor { "actor.may_only_look" } else { "actor.role_may_not" };
        assert_eq!(codes, BTreeSet::from([code.to_owned()]), "{}", role.name());
    }
}
