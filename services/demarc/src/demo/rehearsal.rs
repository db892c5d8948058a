//! The stories, told to the rules alone: every command is decided as the story says, with stand-ins
//! for what the services bring about.

use domain::{Desk, actor::Actor, biller::Biller, testing::Memory};
use serde_json::{Value, json};

use super::{
    customers, installation,
    step::{Happening, Outcome, SAM, Step, Story},
    suspension, upgrade,
};

const NORTHEAST: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/billers/northeast.toml"));
const SERVICE: &str = "stand-in; roles=service";

struct Stage {
    biller: Biller,
    states: Memory,
}

impl Stage {
    /// The kinds of the facts that come of a command, or the code of its refusal.
    fn decide(
        &mut self,
        actor: &str,
        command: &str,
        body: &Value,
    ) -> Result<Vec<&'static str>, &'static str> {
        let command = contract::command::named(command).unwrap();
        let rule = command.from_json(body.to_string().as_bytes(), &contract::AsItIs).unwrap();
        let actor = Actor::parse(actor).unwrap();
        let facts = rule.decide(&Desk::new(&self.biller, &actor, &self.states));
        let facts = facts.map_err(|rejection| rejection.code)?;
        for fact in &facts {
            self.states.apply(&fact.stream, &fact.event);
        }
        Ok(facts.iter().map(|fact| contract::encode(&fact.event).kind).collect())
    }

    /// Gives what went otherwise than the step says.
    fn act(&mut self, step: &Step) -> Vec<String> {
        match step {
            Step::Say(_) | Step::Shows(_) => vec![],
            Step::Days(_, to) => self.expect_accepted(SAM, "OpenDay", &json!({ "date": to })),
            Step::Send(send) => {
                let decided = self.decide(send.actor, send.command, &send.body);
                let as_told = match (&decided, send.outcome) {
                    (Ok(facts), Outcome::Accepted) => !facts.is_empty(),
                    (Err(found), Outcome::Refused { code, .. }) => *found == code,
                    (Ok(_), Outcome::Refused { .. }) | (Err(_), Outcome::Accepted) => false,
                };
                let told = format!("{} {}: {decided:?}", send.command, send.about);
                if as_told { vec![] } else { vec![told] }
            }
            Step::Happens(happening) => stand_ins(happening)
                .into_iter()
                .flat_map(|(command, body)| self.expect_accepted(SERVICE, command, &body))
                .collect(),
        }
    }

    fn expect_accepted(&mut self, actor: &str, command: &str, body: &Value) -> Vec<String> {
        match self.decide(actor, command, body) {
            Ok(facts) if !facts.is_empty() => vec![],
            otherwise => vec![format!("{command} {body}: {otherwise:?}")],
        }
    }
}

/// The commands by which a service brings about what happens.
fn stand_ins(happening: &Happening) -> Vec<(&'static str, Value)> {
    match happening.kind {
        "RunClosed" => ["account_1002", "account_88"]
            .map(|account_id| {
                ("BillAccount", json!({"accountId": account_id, "cycle": "2026-10-01"}))
            })
            .into(),
        "DunningStepTaken" => vec![("AdvanceDunning", json!({"accountId": "account_88"}))],
        _ => stand_in(happening).into_iter().collect(),
    }
}

/// The command by which a service brings about what happens at the site of story 3.
fn stand_in(happening: &Happening) -> Option<(&'static str, Value)> {
    let request = happening.checks.iter().find_map(|check| match check {
        super::check::Check::Field("request", number) => number.parse::<u32>().ok(),
        super::check::Check::Field(..)
        | super::check::Check::Says(_)
        | super::check::Check::Amount(_) => None,
    });
    let at_site = json!({"siteId": "site_88", "request": request});
    let verified = json!({"siteId": "site_88", "verifiedAddressId": "ADDR-88"});
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        Some(body)
    };
    let (command, body) = match happening.kind {
        "SiteSuspensionRequested" => {
            ("SuspendSite", with(verified, "reason", json!("SUSPENSION_REASON_NON_PAYMENT")))
        }
        "SiteReinstatementRequested" => {
            let grounds = json!("REINSTATEMENT_GROUNDS_PAID_IN_FULL");
            ("UnsuspendSite", with(verified, "grounds", grounds))
        }
        "SiteNocRequestAcknowledged" => ("AcknowledgeNocRequest", Some(at_site)),
        "SiteSuspended" => ("ConfirmSuspension", Some(at_site)),
        "SiteReinstated" => ("ConfirmReinstatement", with(at_site, "vlan", json!(552))),
        _ => return None,
    };
    Some((command, body?))
}

#[test]
fn the_rules_decide_every_command_as_the_stories_tell() {
    let stories: [Story; 4] =
        [customers::story(), upgrade::story(), installation::story(), suspension::story()];
    let biller = contract::biller::parse(NORTHEAST).unwrap();
    let mut stage = Stage { biller, states: Memory::default() };
    let steps = stories.iter().flat_map(|story| &story.steps);
    let otherwise: Vec<_> = steps.flat_map(|step| stage.act(step)).collect();
    assert_eq!(otherwise, Vec::<String>::new());
}
