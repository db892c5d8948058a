//! How the biller gets its money: `[dunning]` (F72 to F91).

use std::collections::BTreeMap;

use domain::{
    biller::{ArrangementLimit, DunningAction, DunningPlan, DunningStep, Procedure},
    money::Currency,
};
use serde::Deserialize;

use super::{
    billing::{Names, optional_known_code, role_of},
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
            let mut mistakes = Mistakes::default();
            let role = mistakes.take(role_of(&key, role));
            let amount = mistakes.take(price(&format!("{key}.amount"), &file.amount, currency));
            let bounds = 0..=ARRANGEMENT_DAYS_MAX;
            let days = mistakes.take(whole(&format!("{key}.days"), file.days, bounds, ""));
            let limit = || Some((role?, ArrangementLimit { days: days?, amount: amount?.minor }));
            mistakes.or(limit())
        };
        let fee = self.reconnect_fee.as_deref();
        let reconnect_fee = optional_known_code("dunning.reconnect_fee", fee, fees, "fees");
        let reconnect_fee = mistakes.take(reconnect_fee);
        let steps = mistakes.take(self.steps(fees));
        let arrangements = mistakes.take(each(self.arrangements.iter().map(arrangement)));
        let minimum = mistakes.take(price("dunning.minimum", &self.minimum, currency));
        let caller = mistakes.take(code("dunning.caller", &self.caller));
        let plan = || {
            Some(DunningPlan {
                steps: steps?,
                minimum: minimum?.minor,
                caller: caller?,
                reconnect_fee: reconnect_fee?,
                arrangements: arrangements?,
            })
        };
        mistakes.or(plan())
    }

    fn steps(&self, fees: &Names<'_>) -> Read<Vec<DunningStep>> {
        if self.steps.len() > STEPS_MAX {
            return Err(value("dunning.steps", format!("must be at most {STEPS_MAX}")));
        }
        let numbered = self.steps.iter().enumerate();
        each(numbered.map(|(at, file)| {
            let key = format!("dunning.steps[{at}]");
            let mut mistakes = Mistakes::default();
            let after = mistakes.take(file.demand_after(&self.steps[..at], &key));
            let ticket = mistakes.take(file.demand_ticket(at, &key));
            let step = mistakes.take(file.step(&key, fees));
            mistakes.or(after.and(ticket).and(step))
        }))
    }
}

impl StepFile {
    /// Steps are in order, and none has the name of another.
    fn demand_after(&self, before: &[Self], key: &str) -> Read<()> {
        let same = before.iter().position(|step| step.name == self.name);
        let name = same.map_or(Ok(()), |same| {
            let wrong = value(&format!("{key}.name"), "must be given once");
            Err(wrong.reckoned_with(&format!("dunning.steps[{same}].name")))
        });
        let last = before.last().filter(|last| last.after_due >= self.after_due);
        let later = last.map_or(Ok(()), |_| {
            let problem = "must be later than that of the step before";
            let wrong = value(&format!("{key}.after_due"), problem);
            let at = before.len() - 1;
            Err(wrong.reckoned_with(&format!("dunning.steps[{at}].after_due")))
        });
        each([name, later])
    }

    /// The first step opens the ticket into which the later ones and the ladder's end are written
    /// (F76).
    fn demand_ticket(&self, at: usize, key: &str) -> Read<()> {
        let opens = self.actions.iter().any(|action| matches!(action, ActionFile::Ticket));
        match at > 0 || opens {
            true => Ok(()),
            false => {
                let key = format!("{key}.actions");
                let wrong = value(&key, "must have \"ticket\" in the first step");
                Err(wrong.reckoned_with(&key))
            }
        }
    }

    fn step(&self, key: &str, fees: &Names<'_>) -> Read<DunningStep> {
        let action = |file: &ActionFile| match file {
            ActionFile::Ticket => DunningAction::Ticket,
            ActionFile::Email => DunningAction::Email,
            ActionFile::Call => DunningAction::Call,
            ActionFile::Suspend => DunningAction::Suspend,
        };
        let mut mistakes = Mistakes::default();
        let after_due = format!("{key}.after_due");
        let after_due = whole(&after_due, self.after_due, 1..=AFTER_DUE_MAX, " days");
        let after_due = mistakes.take(after_due);
        let fee = self.late_fee.as_deref();
        let late_fee = optional_known_code(&format!("{key}.late_fee"), fee, fees, "fees");
        let late_fee = mistakes.take(late_fee);
        let name = mistakes.take(code(&format!("{key}.name"), &self.name));
        let procedures = mistakes.take(self.procedures(key));
        let step = || {
            Some(DunningStep {
                name: name?,
                after_due: after_due?,
                actions: self.actions.iter().map(action).collect(),
                late_fee: late_fee?,
                procedures: procedures?,
            })
        };
        mistakes.or(step())
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
