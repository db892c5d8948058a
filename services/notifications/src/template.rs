//! The texts, and how they are filled in. The first line of a template is the subject.
//!
//! What must stay true: a word that a template asks for and nobody gave is a fault, never a gap in
//! a letter.

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use projection::Fault;
use serde::{Deserialize, Serialize};

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Template {
    OrderScheduled,
    OrderCompleted,
    OrderDone,
    ServiceDisconnected,
    SuspensionRequested,
    SiteSuspended,
    SiteReinstated,
    PaymentReceived,
    /// Who may speak for the customer, or how they are reached.
    AccountChanged,
    /// What an agent wrote (F61).
    Email,
    /// For whoever gets no paper (F50).
    StatementReady,
    PastDue,
    ArrangementMade,
    ArrangementBroken,
    CampaignEnds,
    CampaignOver,
    CollectionFailed,
    PaymentReversed,
}

/// Name and text of every template.
const TEXTS: [(&str, &str); 18] = [
    ("order_scheduled", include_str!("../templates/order_scheduled.txt")),
    ("order_completed", include_str!("../templates/order_completed.txt")),
    ("order_done", include_str!("../templates/order_done.txt")),
    ("service_disconnected", include_str!("../templates/service_disconnected.txt")),
    ("suspension_requested", include_str!("../templates/suspension_requested.txt")),
    ("site_suspended", include_str!("../templates/site_suspended.txt")),
    ("site_reinstated", include_str!("../templates/site_reinstated.txt")),
    ("payment_received", include_str!("../templates/payment_received.txt")),
    ("account_changed", include_str!("../templates/account_changed.txt")),
    ("email", include_str!("../templates/email.txt")),
    ("statement_ready", include_str!("../templates/statement_ready.txt")),
    ("past_due", include_str!("../templates/past_due.txt")),
    ("arrangement_made", include_str!("../templates/arrangement_made.txt")),
    ("arrangement_broken", include_str!("../templates/arrangement_broken.txt")),
    ("campaign_ends", include_str!("../templates/campaign_ends.txt")),
    ("campaign_over", include_str!("../templates/campaign_over.txt")),
    ("collection_failed", include_str!("../templates/collection_failed.txt")),
    ("payment_reversed", include_str!("../templates/payment_reversed.txt")),
];

/// The words that fill a template.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Words {
    /// The account holder.
    pub(crate) holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// Whether the reason is money, or there is something to pay.
    pub(crate) unpaid: bool,
    /// A statement's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// When service is suspended; absent: never.
    pub(crate) suspends: Option<String>,
    /// Whether that is today.
    pub(crate) suspended: bool,
    /// What asking cost.
    pub(crate) late_fee: Option<LateFee>,
    /// What asking again will cost.
    pub(crate) late_fees_ahead: Vec<LateFee>,
    /// Where service is off already because somebody did not pay.
    pub(crate) off: Option<String>,
    /// Where it is not.
    pub(crate) on: Option<String>,
    /// What has to be paid before it comes back; absent: it is not known.
    pub(crate) to_reinstate: Option<String>,
    /// Whether a manager agreed, without whom nobody is reinstated (F86).
    pub(crate) by_manager: bool,
    /// What it costs to have suspended service back.
    pub(crate) reconnect_fee: Option<ReconnectFee>,
    /// What will cost something else.
    pub(crate) changes: Vec<Change>,
    /// What is paid by when.
    pub(crate) promises: Vec<Promised>,
    /// Whether it is tried again.
    pub(crate) retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment: Option<String>,
    /// What was changed about the account, never to what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) change: Option<&'static str>,
    /// What an agent wrote, and its subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// What an agent wrote from; absent for the account as a whole.
    pub(crate) reference: Option<String>,
    /// The event's; absent for an order that needs no visit.
    pub(crate) date: Option<String>,
    pub(crate) slot: Option<String>,
}

/// What a customer promised.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Promised {
    pub(crate) amount: String,
    pub(crate) date: String,
}

/// A fee for asking, and when it is charged.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LateFee {
    pub(crate) amount: String,
    pub(crate) date: String,
}

/// What it costs to have service back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReconnectFee {
    /// How many sites it is charged for.
    pub(crate) sites: usize,
    /// For each of them.
    pub(crate) amount: String,
    /// For all.
    pub(crate) total: String,
}

/// A price that changes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Change {
    /// What the customer calls it.
    pub(crate) package: String,
    /// From when on.
    pub(crate) date: String,
    /// A month, from then on.
    pub(crate) amount: String,
}

/// Every text, ready to be filled in.
pub(crate) struct Templates(Environment<'static>);

impl Template {
    /// Its name in facts and files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OrderScheduled => "order_scheduled",
            Self::OrderCompleted => "order_completed",
            Self::OrderDone => "order_done",
            Self::ServiceDisconnected => "service_disconnected",
            Self::SuspensionRequested => "suspension_requested",
            Self::SiteSuspended => "site_suspended",
            Self::SiteReinstated => "site_reinstated",
            Self::PaymentReceived => "payment_received",
            Self::AccountChanged => "account_changed",
            Self::Email => "email",
            Self::StatementReady => "statement_ready",
            Self::PastDue => "past_due",
            Self::ArrangementMade => "arrangement_made",
            Self::ArrangementBroken => "arrangement_broken",
            Self::CampaignEnds => "campaign_ends",
            Self::CampaignOver => "campaign_over",
            Self::CollectionFailed => "collection_failed",
            Self::PaymentReversed => "payment_reversed",
        }
    }
}

impl Templates {
    pub(crate) fn new() -> Self {
        let mut texts = Environment::new();
        texts.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in TEXTS {
            texts.add_template(name, text).expect("the shipped templates are well formed");
        }
        Self(texts)
    }

    /// Subject and body.
    pub(crate) fn render(
        &self,
        template: Template,
        words: &Words,
    ) -> Result<(String, String), Fault> {
        let text = self.0.get_template(template.name());
        let text = text.and_then(|text| text.render(Serde(words)));
        let text = text.map_err(|error| {
            Fault::because(format!("template {} is not filled in", template.name()), error)
        })?;
        let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
        Ok((subject.to_owned(), body.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, Templates, Words};

    #[test]
    fn a_word_that_nobody_gave_is_a_fault_not_a_gap() {
        let words = Words { holder: "Jo Doe".to_owned(), ..Words::default() };
        assert!(Templates::new().render(Template::OrderCompleted, &words).is_err());
    }

    #[test]
    fn a_name_is_not_taken_for_a_template() {
        let words = Words {
            holder: "{{ address }} <b>".to_owned(),
            address: Some("17 Elm St".to_owned()),
            date: Some("2026-03-16".to_owned()),
            ..Words::default()
        };
        let (_, body) = Templates::new().render(Template::SiteReinstated, &words).unwrap();
        assert!(body.starts_with("Hello {{ address }} <b>,\n"), "{body}");
    }
}
