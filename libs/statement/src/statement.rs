//! A statement as data. It is what is kept: HTML and PDF follow from it and can be made again.
//!
//! All amounts are in hundredths of the statement's currency. JSON has the fields in the order in
//! which they are declared here, so a new one goes to the end of its struct and is left out where
//! it is not set: what was digested before keeps its digest.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Currency;

/// What a customer is told once per bill cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// Who bills.
    pub biller: Letterhead,
    /// The number under which the biller files it.
    pub number: String,
    /// Invoice or credit note.
    pub kind: Kind,
    /// The number of the invoice that a credit note corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// The account, as the customer is told it.
    pub account_id: String,
    /// Who pays. Either text may be sealed.
    pub bill_to: Address,
    /// The day of the statement.
    pub issued_on: Date,
    /// The last day to pay.
    pub due_on: Date,
    /// What the statement is about.
    pub period: Period,
    /// What all amounts are in.
    pub currency: Currency,
    /// What the statement before asked for; negative where the customer had a credit.
    pub previous_balance: i64,
    /// What was paid since, positive; a payment that came back is negative.
    pub payments: Vec<Entry>,
    /// What was corrected since; negative in the customer's favour.
    pub adjustments: Vec<Entry>,
    /// What is new, by service or site.
    pub charges: Vec<ChargeGroup>,
    /// Taxes and fees on the new charges.
    pub taxes: Vec<Entry>,
    /// All charges and taxes together.
    pub total_new_charges: i64,
    /// Previous balance, less payments, with adjustments and new charges. Negative where the
    /// customer has a credit.
    pub amount_due: i64,
    /// Set where the amount is going to be collected, so the customer need not pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autopay: Option<Autopay>,
    /// Set where some of the amount should have been paid already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_due: Option<PastDue>,
    /// How it reaches the customer.
    pub delivery: Delivery,
}

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// It asks for money.
    Invoice,
    /// It takes back what an invoice asked for.
    CreditNote,
}

/// How a statement reaches the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// By e-mail.
    Paperless,
    /// By mail: where there is something to pay, the PDF has a slip to return with a check.
    Print,
}

/// What is the same on all statements of a biller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letterhead {
    /// The biller's name.
    pub name: String,
    /// Where checks are sent to, line by line, without the name.
    pub address: Vec<String>,
    /// How a customer pays, in a few sentences.
    pub pay_by: String,
    /// Whom a customer asks, in a few sentences.
    pub questions: String,
    /// What the biller prints on.
    pub paper: Paper,
}

/// A size of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Paper {
    /// 8.5 by 11 inches.
    Letter,
    /// 210 by 297 millimetres.
    A4,
}

/// Whom a statement is for. Both may be sealed texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The name.
    pub name: String,
    /// The address, line by line.
    pub address: Vec<String>,
}

/// Some days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// A payment, an adjustment or a tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The day of a payment or an adjustment; a tax has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What it was.
    pub description: String,
    /// Hundredths.
    pub amount: i64,
}

/// The charges of one service or site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargeGroup {
    /// The service or site, as the customer knows it. May be a sealed text.
    pub heading: String,
    /// Its charges.
    pub charges: Vec<Charge>,
}

/// One charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    /// What it is for.
    pub description: String,
    /// The days it is for; what is charged once has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Hundredths; negative for a discount.
    pub amount: i64,
}

/// That the biller collects the amount due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Autopay {
    /// The day of collection.
    pub on: Date,
    /// What is charged, as the customer knows it: `Visa ending in 4242`. May be a sealed text.
    pub method: String,
}

/// That some of the amount should have been paid already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastDue {
    /// How much of the amount due, in hundredths.
    pub amount: i64,
    /// The day until which the oldest of it was to be paid.
    pub since: Date,
    /// The day on which service is suspended unless it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_on: Option<Date>,
    /// Where service is suspended already: what has to be paid, in hundredths, before it is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reinstated_for: Option<i64>,
}

impl Statement {
    /// The JSON of which a [`digest`](crate::digest) is taken: one line, every field in its place.
    ///
    /// # Panics
    ///
    /// Never: texts, numbers and dates have a JSON.
    #[must_use]
    pub fn canonical_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and dates have a JSON")
    }
}
