//! Facts about dunning, as they are stored.

use domain::{
    biller::DunningAction,
    dunning::{DunningEvent, LadderEnd, Promise, StepTaken},
    money::Money,
    text::Code,
};
use jiff::civil::Date;

use crate::{
    Invalid,
    invalid::{code, date, id, optional, or_empty, required},
    money::{self, money},
    pb::{
        dunning::v1::{self as pb, dunning_event::Fact},
        money::v1::Money as Amount,
    },
};

pub(crate) fn encode(event: &DunningEvent) -> pb::DunningEvent {
    let account_id = event.account_id().to_string();
    let fact = match event {
        DunningEvent::StepTaken(step) => Fact::StepTaken(encode_step(step)),
        DunningEvent::LadderEnded { ladder, because, .. } => {
            let because = i32::from(match because {
                LadderEnd::Settled => pb::LadderEnd::Settled,
                LadderEnd::Excluded => pb::LadderEnd::Excluded,
                LadderEnd::PromiseBroken => pb::LadderEnd::PromiseBroken,
            });
            Fact::LadderEnded(pb::DunningLadderEnded { account_id, ladder: *ladder, because })
        }
        DunningEvent::ArrangementMade {
            arrangement_id,
            covers_through,
            total,
            promises,
            by_manager,
            ..
        } => Fact::ArrangementMade(pb::DunningArrangementMade {
            account_id,
            arrangement_id: arrangement_id.to_string(),
            covers_through: covers_through.to_string(),
            total: Some(money::encode(total)),
            promises: promises.iter().map(encode_promise).collect(),
            by_manager: *by_manager,
            to_reinstate: reinstating_for(event),
        }),
        DunningEvent::ArrangementKept { arrangement_id, .. } => {
            let arrangement_id = arrangement_id.to_string();
            Fact::ArrangementKept(pb::DunningArrangementKept { account_id, arrangement_id })
        }
        DunningEvent::ArrangementBroken { arrangement_id, promised_on, missing, .. } => {
            Fact::ArrangementBroken(pb::DunningArrangementBroken {
                account_id,
                arrangement_id: arrangement_id.to_string(),
                promised_on: promised_on.to_string(),
                missing: Some(money::encode(missing)),
                to_reinstate: reinstating_for(event),
            })
        }
        DunningEvent::ChargeDisputed { charge_id, reason, while_suspended, .. } => {
            Fact::ChargeDisputed(pb::DunningChargeDisputed {
                account_id,
                charge_id: charge_id.to_string(),
                reason: reason.to_string(),
                while_suspended: *while_suspended,
            })
        }
        DunningEvent::DisputeClosed { charge_id, .. } => {
            let charge_id = charge_id.to_string();
            Fact::DisputeClosed(pb::DunningDisputeClosed { account_id, charge_id })
        }
        DunningEvent::Excluded { reason, until, .. } => Fact::Excluded(pb::DunningExcluded {
            account_id,
            reason: reason.to_string(),
            until: or_empty(until.as_ref()),
        }),
        DunningEvent::Included { .. } => Fact::Included(pb::DunningIncluded { account_id }),
        DunningEvent::PaymentDemanded { through, .. } => {
            let (through, to_reinstate) = (through.to_string(), reinstating_for(event));
            Fact::PaymentDemanded(pb::DunningPaymentDemanded { account_id, through, to_reinstate })
        }
    };
    pb::DunningEvent { fact: Some(fact) }
}

/// What has to be paid before whoever is suspended is reinstated, where the fact says it.
fn reinstating_for(event: &DunningEvent) -> Option<Amount> {
    let (DunningEvent::StepTaken(StepTaken { to_reinstate, .. })
    | DunningEvent::ArrangementMade { to_reinstate, .. }
    | DunningEvent::ArrangementBroken { to_reinstate, .. }
    | DunningEvent::PaymentDemanded { to_reinstate, .. }) = event
    else {
        return None;
    };
    to_reinstate.as_ref().map(money::encode)
}

pub(crate) fn decode(message: pb::DunningEvent) -> Result<DunningEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::StepTaken(fact) => DunningEvent::StepTaken(step(fact)?),
        Fact::LadderEnded(fact) => DunningEvent::LadderEnded {
            account_id: id("accountId", &fact.account_id)?,
            ladder: fact.ladder,
            because: match pb::LadderEnd::try_from(fact.because) {
                Ok(pb::LadderEnd::Settled) => LadderEnd::Settled,
                Ok(pb::LadderEnd::Excluded) => LadderEnd::Excluded,
                Ok(pb::LadderEnd::PromiseBroken) => LadderEnd::PromiseBroken,
                Ok(pb::LadderEnd::Unspecified) | Err(_) => {
                    return Err(Invalid::new("because", "must be a LadderEnd"));
                }
            },
        },
        Fact::ArrangementMade(fact) => DunningEvent::ArrangementMade {
            account_id: id("accountId", &fact.account_id)?,
            arrangement_id: code("arrangementId", &fact.arrangement_id)?,
            covers_through: date("coversThrough", &fact.covers_through)?,
            total: money("total", fact.total)?,
            promises: promises("promises", fact.promises)?,
            by_manager: fact.by_manager,
            to_reinstate: to_reinstate(fact.to_reinstate)?,
        },
        Fact::ArrangementKept(fact) => DunningEvent::ArrangementKept {
            account_id: id("accountId", &fact.account_id)?,
            arrangement_id: code("arrangementId", &fact.arrangement_id)?,
        },
        Fact::ArrangementBroken(fact) => DunningEvent::ArrangementBroken {
            account_id: id("accountId", &fact.account_id)?,
            arrangement_id: code("arrangementId", &fact.arrangement_id)?,
            promised_on: date("promisedOn", &fact.promised_on)?,
            missing: money("missing", fact.missing)?,
            to_reinstate: to_reinstate(fact.to_reinstate)?,
        },
        Fact::ChargeDisputed(fact) => DunningEvent::ChargeDisputed {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
            reason: code("reason", &fact.reason)?,
            while_suspended: fact.while_suspended,
        },
        Fact::DisputeClosed(fact) => DunningEvent::DisputeClosed {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
        },
        Fact::Excluded(fact) => DunningEvent::Excluded {
            account_id: id("accountId", &fact.account_id)?,
            reason: code("reason", &fact.reason)?,
            until: optional("until", &fact.until, date)?,
        },
        Fact::Included(fact) => {
            DunningEvent::Included { account_id: id("accountId", &fact.account_id)? }
        }
        Fact::PaymentDemanded(fact) => DunningEvent::PaymentDemanded {
            account_id: id("accountId", &fact.account_id)?,
            through: date("through", &fact.through)?,
            to_reinstate: to_reinstate(fact.to_reinstate)?,
        },
    })
}

fn encode_step(step: &StepTaken) -> pb::DunningStepTaken {
    pb::DunningStepTaken {
        account_id: step.account_id.to_string(),
        ladder: step.ladder,
        anchor: step.anchor.to_string(),
        step: step.step,
        name: step.name.to_string(),
        actions: step.actions.iter().map(|action| action_number(*action)).collect(),
        past_due: Some(money::encode(&step.past_due)),
        taken_on: step.taken_on.to_string(),
        ahead: step
            .ahead
            .iter()
            .map(|(name, on)| pb::StepAhead { name: name.to_string(), on: on.to_string() })
            .collect(),
        suspends_on: or_empty(step.suspends_on.as_ref()),
        to_reinstate: step.to_reinstate.as_ref().map(money::encode),
    }
}

fn step(fact: pb::DunningStepTaken) -> Result<StepTaken, Invalid> {
    let ahead = |(at, step): (usize, &pb::StepAhead)| -> Result<(Code, Date), Invalid> {
        let name = code(&format!("ahead[{at}].name"), &step.name)?;
        Ok((name, date(&format!("ahead[{at}].on"), &step.on)?))
    };
    Ok(StepTaken {
        account_id: id("accountId", &fact.account_id)?,
        ladder: fact.ladder,
        anchor: date("anchor", &fact.anchor)?,
        step: fact.step,
        name: code("name", &fact.name)?,
        actions: fact.actions.iter().map(|number| action(*number)).collect::<Result<_, _>>()?,
        past_due: money("pastDue", fact.past_due)?,
        taken_on: date("takenOn", &fact.taken_on)?,
        ahead: fact.ahead.iter().enumerate().map(ahead).collect::<Result<_, _>>()?,
        suspends_on: optional("suspendsOn", &fact.suspends_on, date)?,
        to_reinstate: to_reinstate(fact.to_reinstate)?,
    })
}

/// What older facts do not say.
fn to_reinstate(amount: Option<Amount>) -> Result<Option<Money>, Invalid> {
    amount.map(|amount| money("toReinstate", Some(amount))).transpose()
}

fn encode_promise(promise: &Promise) -> pb::Promise {
    pb::Promise { on: promise.on.to_string(), amount: Some(money::encode(&promise.amount)) }
}

/// What is paid by when.
pub(super) fn promises(field: &str, promises: Vec<pb::Promise>) -> Result<Vec<Promise>, Invalid> {
    let read = |(at, promise): (usize, pb::Promise)| {
        let on = date("on", &promise.on);
        let promise =
            on.and_then(|on| Ok(Promise { on, amount: money("amount", promise.amount)? }));
        promise.map_err(|invalid| invalid.within(&format!("{field}[{at}]")))
    };
    promises.into_iter().enumerate().map(read).collect()
}

fn action(number: i32) -> Result<DunningAction, Invalid> {
    match pb::Action::try_from(number) {
        Ok(pb::Action::Ticket) => Ok(DunningAction::Ticket),
        Ok(pb::Action::Email) => Ok(DunningAction::Email),
        Ok(pb::Action::Call) => Ok(DunningAction::Call),
        Ok(pb::Action::Suspend) => Ok(DunningAction::Suspend),
        Ok(pb::Action::Unspecified) | Err(_) => Err(Invalid::new("actions", "must be Actions")),
    }
}

fn action_number(action: DunningAction) -> i32 {
    i32::from(match action {
        DunningAction::Ticket => pb::Action::Ticket,
        DunningAction::Email => pb::Action::Email,
        DunningAction::Call => pb::Action::Call,
        DunningAction::Suspend => pb::Action::Suspend,
    })
}
