//! A step of dunning was taken: the ticket is opened or updated (F76, F85), somebody is to call
//! (F78), the sites in service are suspended (F79). The e-mail (F77) is the notifications'.
//!
//! What must stay true: every wish follows from the step alone, so deciding it twice is deciding it
//! once; a suspension that is asked for again hours later is core's to refuse where the ladder is
//! over by then; the address that a suspension carries is the site's own (F82).

use contract::pb::{
    site::v1::{SuspendSite, SuspensionReason},
    task::v1::AssignTask,
    ticket::v1::{AddTicketEntry, OpenTicket, ResolveTicket, TicketKind},
};
use domain::{
    Event,
    biller::{Biller, DunningAction},
    dunning::{Dunning, DunningEvent, LadderEnd, StepTaken},
    site::SiteEvent,
};
use event_store::Recorded;
use projection::{CommandIntent, Fault, Intents, Rows};
use read_side::command;

use crate::{
    dunning,
    site::{self, SiteRow},
};

const POLICY: &str = "act_on_step";

/// Does what a step says, and keeps the ladder's ticket.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Dunning(DunningEvent::StepTaken(step)) => take(biller, step, rows, intents),
        Event::Dunning(DunningEvent::LadderEnded { account_id, ladder, because }) => {
            let resolution = match because {
                LadderEnd::Settled => "What was past due is paid or disputed.",
                LadderEnd::Excluded => "The account is excluded from dunning.",
                LadderEnd::PromiseBroken => "A promise was broken: the next ladder begins.",
            };
            let of = (account_id.suffix(), *ladder);
            // F90: the ticket stays open until whoever was suspended has service again, unless
            // another ladder with a ticket of its own begins.
            let waits = match because {
                LadderEnd::Settled | LadderEnd::Excluded => is_cut_off(account_id.as_str(), rows)?,
                LadderEnd::PromiseBroken => false,
            };
            let wish = match waits {
                true => entry(of, recorded, resolution),
                false => resolve(of, resolution),
            };
            intents.command(POLICY, "ticket", wish);
            Ok(())
        }
        Event::Dunning(
            event @ (DunningEvent::ArrangementMade { .. }
            | DunningEvent::ArrangementBroken { .. }
            | DunningEvent::ArrangementKept { .. }),
        ) => {
            let row = dunning::state(rows, event.account_id().as_str())?;
            if row.ladder.is_some() {
                let text = arrangement_words(event);
                let of = (event.account_id().suffix(), row.ladders);
                intents.command(POLICY, "entry", entry(of, recorded, &text));
            }
            Ok(())
        }
        Event::Site(
            event @ (SiteEvent::Suspended { .. }
            | SiteEvent::Reinstated { .. }
            | SiteEvent::NocRequestFailed { .. }),
        ) => of_site(biller, event, recorded, rows, intents),
        Event::Dunning(_)
        | Event::Site(_)
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn take(
    biller: &Biller,
    step: &StepTaken,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let ticket_id = ticket_id(step.account_id.suffix(), step.ladder);
    if step.actions.contains(&DunningAction::Ticket) {
        let text = words(step, is_in_service(step, rows)?) + &procedures(biller, step);
        let wish = match step.step {
            0 => command(&OpenTicket {
                ticket_id,
                account_id: step.account_id.to_string(),
                kind: TicketKind::Delinquency.into(),
                site_id: String::new(),
                summary: text,
            }),
            _ => command(&AddTicketEntry {
                ticket_id,
                account_id: step.account_id.to_string(),
                entry_id: format!("step-{}", step.name),
                text,
            }),
        };
        intents.command(POLICY, "ticket", wish);
    }
    if step.actions.contains(&DunningAction::Call) {
        intents.command(POLICY, "call", call(biller, step, rows)?);
    }
    if step.actions.contains(&DunningAction::Suspend) {
        let sites = site::of_account(rows, step.account_id.as_str())?;
        for site in sites.iter().filter(|site| site.is_in_service()) {
            intents.command(POLICY, &site.site_id, command(&suspend(site)));
        }
    }
    Ok(())
}

/// Somebody is to call (F78).
fn call(biller: &Biller, step: &StepTaken, rows: &Rows<'_>) -> Result<CommandIntent, Fault> {
    let (account, follows) = (step.account_id.suffix(), follows(step, rows)?);
    let procedures = procedures(biller, step);
    Ok(command(&AssignTask {
        task_id: format!("task_dunning-{account}-{}-{}", step.ladder, step.step),
        account_id: step.account_id.to_string(),
        recipient: biller.dunning.caller.to_string(),
        text: format!("Call the customer: {} is past due.{follows}{procedures}", step.past_due),
        due_on: step.taken_on.to_string(),
    }))
}

/// What became of a suspension goes into the ticket; one that failed is asked for again.
fn of_site(
    biller: &Biller,
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let site = site::find(rows, &recorded.event.stream)?;
    let state = dunning::state(rows, &site.account_id)?;
    if !site.is_about_money() {
        suspend_after_all(biller, event, (&state, &site), intents);
        return Ok(());
    }
    let of = (site.account_suffix(), state.ladders);
    let Some(ladder) = state.ladder else {
        let is_back =
            matches!(event, SiteEvent::Reinstated { .. } | SiteEvent::NocRequestFailed { .. });
        if is_back && state.ladders > 0 && !is_cut_off(&site.account_id, rows)? {
            intents.command(POLICY, "ticket", resolve(of, "All sites have service."));
        }
        return Ok(());
    };
    if let SiteEvent::NocRequestFailed { .. } = event
        && site.is_in_service()
        && biller.dunning.suspends_within(ladder.taken)
    {
        let due = recorded.meta.committed_at.saturating_add(pause(biller));
        let again = CommandIntent { not_before: Some(due), ..command(&suspend(&site)) };
        intents.command(POLICY, &site.site_id, again);
    }
    let text = match event {
        SiteEvent::Suspended { .. } => format!("{} is suspended.", site.site_id),
        SiteEvent::Reinstated { .. } => format!("{} is reinstated.", site.site_id),
        SiteEvent::NocRequestFailed { request, .. } => {
            format!("Request {request} to the NOC about {} failed.", site.site_id)
        }
        SiteEvent::Registered { .. }
        | SiteEvent::SuspensionRequested { .. }
        | SiteEvent::NocRequestAcknowledged { .. }
        | SiteEvent::ReinstatementRequested { .. } => return Ok(()),
    };
    intents.command(POLICY, "entry", entry(of, recorded, &text));
    Ok(())
}

/// Service was stopped for another reason when the ladder came to suspension: now that it flows
/// again, or that it was not stopped after all, it is stopped for that one.
fn suspend_after_all(
    biller: &Biller,
    event: &SiteEvent,
    (state, site): (&Dunning, &SiteRow),
    intents: &mut Intents<'_>,
) {
    let has_come_to_it =
        state.ladder.is_some_and(|ladder| biller.dunning.suspends_within(ladder.taken));
    let flows = matches!(event, SiteEvent::Reinstated { .. } | SiteEvent::NocRequestFailed { .. });
    if flows && has_come_to_it && site.is_in_service() {
        intents.command(POLICY, &site.site_id, command(&suspend(site)));
    }
}

/// Whether any site of the account has no service because somebody did not pay.
fn is_cut_off(account_id: &str, rows: &Rows<'_>) -> Result<bool, Fault> {
    let sites = site::of_account(rows, account_id)?;
    Ok(sites.iter().any(SiteRow::is_cut_off_for_money))
}

/// How long to wait after the NOC failed, in microseconds.
fn pause(biller: &Biller) -> i64 {
    i64::try_from(biller.policies.suspension_limit.as_micros()).unwrap_or(i64::MAX)
}

fn suspend(site: &SiteRow) -> SuspendSite {
    SuspendSite {
        site_id: site.site_id.clone(),
        verified_address_id: site.address_id.clone(),
        reason: SuspensionReason::NonPayment.into(),
    }
}

fn ticket_id(account: &str, ladder: u32) -> String {
    format!("ticket_dunning-{account}-{ladder}")
}

fn resolve((account, ladder): (&str, u32), resolution: &str) -> CommandIntent {
    command(&ResolveTicket {
        ticket_id: ticket_id(account, ladder),
        account_id: format!("account_{account}"),
        resolution: resolution.to_owned(),
    })
}

fn entry((account, ladder): (&str, u32), recorded: &Recorded, text: &str) -> CommandIntent {
    command(&AddTicketEntry {
        ticket_id: ticket_id(account, ladder),
        account_id: format!("account_{account}"),
        entry_id: contract::event::id(recorded),
        text: text.to_owned(),
    })
}

/// What follows if nobody pays: whoever is cut off already is warned of no suspension.
fn follows(step: &StepTaken, rows: &Rows<'_>) -> Result<String, Fault> {
    let account_id = step.account_id.as_str();
    let mut said = String::new();
    if is_cut_off(account_id, rows)? {
        let owed = step.to_reinstate.unwrap_or(step.past_due);
        said.push_str(&format!(
            " Service is suspended: it comes back when {owed} is paid, or a manager makes an \
             arrangement."
        ));
    }
    if is_in_service(step, rows)? {
        let on = step.suspends_on.map_or_else(String::new, |on| format!(" on {on}"));
        said.push_str(&format!(" Without payment or arrangement the service is suspended{on}."));
    }
    Ok(said)
}

/// Whether there is anything to suspend.
fn is_in_service(step: &StepTaken, rows: &Rows<'_>) -> Result<bool, Fault> {
    let sites = site::of_account(rows, step.account_id.as_str())?;
    Ok(sites.iter().any(SiteRow::is_in_service))
}

fn words(step: &StepTaken, is_in_service: bool) -> String {
    let mut text = format!("Step {}: {} past due.", step.name, step.past_due);
    let done = step.actions.iter().filter_map(|action| match action {
        DunningAction::Ticket => None,
        DunningAction::Email => Some(" An e-mail is sent."),
        DunningAction::Call => Some(" The customer is called."),
        DunningAction::Suspend if !is_in_service => Some(" No site is in service."),
        DunningAction::Suspend => Some(" Suspension is requested of the NOC."),
    });
    text.extend(done);
    for (name, on) in &step.ahead {
        text.push_str(&format!(" Next: {name} on {on}."));
    }
    text
}

/// Where it is written down how the step is done (F91).
fn procedures(biller: &Biller, step: &StepTaken) -> String {
    let plan = biller.dunning.steps.iter().find(|plan| plan.name == step.name);
    let procedures = plan.into_iter().flat_map(|plan| &plan.procedures);
    procedures.map(|procedure| format!(" {}: {}", procedure.name, procedure.link)).collect()
}

fn arrangement_words(event: &DunningEvent) -> String {
    match event {
        DunningEvent::ArrangementMade { arrangement_id, promises, .. } => {
            let promised: Vec<_> =
                promises.iter().map(|it| format!("{} by {}", it.amount, it.on)).collect();
            format!("Arrangement {arrangement_id}: {}.", promised.join(", "))
        }
        DunningEvent::ArrangementKept { arrangement_id, .. } => {
            format!("Arrangement {arrangement_id} is over: what it covers is paid or disputed.")
        }
        DunningEvent::ArrangementBroken { arrangement_id, missing, .. } => {
            format!("Arrangement {arrangement_id} was broken: {missing} missing.")
        }
        DunningEvent::StepTaken(_)
        | DunningEvent::LadderEnded { .. }
        | DunningEvent::ChargeDisputed { .. }
        | DunningEvent::DisputeClosed { .. }
        | DunningEvent::Excluded { .. }
        | DunningEvent::Included { .. }
        | DunningEvent::PaymentDemanded { .. } => String::new(),
    }
}

#[cfg(test)]
mod tests;
