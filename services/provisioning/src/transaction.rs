//! What was asked of the network, and what came of it? The task PT of the old screens (F33).

use contract::event::time;
use domain::{
    order::{OrderEvent, Work},
    provisioning::{Attempt, ProvisioningEvent},
    site::SiteEvent,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Action, resp_code, transactions_at_site};

pub(crate) const TRANSACTIONS: Table = Table::new(b't');

/// Turns a name that is too long for an id into one that fits. Fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x8c54_19e0_7f0b_5a52_a2f1_35d0_6f0b_91c7);

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) transaction_id: String,
    pub(crate) action: Action,
    pub(crate) site_id: String,
    /// Absent where the action is about the whole site.
    pub(crate) service_id: Option<String>,
    /// That comes with an activation or reprovisioning, or goes with a deactivation.
    pub(crate) package_id: Option<String>,
    /// The NOC request that asked for it; absent where an order did.
    pub(crate) noc_request: Option<u32>,
    pub(crate) state: State,
    pub(crate) attempts: Vec<AttemptRow>,
    pub(crate) requested_at: String,
    /// When it completed, failed or was withdrawn.
    pub(crate) finished_at: Option<String>,
    /// The event that asked for it; absent where somebody outside only reported it.
    pub(crate) caused_by: Option<String>,
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The first attempt is under way.
    Pending,
    /// An attempt failed; the next one will follow.
    Retrying,
    /// The network did it.
    Completed,
    /// The last attempt failed too; a person has to look.
    Failed,
    /// The NOC request behind it failed before the network did it.
    Withdrawn,
}

/// What the network answered to one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptRow {
    pub(crate) number: u32,
    pub(crate) resp_code: String,
    pub(crate) meaning: String,
    /// Absent where nothing is left to do (F34).
    pub(crate) remedy: Option<String>,
    pub(crate) at: String,
}

/// The transaction that an order asks for.
pub(crate) fn id_of_order(order_id: &str) -> String {
    fitting(&order_id.replacen('_', "-", 1))
}

/// The transaction that a request to the NOC asks for.
pub(crate) fn id_of_request(site_id: &str, request: u32) -> String {
    fitting(&format!("{}-{request}", site_id.replacen('_', "-", 1)))
}

fn fitting(name: &str) -> String {
    let id = format!("provisioning_{name}");
    if id.len() <= domain::id::ID_CHARS_MAX {
        return id;
    }
    format!("provisioning_{}", Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// The row of a transaction that an event asked for.
pub(crate) fn demand(rows: &Rows<'_>, id: &str) -> Result<Transaction, Fault> {
    rows.get(TRANSACTIONS, id)?.ok_or_else(|| Fault::new(format!("{id} was never requested")))
}

/// A completed order asks for its service to be brought up, changed or taken off the line (F29,
/// F67); one that left the service as it was asks for nothing.
pub(crate) fn order(
    event: &OrderEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let OrderEvent::Completed(completed) = event else { return Ok(()) };
    let (action, service_id, sold) = match &completed.work {
        Work::Installed { service_id, to, .. } => (Action::Activate, service_id, to),
        Work::Changed { service_id, to, .. } => (Action::Reprovision, service_id, to),
        Work::Disconnected { service_id, from, .. } => (Action::Deactivate, service_id, from),
        Work::Repaired { .. } | Work::RequestFulfilled => return Ok(()),
    };
    let id = id_of_order(&recorded.event.stream);
    let transaction = Transaction {
        service_id: Some(service_id.to_string()),
        package_id: Some(sold.package_id.to_string()),
        ..requested(id, action, completed.site_id.as_str(), recorded)
    };
    open(&transaction, rows)
}

/// An acknowledged request to the NOC asks for the line to be moved; a failed one no longer does.
pub(crate) fn site(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let site_id: &str = &recorded.event.stream;
    match event {
        SiteEvent::NocRequestAcknowledged { request } => {
            let action = transactions_at_site::action_of_request(rows, site_id, *request)?;
            let id = id_of_request(site_id, *request);
            let transaction = Transaction {
                noc_request: Some(*request),
                ..requested(id, action, site_id, recorded)
            };
            open(&transaction, rows)
        }
        SiteEvent::NocRequestFailed { request, .. } => {
            withdraw(&id_of_request(site_id, *request), recorded, rows)
        }
        SiteEvent::Registered { .. }
        | SiteEvent::SuspensionRequested { .. }
        | SiteEvent::Suspended { .. }
        | SiteEvent::ReinstatementRequested { .. }
        | SiteEvent::Reinstated { .. } => Ok(()),
    }
}

/// The network answered.
pub(crate) fn attempt(
    event: &ProvisioningEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let (attempt, state) = match event {
        ProvisioningEvent::Attempted(attempt) => (attempt, State::Retrying),
        ProvisioningEvent::Completed(attempt) => (attempt, State::Completed),
        ProvisioningEvent::Failed(attempt) => (attempt, State::Failed),
    };
    let id: &str = &recorded.event.stream;
    // The NOC may report a transaction of its own, which nobody here asked for.
    let known = rows.get(TRANSACTIONS, id)?;
    let mut transaction = known.unwrap_or_else(|| reported(id, attempt, recorded));
    let at = time(recorded.meta.committed_at);
    transaction.attempts.push(AttemptRow::new(attempt, at.clone()));
    match (transaction.state, state) {
        (State::Withdrawn, State::Retrying) => {}
        (_, State::Retrying) => transaction.state = state,
        (_, State::Pending | State::Completed | State::Failed | State::Withdrawn) => {
            transaction.state = state;
            transaction.finished_at = Some(at);
        }
    }
    write(&transaction, rows)
}

fn requested(id: String, action: Action, site_id: &str, recorded: &Recorded) -> Transaction {
    Transaction {
        transaction_id: id,
        action,
        site_id: site_id.to_owned(),
        service_id: None,
        package_id: None,
        noc_request: None,
        state: State::Pending,
        attempts: Vec::new(),
        requested_at: time(recorded.meta.committed_at),
        finished_at: None,
        caused_by: Some(contract::event::id(recorded)),
    }
}

fn reported(id: &str, attempt: &Attempt, recorded: &Recorded) -> Transaction {
    let subject = &attempt.subject;
    Transaction {
        service_id: subject.service_id.as_ref().map(ToString::to_string),
        noc_request: subject.noc_request,
        caused_by: None,
        ..requested(id.to_owned(), subject.action.into(), subject.site_id.as_str(), recorded)
    }
}

/// Somebody may have reported an attempt under this id before: what they said stays.
fn open(transaction: &Transaction, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let reported = rows.get::<Transaction>(TRANSACTIONS, &transaction.transaction_id)?;
    let transaction = match reported {
        None => transaction.clone(),
        Some(Transaction { state, attempts, finished_at, .. }) => {
            Transaction { state, attempts, finished_at, ..transaction.clone() }
        }
    };
    write(&transaction, rows)
}

/// The request may have failed before it was acknowledged, and so before there was a transaction.
fn withdraw(id: &str, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Some(mut transaction) = rows.get::<Transaction>(TRANSACTIONS, id)? else { return Ok(()) };
    if transaction.is_finished() {
        return Ok(());
    }
    transaction.state = State::Withdrawn;
    transaction.finished_at = Some(time(recorded.meta.committed_at));
    write(&transaction, rows)
}

fn write(transaction: &Transaction, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.put(TRANSACTIONS, &transaction.transaction_id, transaction)?;
    transactions_at_site::list(transaction, rows)
}

impl Transaction {
    pub(crate) fn is_finished(&self) -> bool {
        match self.state {
            State::Pending | State::Retrying => false,
            State::Completed | State::Failed | State::Withdrawn => true,
        }
    }

    /// Attempts are counted without gaps.
    pub(crate) fn next_attempt(&self) -> u32 {
        self.attempts.last().map_or(1, |last| last.number.saturating_add(1))
    }
}

impl AttemptRow {
    fn new(attempt: &Attempt, at: String) -> Self {
        let explanation = resp_code::explain(attempt.resp_code.as_str());
        Self {
            number: attempt.number,
            resp_code: attempt.resp_code.to_string(),
            meaning: explanation.meaning.to_owned(),
            remedy: explanation.remedy.map(str::to_owned),
            at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, AttemptRow, State, TRANSACTIONS, Transaction, id_of_order, id_of_request};
    use crate::testing::{acknowledged, attempt, failed, order_completed, story, suspension};
    use domain::provisioning::ProvisioningEvent;
    use read_side::testing::Story;

    fn row(story: &Story, id: &str) -> Transaction {
        story.row(TRANSACTIONS, id)
    }

    #[test]
    fn f29_a_completed_order_asks_the_network_for_its_package() {
        let story = story().then(order_completed());
        let expected = Transaction {
            transaction_id: "provisioning_order-1001".to_owned(),
            action: Action::Reprovision,
            site_id: "site_88".to_owned(),
            service_id: Some("service_5".to_owned()),
            package_id: Some("classic".to_owned()),
            noc_request: None,
            state: State::Pending,
            attempts: Vec::new(),
            requested_at: "2026-03-16T12:00:01Z".to_owned(),
            finished_at: None,
            caused_by: Some("order_1001/1".to_owned()),
        };
        assert_eq!(row(&story, "provisioning_order-1001"), expected);
    }

    #[test]
    fn f33_every_attempt_shows_its_code_and_what_it_means() {
        let id = "provisioning_order-1001";
        let story = story()
            .then(order_completed())
            .then(attempt(ProvisioningEvent::Attempted, 1, "408"))
            .then(attempt(ProvisioningEvent::Completed, 2, "000"));
        let transaction = row(&story, id);
        let attempt = |number, resp_code: &str, meaning: &str, remedy: Option<&str>, at: &str| {
            let (resp_code, meaning) = (resp_code.to_owned(), meaning.to_owned());
            let remedy = remedy.map(str::to_owned);
            AttemptRow { number, resp_code, meaning, remedy, at: at.to_owned() }
        };
        let wait = Some("Wait for the next attempt.");
        assert_eq!(
            transaction.attempts,
            [
                attempt(1, "408", "no answer within the limit", wait, "2026-03-16T12:00:02Z"),
                attempt(2, "000", "done", None, "2026-03-16T12:00:03Z"),
            ]
        );
        assert_eq!(transaction.state, State::Completed);
        assert_eq!(transaction.finished_at.as_deref(), Some("2026-03-16T12:00:03Z"));
    }

    #[test]
    fn f83_an_acknowledged_suspension_moves_the_line() {
        let story = story().then(suspension(1)).then(acknowledged(1));
        let transaction = row(&story, "provisioning_site-88-1");
        assert_eq!((transaction.action, transaction.noc_request), (Action::Suspend, Some(1)));
    }

    #[test]
    fn a_transaction_is_withdrawn_when_its_request_fails() {
        let story = story().then(suspension(1)).then(acknowledged(1)).then(failed(1));
        assert_eq!(row(&story, "provisioning_site-88-1").state, State::Withdrawn);
    }

    #[test]
    fn an_attempt_that_only_the_noc_knows_of_is_shown_without_a_cause() {
        let story = story().then(attempt(ProvisioningEvent::Attempted, 1, "503"));
        let transaction = row(&story, "provisioning_order-1001");
        assert_eq!((transaction.state, transaction.caused_by), (State::Retrying, None));
    }

    #[test]
    fn an_acknowledgement_of_nothing_is_a_fault() {
        assert!(story().try_then(acknowledged(1)).is_err());
    }

    #[test]
    fn the_longest_names_still_fit_into_an_id() {
        assert_eq!(id_of_request("site_88", 2), "provisioning_site-88-2");
        let long = id_of_order(&format!("order_{}", "9".repeat(58)));
        assert!(domain::provisioning::ProvisioningId::parse(&long).is_ok(), "{long}");
        assert_ne!(long, id_of_order(&format!("order_{}", "8".repeat(58))));
    }
}
