//! Real events of Demarc, as they are stored: accounts that are opened, commented, charged and
//! paid, one after the other.

use std::path::Path;

use anyhow::Context as _;
use contract::pb::{account::v1 as account, ledger::v1 as ledger, money::v1::Money};
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};
use prost::Message as _;

use crate::commands::mix;

/// Events of one account: it is opened, then the other facts follow in turns.
pub(crate) const EVENTS_OF_ACCOUNT: u64 = 10;
/// Events in one block.
const GROUP: u64 = 256;

/// The id of the account with this number.
pub(crate) fn account_id(number: u64) -> String {
    format!("account_{number:012}")
}

/// Writes a log with so many events.
pub(crate) fn write(dir: &Path, name: &str, events: u64) -> anyhow::Result<()> {
    let accounts = events.div_ceil(EVENTS_OF_ACCOUNT);
    let mut log = Log::open(dir, name, Options::default())
        .with_context(|| format!("the log in {} did not open", dir.display()))?;
    let mut next = 0;
    while next < events {
        let end = events.min(next + GROUP);
        for outcome in log.append((next..end).map(|n| record(n, accounts)).collect())?.outcomes {
            outcome?;
        }
        next = end;
    }
    Ok(())
}

fn record(number: u64, accounts: u64) -> NewRecord {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&mix(number).to_be_bytes());
    id[8..].copy_from_slice(&mix(number + (1 << 40)).to_be_bytes());
    let (account, turn) = (number % accounts, number / accounts);
    let (stream, kind, data) = match (turn, turn % 3) {
        (0, _) => opened(account),
        (_, 0) => commented(account, turn),
        (_, 1) => charged(account, turn),
        _ => paid(account, turn),
    };
    let event = NewEvent { stream, expected: Expected::Any, kind, schema: 1, data: data.into() };
    NewRecord {
        command_id: CommandId(id),
        committed_at: 1_790_000_000_000_000 + i64::try_from(number).unwrap_or_default(),
        actor: "alice; roles=agent".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![event],
    }
}

/// The stream, the kind and the stored form of a fact.
type Stored = (String, String, Vec<u8>);

fn opened(number: u64) -> Stored {
    let fact = account::AccountOpened {
        holder_name: format!("Jordan Customer {number}"),
        email: format!("jordan.{number}@example.com"),
        customer_id: String::new(),
    };
    account_fact(number, "AccountOpened", account::account_event::Fact::Opened(fact))
}

fn commented(number: u64, turn: u64) -> Stored {
    let fact = account::AccountCommentAdded {
        comment_id: format!("comment-{turn}"),
        text: "Called about the bill of last month; explained the proration of the upgrade, \
               customer is content and will pay by card. No follow-up is needed."
            .to_owned(),
    };
    account_fact(number, "AccountCommentAdded", account::account_event::Fact::CommentAdded(fact))
}

fn account_fact(number: u64, kind: &str, fact: account::account_event::Fact) -> Stored {
    let data = account::AccountEvent { fact: Some(fact) }.encode_to_vec();
    (account_id(number), format!("demarc.account.v1.{kind}"), data)
}

fn charged(number: u64, turn: u64) -> Stored {
    let line = |description: &str, minor_units| ledger::ChargeLine {
        description: description.to_owned(),
        amount: Some(money(minor_units)),
    };
    let fact = ledger::LedgerCharged {
        account_id: account_id(number),
        charge_id: format!("charge-{turn}"),
        lines: vec![line("Super Fast (1 Gig)", 8_000), line("Static IP", 1_000)],
        due_on: "2027-01-05".to_owned(),
    };
    ledger_fact(number, "LedgerCharged", ledger::ledger_event::Fact::Charged(fact))
}

fn paid(number: u64, turn: u64) -> Stored {
    let fact = ledger::LedgerPaymentReceived {
        account_id: account_id(number),
        payment_id: format!("payment-{turn}"),
        amount: Some(money(9_000)),
        method: ledger::PaymentMethod::Card.into(),
        received_on: "2026-12-20".to_owned(),
        invoice_id: String::new(),
        reference: String::new(),
    };
    ledger_fact(number, "LedgerPaymentReceived", ledger::ledger_event::Fact::PaymentReceived(fact))
}

fn ledger_fact(number: u64, kind: &str, fact: ledger::ledger_event::Fact) -> Stored {
    let data = ledger::LedgerEvent { fact: Some(fact) }.encode_to_vec();
    (account_id(number).replacen("account", "ledger", 1), format!("demarc.ledger.v1.{kind}"), data)
}

fn money(minor_units: i64) -> Money {
    Money { minor: minor_units, currency: "USD".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::record;

    #[test]
    fn every_fact_is_one_that_the_product_can_read() {
        for number in 0..60 {
            let event = &record(number, 10).events[0];
            contract::decode(&event.kind, &event.data).unwrap();
        }
    }
}
