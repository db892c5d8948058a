//! How the biller gets its money: `[dunning]` (F72 to F91).

use std::collections::BTreeMap;

use domain::{
    biller::{ArrangementLimit, DunningAction, DunningPlan, DunningStep, Procedure},
    money::Currency,
    text::Code,
};
use serde::Deserialize;

use super::{
    billing::{Names, demand_known, optional_code, role_of},
    code,
    mistakes::{Mistakes, Read, each},
    price, value, whole,
};

/// Longest time from the due date to a step, in days.
const AFTER_DUE_MAX: i64 = 365;
/// Longest arrangement, in days.
const ARRANGEMENT_DAYS_MAX: i64 = 3_650;
/// Most steps of a ladder.
const STEPS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DunningFile {
    minimum: String,
    caller: String,
    reconnect_fee: Option<String>,
    #[serde(default)]
    steps: Vec<StepFile>,
    #[serde(default)]
    arrangements: BTreeMap<String, ArrangementFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    name: String,
    after_due: i64,
    actions: Vec<ActionFile>,
    late_fee: Option<String>,
    #[serde(default)]
    procedures: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ActionFile {
    Ticket,
    Email,
    Call,
    Suspend,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArrangementFile {
    days: i64,
    amount: String,
}

impl DunningFile {
    pub(super) fn plan(&self, fees: &Names<'_>, currency: Currency) -> Read<DunningPlan> {
        let mut mistakes = Mistakes::default();
        let arrangement = |(role, file): (&String, &ArrangementFile)| {
            let key = format!("dunning.arrangements.{role}");
            let amount = price(&format!("{key}.amount"), &file.amount, currency)?.minor;
            let bounds = 0..=ARRANGEMENT_DAYS_MAX;
            let days = whole(&format!("{key}.days"), file.days, bounds, "")?;
            Ok((role_of(&key, role)?, ArrangementLimit { days, amount }))
        };
        let read = (
            mistakes.take(self.reconnect_fee(fees)),
            mistakes.take(self.steps(fees)),
            mistakes.take(each(self.arrangements.iter().map(arrangement))),
            mistakes.take(price("dunning.minimum", &self.minimum, currency)),
            mistakes.take(code("dunning.caller", &self.caller)),
        );
        let (Some(reconnect_fee), Some(steps), Some(arrangements), Some(minimum), Some(caller)) =
            read
        else {
            return Err(mistakes);
        };
        let minimum = minimum.minor;
        Ok(DunningPlan { steps, minimum, caller, reconnect_fee, arrangements })
    }

    fn reconnect_fee(&self, fees: &Names<'_>) -> Read<Option<Code>> {
        let reconnect = optional_code("dunning.reconnect_fee", self.reconnect_fee.as_deref())?;
        demand_known("dunning.reconnect_fee", &reconnect, fees, "the fees of this file")?;
        Ok(reconnect)
    }

    fn steps(&self, fees: &Names<'_>) -> Read<Vec<DunningStep>> {
        if self.steps.len() > STEPS_MAX {
            return Err(value("dunning.steps", format!("must be at most {STEPS_MAX}")));
        }
        let numbered = self.steps.iter().enumerate();
        each(numbered.map(|(at, file)| {
            let key = format!("dunning.steps[{at}]");
            file.demand_after(&self.steps[..at], &key)?;
            file.demand_ticket(at, &key)?;
            file.step(&key, fees)
        }))
    }
}

impl StepFile {
    /// Steps are in order, and none has the name of another.
    fn demand_after(&self, before: &[Self], key: &str) -> Read<()> {
        if before.iter().any(|step| step.name == self.name) {
            return Err(value(&format!("{key}.name"), "must be given once"));
        }
        if before.last().is_some_and(|last| last.after_due >= self.after_due) {
            let problem = "must be later than that of the step before";
            return Err(value(&format!("{key}.after_due"), problem));
        }
        Ok(())
    }

    /// The first step opens the ticket into which the later ones and the ladder's end are written
    /// (F76).
    fn demand_ticket(&self, at: usize, key: &str) -> Read<()> {
        let opens = self.actions.iter().any(|action| matches!(action, ActionFile::Ticket));
        match at > 0 || opens {
            true => Ok(()),
            false => {
                Err(value(&format!("{key}.actions"), "must have \"ticket\" in the first step"))
            }
        }
    }

    fn step(&self, key: &str, fees: &Names<'_>) -> Read<DunningStep> {
        let after_due = format!("{key}.after_due");
        let after_due = whole(&after_due, self.after_due, 1..=AFTER_DUE_MAX, " days")?;
        let late_fee = optional_code(&format!("{key}.late_fee"), self.late_fee.as_deref())?;
        demand_known(&format!("{key}.late_fee"), &late_fee, fees, "the fees of this file")?;
        let action = |file: &ActionFile| match file {
            ActionFile::Ticket => DunningAction::Ticket,
            ActionFile::Email => DunningAction::Email,
            ActionFile::Call => DunningAction::Call,
            ActionFile::Suspend => DunningAction::Suspend,
        };
        Ok(DunningStep {
            name: code(&format!("{key}.name"), &self.name)?,
            after_due,
            actions: self.actions.iter().map(action).collect(),
            late_fee,
            procedures: self.procedures(key)?,
        })
    }

    /// By their names; each is somewhere on the web (F91).
    fn procedures(&self, key: &str) -> Read<Vec<Procedure>> {
        each(self.procedures.iter().map(|(name, link)| {
            let key = format!("{key}.procedures.{name}");
            if !["https://", "http://"].iter().any(|scheme| link.starts_with(scheme)) {
                return Err(value(&key, "must be an address that begins with https://"));
            }
            Ok(Procedure { name: code(&key, name)?, link: code(&key, link)? })
        }))
    }
}
