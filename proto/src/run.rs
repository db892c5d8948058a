//! Runs between protobuf and the domain.

use domain::run::{ApproveRun, CloseRun, ContinueRun, OpenRun, RunEvent, RunKind};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, date, required},
    pb::run::v1::{self as pb, run_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::OpenRun>(),
    CommandType::of::<pb::ApproveRun>(),
    CommandType::of::<pb::ContinueRun>(),
    CommandType::of::<pb::CloseRun>(),
];

impl CommandMessage for pb::OpenRun {
    type Rule = OpenRun;
}

impl TryFrom<pb::OpenRun> for OpenRun {
    type Error = Invalid;

    fn try_from(message: pb::OpenRun) -> Result<Self, Invalid> {
        let kind = run_kind("kind", message.kind)?;
        Ok(Self { kind, date: date("date", &message.date)? })
    }
}

impl CommandMessage for pb::ApproveRun {
    type Rule = ApproveRun;
}

impl TryFrom<pb::ApproveRun> for ApproveRun {
    type Error = Invalid;

    fn try_from(message: pb::ApproveRun) -> Result<Self, Invalid> {
        let kind = run_kind("kind", message.kind)?;
        Ok(Self { kind, date: date("date", &message.date)? })
    }
}

impl CommandMessage for pb::ContinueRun {
    type Rule = ContinueRun;
}

impl TryFrom<pb::ContinueRun> for ContinueRun {
    type Error = Invalid;

    fn try_from(message: pb::ContinueRun) -> Result<Self, Invalid> {
        Ok(Self {
            kind: run_kind("kind", message.kind)?,
            date: date("date", &message.date)?,
            after: code("after", &message.after)?,
        })
    }
}

impl CommandMessage for pb::CloseRun {
    type Rule = CloseRun;
}

impl TryFrom<pb::CloseRun> for CloseRun {
    type Error = Invalid;

    fn try_from(message: pb::CloseRun) -> Result<Self, Invalid> {
        let kind = run_kind("kind", message.kind)?;
        Ok(Self { kind, date: date("date", &message.date)? })
    }
}

pub(crate) fn encode(event: &RunEvent) -> pb::RunEvent {
    let fact = match event {
        RunEvent::Opened { kind, date, awaits_approval } => Fact::Opened(pb::RunOpened {
            kind: run_kind_number(*kind),
            date: date.to_string(),
            awaits_approval: *awaits_approval,
        }),
        RunEvent::Approved => Fact::Approved(pb::RunApproved {}),
        RunEvent::Continued { kind, date, after } => Fact::Continued(pb::RunContinued {
            kind: run_kind_number(*kind),
            date: date.to_string(),
            after: after.to_string(),
        }),
        RunEvent::Closed { kind, date } => {
            Fact::Closed(pb::RunClosed { kind: run_kind_number(*kind), date: date.to_string() })
        }
    };
    pb::RunEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::RunEvent) -> Result<RunEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Opened(fact) => RunEvent::Opened {
            kind: run_kind("kind", fact.kind)?,
            date: date("date", &fact.date)?,
            awaits_approval: fact.awaits_approval,
        },
        Fact::Approved(pb::RunApproved {}) => RunEvent::Approved,
        Fact::Continued(fact) => RunEvent::Continued {
            kind: run_kind("kind", fact.kind)?,
            date: date("date", &fact.date)?,
            after: code("after", &fact.after)?,
        },
        Fact::Closed(fact) => {
            RunEvent::Closed { kind: run_kind("kind", fact.kind)?, date: date("date", &fact.date)? }
        }
    })
}

fn run_kind(field: &str, number: i32) -> Result<RunKind, Invalid> {
    match pb::RunKind::try_from(number) {
        Ok(pb::RunKind::Bill) => Ok(RunKind::Bill),
        Ok(pb::RunKind::Campaign) => Ok(RunKind::Campaign),
        Ok(pb::RunKind::Payment) => Ok(RunKind::Payment),
        Ok(pb::RunKind::Dunning) => Ok(RunKind::Dunning),
        Ok(pb::RunKind::Unspecified) | Err(_) => Err(Invalid::new(field, "must be a RunKind")),
    }
}

fn run_kind_number(kind: RunKind) -> i32 {
    i32::from(match kind {
        RunKind::Bill => pb::RunKind::Bill,
        RunKind::Campaign => pb::RunKind::Campaign,
        RunKind::Payment => pb::RunKind::Payment,
        RunKind::Dunning => pb::RunKind::Dunning,
    })
}
