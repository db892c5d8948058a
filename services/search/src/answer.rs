//! What search answers when the gateway asks: a page of found accounts, or the cards of some.
//!
//! What must stay true: every text in an answer is sealed.

use std::{collections::BTreeMap, sync::Arc};

use contract::{
    search::{Finder, Question, Unanswered},
    view::ShownAmount,
};
use domain::money::{Currency, Money};
use projection::{Fault, Handle, Rows};
use serde_json::{Value, json};
use service::error;

use crate::{
    card::Card,
    find::{Found, Page},
    model::Search,
    person::Person,
};

/// The index of one biller while it follows the log.
pub(crate) struct Running {
    pub(crate) handle: Handle,
    pub(crate) answers: Answers,
}

/// Answers from the rows of one biller.
pub(crate) struct Answers {
    pub(crate) search: Arc<Search>,
    /// The biller's.
    pub(crate) currency: Currency,
}

impl Finder for Running {
    fn find(&self, question: &Question) -> Result<Value, Unanswered> {
        self.ask(|rows| self.answers.found(rows, question))
    }

    fn cards(&self, account_ids: &[String]) -> Result<BTreeMap<String, Value>, Unanswered> {
        self.ask(|rows| self.answers.cards(rows, account_ids))
    }
}

impl Running {
    fn ask<T>(&self, ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>) -> Result<T, Unanswered> {
        self.handle.query(ask).map_err(|error| Unanswered(error::chain(&error)))
    }
}

impl Answers {
    /// A page of the accounts that fit a question.
    pub(crate) fn found(&self, rows: &Rows<'_>, question: &Question) -> Result<Value, Fault> {
        let Page { found, next, more } = self.search.find(rows, question)?;
        let found = found.into_iter().map(|Found { card, grade, matched }| {
            let mut shown = self.shown(rows, &card)?;
            // Filters alone fit or do not.
            shown["match"] = match matched {
                0 => Value::Null,
                _ => json!({ "by": grade.name(), "words": matched }),
            };
            Ok(shown)
        });
        let found = found.collect::<Result<Vec<_>, Fault>>()?;
        Ok(json!({ "found": found, "next": next.map(|next| next.text()), "more": more }))
    }

    /// The cards of accounts, of those that have one.
    pub(crate) fn cards(
        &self,
        rows: &Rows<'_>,
        account_ids: &[String],
    ) -> Result<BTreeMap<String, Value>, Fault> {
        let mut cards = BTreeMap::new();
        for account_id in account_ids {
            let Some(ordinal) = self.search.ordinal(rows, account_id)? else { continue };
            let Some(card) = Card::read(rows, ordinal)? else { continue };
            cards.insert(account_id.clone(), self.shown(rows, &card)?);
        }
        Ok(cards)
    }

    fn shown(&self, rows: &Rows<'_>, card: &Card) -> Result<Value, Fault> {
        let customer_id = card.customer_id.clone();
        let person = Person::read(
            rows,
            &customer_id.clone().unwrap_or_else(|| format!("customer_{}", card.account_id)),
        )?;
        let known = person.unwrap_or_default().phones;
        let mut phones: Vec<_> = card.telephones.iter().map(|it| it.number.clone()).collect();
        phones.extend(known);
        let services: Vec<_> = card
            .services
            .iter()
            .map(|service| {
                json!({
                    "serviceId": service.service_id,
                    "siteId": service.site_id,
                    "type": service.kind,
                    "status": card.standing(service),
                })
            })
            .collect();
        Ok(json!({
            "accountId": card.account_id,
            "customerId": customer_id,
            "name": card.holder_name,
            "email": card.email,
            "phones": phones,
            "sites": card.sites,
            "services": services,
            "devices": card.devices,
            "balance": ShownAmount(Money::new(self.currency, card.owed)),
        }))
    }
}
