//! An invoice: what a bill has on it, line by line (F44).
//!
//! What must stay true: an invoice is never changed. A credit note takes it back whole, and what
//! was on it is billed anew where that is asked for.

mod credit;

pub use credit::CreditInvoice;

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::Account,
    money::Money,
    text::{Code, Text},
};

/// Names an invoice, after its number.
pub type InvoiceId = Id<Invoice>;

/// Facts about one invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoiceEvent {
    /// It was made.
    Issued(Issued),
    /// A credit note took it back.
    Credited {
        /// Whose.
        account_id: Id<Account>,
        /// Number of the credit note.
        credit_note: Code,
        /// Why: one of the biller's reasons for adjustments.
        reason: Code,
        /// When.
        credited_on: Date,
        /// Whether what was on it is billed anew.
        rebilled: bool,
        /// What it takes back, as it was on the invoice.
        lines: Vec<InvoiceLine>,
    },
}

/// What an invoice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Who pays.
    pub account_id: Id<Account>,
    /// Its number, without gaps within the biller.
    pub number: Code,
    /// The bill day that it is for; on demand, the day.
    pub cycle: Date,
    /// The day on which it was made.
    pub issued_on: Date,
    /// When it is due (F74).
    pub due_on: Date,
    /// What the customer owed before it; negative is credit.
    pub previous_balance: Money,
    /// Credits, charges, fees and taxes.
    pub lines: Vec<InvoiceLine>,
}

/// One line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// The item or charge; of a tax, the market.
    pub item_id: Code,
    /// What kind of line it is.
    pub kind: LineKind,
    /// Its code in the catalog, or the tax's.
    pub product: Code,
    /// What the customer reads.
    pub description: Text,
    /// The first day that it pays for, and the day after the last one.
    pub span: Option<(Date, Date)>,
    /// Negative is a credit.
    pub amount: Money,
}

/// What kind of line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// A package of a service.
    Package,
    /// A rented device.
    Rental,
    /// Something that is paid beside a package.
    Extra,
    /// What packages cost less together.
    Bundle,
    /// Something that is paid once.
    Fee,
    /// A tax.
    Tax,
}

/// Where an invoice stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invoice {
    /// There is no such invoice.
    NotIssued,
    /// It is owed, or was paid.
    Issued(Box<Issued>),
    /// It was taken back.
    Credited {
        /// Whose it was.
        account_id: Id<Account>,
        /// Why.
        reason: Code,
        /// Whether what was on it is billed anew.
        rebilled: bool,
    },
}

/// What prevents a wish about an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceRejection {
    /// There is no such invoice.
    #[error("there is no such invoice")]
    NotIssued,
    /// It was taken back, for another reason or otherwise.
    #[error("the invoice was credited already, otherwise than is asked now")]
    CreditedOtherwise,
    /// Only the account's newest invoice can be billed anew.
    #[error("only the account's last invoice is billed anew: credit it, and adjust the rest")]
    NotTheLast,
    /// Neither bill says alone what its days cost.
    #[error("the invoice corrects another one or was corrected: adjust the account instead")]
    Corrected,
    /// The reason is not the biller's.
    #[error("the reason is not one of the biller's reasons for adjustments")]
    ReasonNotKnown,
}

impl InvoiceRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotIssued => "invoice.not_issued",
            Self::CreditedOtherwise => "invoice.credited_otherwise",
            Self::NotTheLast => "invoice.not_the_last",
            Self::Corrected => "invoice.corrected",
            Self::ReasonNotKnown => "invoice.reason_not_known",
        }
    }
}

impl From<InvoiceRejection> for Rejection {
    fn from(rejection: InvoiceRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl LineKind {
    /// Its name outside, and in the books.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Rental => "rental",
            Self::Extra => "extra",
            Self::Bundle => "bundle",
            Self::Fee => "fee",
            Self::Tax => "tax",
        }
    }
}

impl Invoice {
    /// Whose it is, or was.
    #[must_use]
    pub fn account_id(&self) -> Option<&Id<Account>> {
        match self {
            Self::NotIssued => None,
            Self::Issued(issued) => Some(&issued.account_id),
            Self::Credited { account_id, .. } => Some(account_id),
        }
    }
}

impl Issued {
    /// All of its lines together.
    #[must_use]
    pub fn total(&self) -> Money {
        let minor = self.lines.iter().map(|line| line.amount.minor).fold(0, i64::saturating_add);
        Money { minor, ..self.previous_balance }
    }
}

impl InvoiceEvent {
    /// This fact, about that invoice.
    #[must_use]
    pub fn on(self, invoice_id: &InvoiceId) -> Fact {
        Fact::new(invoice_id, Event::Invoice(self))
    }
}

impl Aggregate for Invoice {
    const CATEGORY: &'static str = "invoice";
    const UNKNOWN: &'static Self = &Self::NotIssued;
    type Event = InvoiceEvent;

    fn evolve(self, event: &InvoiceEvent) -> Self {
        match event {
            InvoiceEvent::Issued(issued) => Self::Issued(Box::new(issued.clone())),
            InvoiceEvent::Credited { account_id, reason, rebilled, .. } => {
                let (account_id, reason) = (account_id.clone(), reason.clone());
                Self::Credited { account_id, reason, rebilled: *rebilled }
            }
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Invoice(invoice) = noun { Some(invoice) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Invoice(invoice) = noun { Some(invoice) } else { None }
    }
}
