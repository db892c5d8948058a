//! How the biller gets its money: `[dunning]` (F72 to F91).

use std::collections::BTreeMap;

use domain::{
    biller::{ArrangementLimit, DunningAction, DunningPlan, DunningStep, Procedure},
    money::Currency,
};
use serde::Deserialize;

use super::{
    billing::{Names, demand_known, optional_code, role_of},
    code,
    mistakes::{Read, each},
    price, value,
};

/// Longest time from the due date to a step, in days.
const AFTER_DUE_MAX: u16 = 365;
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
    after_due: u16,
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
    days: u16,
    amount: String,
}

impl DunningFile {
    pub(super) fn plan(&self, fees: &Names<'_>, currency: Currency) -> Read<DunningPlan> {
        let reconnect = optional_code("dunning.reconnect_fee", self.reconnect_fee.as_deref())?;
        demand_known("dunning.reconnect_fee", &reconnect, fees, "the fees of this file")?;
        if self.steps.len() > STEPS_MAX {
            return Err(value("dunning.steps", format!("must be at most {STEPS_MAX}")));
        }
        let numbered = self.steps.iter().enumerate();
        let steps: Vec<DunningStep> = each(numbered.map(|(at, file)| {
            let key = format!("dunning.steps[{at}]");
            file.demand_after(&self.steps[..at], &key)?;
            file.demand_ticket(at, &key)?;
            file.step(&key, fees)
        }))?;
        let arrangement = |(role, file): (&String, &ArrangementFile)| {
            let key = format!("dunning.arrangements.{role}");
            let amount = price(&format!("{key}.amount"), &file.amount, currency)?.minor;
            Ok((role_of(&key, role)?, ArrangementLimit { days: file.days, amount }))
        };
        let arrangements = each(self.arrangements.iter().map(arrangement))?;
        Ok(DunningPlan {
            steps,
            minimum: price("dunning.minimum", &self.minimum, currency)?.minor,
            caller: code("dunning.caller", &self.caller)?,
            reconnect_fee: reconnect,
            arrangements,
        })
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
        if !(1..=AFTER_DUE_MAX).contains(&self.after_due) {
            let problem = format!("must be from 1 to {AFTER_DUE_MAX} days");
            return Err(value(&format!("{key}.after_due"), problem));
        }
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
            after_due: self.after_due,
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
