//! What the bills of a run come to: for a billing manager, before they are approved.
//!
//! What must stay true: it is as large for a million accounts as for ten.

use std::collections::BTreeMap;

use contract::view::ShownAmount;
use domain::{
    account::AccountId,
    invoice::{InvoiceLine, LineKind},
    ledger::Obstacle,
    money::{Currency, Money},
};
use serde_json::{Value, json};

/// Accounts that are named in a list.
const NAMED: usize = 10;

/// What was added up.
pub(super) struct Tally {
    currency: Currency,
    /// Accounts that are due.
    accounts: u64,
    bills: u64,
    /// Bills of accounts that had none before.
    first_bills: u64,
    /// Bills with nothing on them: none is made.
    empty: u64,
    charges: i64,
    credits: i64,
    taxes: i64,
    /// What the bills before these came to, of those who had one.
    previous: i64,
    /// By code: how many, and the first of them with their reasons.
    parked: BTreeMap<&'static str, Parked>,
    largest: Vec<Bill>,
    changed: Vec<Bill>,
}

#[derive(Default)]
struct Parked {
    accounts: u64,
    named: Vec<(AccountId, String)>,
}

#[derive(Clone)]
struct Bill {
    account_id: AccountId,
    total: i64,
    previous: Option<i64>,
}

impl Tally {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            currency,
            accounts: 0,
            bills: 0,
            first_bills: 0,
            empty: 0,
            charges: 0,
            credits: 0,
            taxes: 0,
            previous: 0,
            parked: BTreeMap::new(),
            largest: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Adds the bills of an account that is due, and what the one before them came to.
    pub(super) fn add(
        &mut self,
        account_id: &AccountId,
        bills: Vec<Result<Vec<InvoiceLine>, Obstacle>>,
        mut previous: Option<i64>,
    ) {
        self.accounts += 1;
        for lines in bills {
            match lines {
                Err(obstacle) => {
                    let parked = self.parked.entry(obstacle.code).or_default();
                    parked.add(account_id, obstacle.reason);
                }
                Ok(lines) if lines.is_empty() => self.empty += 1,
                Ok(lines) => previous = Some(self.add_bill(account_id.clone(), &lines, previous)),
            }
        }
    }

    /// Adds a bill with something on it; what it comes to.
    fn add_bill(
        &mut self,
        account_id: AccountId,
        lines: &[InvoiceLine],
        previous: Option<i64>,
    ) -> i64 {
        let mut total: i64 = 0;
        for line in lines {
            let minor = line.amount.minor;
            let part = match line.kind {
                LineKind::Tax => &mut self.taxes,
                LineKind::Package
                | LineKind::Rental
                | LineKind::Extra
                | LineKind::Bundle
                | LineKind::Fee => match minor < 0 {
                    true => &mut self.credits,
                    false => &mut self.charges,
                },
            };
            *part = part.saturating_add(minor);
            total = total.saturating_add(minor);
        }
        self.bills += 1;
        let bill = Bill { account_id, total, previous };
        keep(&mut self.largest, &bill, |bill| bill.total);
        match previous {
            None => self.first_bills += 1,
            Some(previous) => {
                self.previous = self.previous.saturating_add(previous);
                keep(&mut self.changed, &bill, |bill| bill.change().saturating_abs());
            }
        }
        total
    }

    /// As it is shown.
    pub(super) fn shown(&self) -> Value {
        let amount = |minor| ShownAmount(Money::new(self.currency, minor));
        let bill = |bill: &Bill| {
            json!({
                "accountId": bill.account_id.as_str(),
                "total": amount(bill.total),
                "previous": bill.previous.map(amount),
                "change": bill.previous.map(|_| amount(bill.change())),
            })
        };
        let parked = self.parked.iter().map(|(code, parked)| {
            let named = parked.named.iter();
            let named =
                named.map(|(id, reason)| json!({"accountId": id.as_str(), "reason": reason}));
            json!({"code": code, "accounts": parked.accounts, "first": named.collect::<Vec<_>>()})
        });
        json!({
            "accounts": self.accounts,
            "bills": self.bills,
            "firstBills": self.first_bills,
            "withNothingOnThem": self.empty,
            "parkedAccounts": self.parked.values().map(|parked| parked.accounts).sum::<u64>(),
            "charges": amount(self.charges),
            "credits": amount(self.credits),
            "taxes": amount(self.taxes),
            "total": amount(self.charges.saturating_add(self.credits).saturating_add(self.taxes)),
            "previousTotal": amount(self.previous),
            "parked": parked.collect::<Vec<_>>(),
            "largest": self.largest.iter().map(bill).collect::<Vec<_>>(),
            "changedMost": self.changed.iter().map(bill).collect::<Vec<_>>(),
        })
    }
}

impl Parked {
    fn add(&mut self, account_id: &AccountId, reason: String) {
        self.accounts += 1;
        if self.named.len() < NAMED {
            self.named.push((account_id.clone(), reason));
        }
    }
}

impl Bill {
    fn change(&self) -> i64 {
        self.previous.map_or(0, |previous| self.total.saturating_sub(previous))
    }
}

/// Keeps a bill among the largest, those of the same size in the order in which they came.
fn keep(bills: &mut Vec<Bill>, bill: &Bill, size: impl Fn(&Bill) -> i64) {
    let place = bills.partition_point(|other| size(other) >= size(bill));
    if place < NAMED {
        bills.truncate(NAMED - 1);
        bills.insert(place, bill.clone());
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        account::AccountId,
        invoice::{InvoiceLine, LineKind},
        ledger::Obstacle,
        money::{Currency, Money},
        text::{Code, Text},
    };

    use super::{NAMED, Tally};

    fn line(kind: LineKind, minor: i64) -> InvoiceLine {
        let code = || Code::parse("classic").unwrap();
        InvoiceLine {
            item_id: code(),
            kind,
            product: code(),
            description: Text::parse("Classic").unwrap(),
            span: None,
            amount: Money::new(usd(), minor),
        }
    }

    fn usd() -> Currency {
        Currency::parse("USD").unwrap()
    }

    fn account(number: u64) -> AccountId {
        AccountId::parse(&format!("account_{number}")).unwrap()
    }

    #[test]
    fn a_run_is_added_up_by_what_is_on_its_bills() {
        let mut tally = Tally::new(usd());
        let lines = [(LineKind::Package, 5_999), (LineKind::Package, -1_000), (LineKind::Tax, 300)];
        tally.add(
            &account(1),
            vec![Ok(lines.map(|(kind, minor)| line(kind, minor)).to_vec())],
            Some(5_999),
        );
        tally.add(&account(2), vec![Ok(vec![line(LineKind::Fee, 500)])], None);
        tally.add(&account(3), vec![Ok(Vec::new())], Some(100));
        let reason = "there are no taxes".to_owned();
        let obstacle = Obstacle { code: "bill.market_without_taxes", reason };
        tally.add(&account(4), vec![Err(obstacle)], None);
        let shown = tally.shown();
        let minor = |name: &str| shown[name]["minor"].clone();
        assert_eq!((minor("charges"), minor("credits")), (6_499.into(), (-1_000).into()));
        assert_eq!((minor("taxes"), minor("total")), (300.into(), 5_799.into()));
        assert_eq!(minor("previousTotal"), 5_999);
        let counts = ["accounts", "bills", "firstBills", "withNothingOnThem", "parkedAccounts"];
        assert_eq!(counts.map(|name| shown[name].as_u64().unwrap()), [4, 2, 1, 1, 1]);
        assert_eq!(shown["changedMost"][0]["change"]["minor"], -700);
        assert_eq!(shown["parked"][0]["first"][0]["accountId"], "account_4");
    }

    #[test]
    fn who_is_billed_for_several_months_is_one_account() {
        let mut tally = Tally::new(usd());
        let bill = |minor| Ok(vec![line(LineKind::Package, minor)]);
        tally.add(&account(1), vec![bill(3_000), bill(5_000)], None);
        let shown = tally.shown();
        let counts = ["accounts", "bills", "firstBills"].map(|name| shown[name].as_u64().unwrap());
        assert_eq!(counts, [1, 2, 1]);
        assert_eq!(shown["total"]["minor"], 8_000);
        assert_eq!(shown["changedMost"][0]["change"]["minor"], 2_000);
    }

    #[test]
    fn the_largest_bills_are_named_and_no_more_of_them_however_many_there_are() {
        let mut tally = Tally::new(usd());
        for number in 0..100_u64 {
            let minor = i64::try_from(number * 37 % 100).unwrap();
            tally.add(&account(number), vec![Ok(vec![line(LineKind::Fee, minor)])], Some(50));
        }
        let shown = tally.shown();
        let of = |list: &str, field: &str| -> Vec<i64> {
            let bills = shown[list].as_array().unwrap().iter();
            bills.map(|bill| bill[field]["minor"].as_i64().unwrap()).collect()
        };
        assert_eq!(of("largest", "total"), (90..100).rev().collect::<Vec<_>>());
        let changes: Vec<_> = of("changedMost", "change").iter().map(|it| it.abs()).collect();
        assert_eq!((changes.len(), changes[0], changes[9]), (NAMED, 50, 45));
    }
}
