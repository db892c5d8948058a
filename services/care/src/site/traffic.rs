//! Whether traffic flows at a site, in words an agent can read to the customer.
//!
//! What must stay true: requested is not effective (F84), for suspension and reinstatement alike.

use domain::site::{NocFailure, ReinstatementGrounds, SiteEvent, SuspensionReason};
use serde::{Deserialize, Serialize};

/// Whether traffic flows, and what the NOC was asked last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Traffic {
    state: State,
    /// All of it in one phrase.
    pub(super) words: String,
    /// The last request; absent where the NOC was never asked.
    request: Option<u32>,
    /// Whether the NOC has seen the request; absent where none is under way.
    acknowledged: Option<bool>,
    /// Why traffic is stopped or stopping.
    reason: Option<String>,
    /// Why it may flow again, while that is under way and after.
    grounds: Option<String>,
    /// What the ONT showed when the line was reinstated (F89).
    vlan: Option<u32>,
    /// Why the last request did not become effective.
    failure: Option<String>,
}

/// Whether traffic flows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum State {
    Flowing,
    Stopping,
    Stopped,
    Resuming,
}

impl Traffic {
    /// A line that nobody ever asked the NOC about.
    pub(super) fn flowing() -> Self {
        Self {
            state: State::Flowing,
            words: "flowing".to_owned(),
            request: None,
            acknowledged: None,
            reason: None,
            grounds: None,
            vlan: None,
            failure: None,
        }
    }

    /// Takes in what happened.
    pub(super) fn advance(&mut self, event: &SiteEvent) {
        match event {
            SiteEvent::Registered { .. } => {}
            SiteEvent::SuspensionRequested { request, reason } => {
                *self = Self {
                    state: State::Stopping,
                    request: Some(*request),
                    acknowledged: Some(false),
                    reason: Some(reason_words(*reason).to_owned()),
                    ..Self::flowing()
                };
            }
            SiteEvent::NocRequestAcknowledged { .. } => self.acknowledged = Some(true),
            SiteEvent::Suspended { .. } => {
                self.state = State::Stopped;
                self.acknowledged = None;
            }
            SiteEvent::ReinstatementRequested { request, grounds } => {
                self.state = State::Resuming;
                self.request = Some(*request);
                self.acknowledged = Some(false);
                self.grounds = Some(grounds_words(*grounds).to_owned());
                self.failure = None;
            }
            SiteEvent::Reinstated { vlan, .. } => {
                self.state = State::Flowing;
                self.acknowledged = None;
                self.reason = None;
                self.vlan = Some(*vlan);
            }
            SiteEvent::NocRequestFailed { failure, .. } => self.fail(*failure),
        }
        self.words = self.phrase();
    }

    /// The site is as it was before the request.
    fn fail(&mut self, failure: NocFailure) {
        match self.state {
            State::Stopping => {
                self.state = State::Flowing;
                self.reason = None;
            }
            State::Resuming => {
                self.state = State::Stopped;
                self.grounds = None;
            }
            State::Flowing | State::Stopped => {}
        }
        self.acknowledged = None;
        self.failure = Some(failure_words(failure).to_owned());
    }

    fn phrase(&self) -> String {
        let request = self.request.unwrap_or_default();
        let reason = self.reason.as_deref().unwrap_or_default();
        let seen = if self.acknowledged == Some(true) { ", acknowledged by the NOC" } else { "" };
        let stands = match self.state {
            State::Flowing => "flowing".to_owned(),
            State::Stopping => {
                format!("suspension for {reason} requested, request {request}{seen}")
            }
            State::Stopped => format!("suspended for {reason}"),
            State::Resuming => {
                format!("suspended; reinstatement requested, request {request}{seen}")
            }
        };
        match &self.failure {
            Some(failure) => format!("{stands}; request {request} failed: {failure}"),
            None => stands,
        }
    }
}

fn reason_words(reason: SuspensionReason) -> &'static str {
    match reason {
        SuspensionReason::NonPayment => "non-payment",
        SuspensionReason::CustomerRequest => "the customer's request",
        SuspensionReason::Abuse => "abuse",
    }
}

fn grounds_words(grounds: ReinstatementGrounds) -> &'static str {
    match grounds {
        ReinstatementGrounds::PaidInFull => "paid in full",
        ReinstatementGrounds::PaymentArrangement => "payment arrangement",
        ReinstatementGrounds::ReasonEnded => "the reason has ended",
    }
}

fn failure_words(failure: NocFailure) -> &'static str {
    match failure {
        NocFailure::TimedOut => "not effective in time",
        NocFailure::NetworkRefused => "refused by the network",
        NocFailure::VlanNotRestored => "the ONT does not show the service VLAN",
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        site::{NocFailure, SiteEvent, SuspensionReason},
        testing::fixtures::{resuming, site_id, stopping_site, suspended_site},
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use crate::{model::Care, site::TABLE};

    fn traffic(facts: Vec<Fact>, then: &[SiteEvent]) -> Value {
        let then = then.iter().map(|event| event.clone().on(&site_id()));
        Story::of(Care).and(facts).and(then).row::<Value>(TABLE, "site_88")["traffic"].clone()
    }

    fn resuming_site() -> Vec<Fact> {
        let suspended = suspended_site(SuspensionReason::NonPayment);
        suspended.into_iter().chain([resuming(2)]).collect()
    }

    #[test]
    fn f84_a_requested_suspension_is_not_an_effective_one() {
        let requested = traffic(stopping_site(SuspensionReason::NonPayment), &[]);
        assert_eq!(requested["state"], "stopping");
        assert_eq!(requested["words"], "suspension for non-payment requested, request 1");
        assert_eq!(requested["acknowledged"], false);
        let effective = traffic(suspended_site(SuspensionReason::NonPayment), &[]);
        assert_eq!(effective["state"], "stopped");
        assert_eq!(effective["words"], "suspended for non-payment");
        assert_eq!(effective["acknowledged"], Value::Null);
    }

    #[test]
    fn an_acknowledged_request_says_so() {
        let seen = SiteEvent::NocRequestAcknowledged { request: 1 };
        let row = traffic(stopping_site(SuspensionReason::Abuse), &[seen]);
        let words = "suspension for abuse requested, request 1, acknowledged by the NOC";
        assert_eq!((&row["acknowledged"], &row["words"]), (&json!(true), &json!(words)));
    }

    #[test]
    fn f89_a_reinstated_line_shows_the_vlan_that_was_read_back() {
        let requested = traffic(resuming_site(), &[]);
        assert_eq!(requested["words"], "suspended; reinstatement requested, request 2");
        let row = traffic(resuming_site(), &[SiteEvent::Reinstated { request: 2, vlan: 552 }]);
        let expected = json!({
            "state": "flowing",
            "words": "flowing",
            "request": 2,
            "acknowledged": null,
            "reason": null,
            "grounds": "paid in full",
            "vlan": 552,
            "failure": null,
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn after_a_failed_request_the_site_is_as_it_was_before() {
        let failed = SiteEvent::NocRequestFailed { request: 1, failure: NocFailure::TimedOut };
        let row = traffic(stopping_site(SuspensionReason::NonPayment), &[failed]);
        assert_eq!(row["words"], "flowing; request 1 failed: not effective in time");
        let failure = NocFailure::VlanNotRestored;
        let failed = SiteEvent::NocRequestFailed { request: 2, failure };
        let row = traffic(resuming_site(), &[failed]);
        assert_eq!((&row["state"], &row["reason"]), (&json!("stopped"), &json!("non-payment")));
    }
}
