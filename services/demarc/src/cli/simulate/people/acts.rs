//! What somebody may do on a day, and the commands that it takes.

use jiff::ToSpan;
use payment_processor::{TOK_DECLINED_EXPIRED, TOK_DECLINED_INSUFFICIENT, TOK_OK};
use serde_json::{Value, json};

use super::{Owed, Town, habits::Payer};
use crate::cli::simulate::stage::Wish;

/// Something that somebody does on a day.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Becomes a customer.
    Install,
    /// Another package, or the one before it again.
    Change { is_back: bool },
    /// Leaves.
    Leave,
    /// Is billed on another day.
    MoveBillDay,
    /// Takes something beside the package.
    AddExtra,
    /// Pays so much of what is owed.
    Pay(Share),
    /// The bank says that a payment did not hold.
    Bounce { payment_id: String },
    /// Promises to pay, and does or does not.
    Arrange { with_manager: bool, is_kept: bool },
    /// Says that the oldest debt is not owed.
    Dispute,
    /// The dispute is decided, for the customer or not.
    Decide { charge_id: String, is_right: bool },
    /// Has a card that works.
    NewCard,
}

/// How much somebody pays.
#[derive(Clone, Copy, Debug)]
pub(super) enum Share {
    All,
    Half,
    PastDue,
}

impl Act {
    /// Whether it takes somebody at work.
    pub(super) fn needs_office(&self) -> bool {
        match self {
            Self::Pay(_) | Self::NewCard => false,
            Self::Install
            | Self::Change { .. }
            | Self::Leave
            | Self::MoveBillDay
            | Self::AddExtra
            | Self::Bounce { .. }
            | Self::Arrange { .. }
            | Self::Dispute
            | Self::Decide { .. } => true,
        }
    }
}

impl Town<'_> {
    /// The commands of an act.
    pub(super) fn perform(&mut self, nth: usize, act: Act, owed: &Owed, wishes: &mut Vec<Wish>) {
        let is_gone = self.people[nth].is_gone;
        match act {
            Act::Install => self.install(nth, wishes),
            Act::Change { .. } | Act::MoveBillDay | Act::AddExtra | Act::Leave if is_gone => {}
            Act::Change { is_back } => self.change(nth, is_back, wishes),
            Act::Leave => self.leave(nth, wishes),
            Act::MoveBillDay => self.move_bill_day(nth, wishes),
            Act::AddExtra => self.add_extra(nth, wishes),
            Act::Pay(share) => self.pay(nth, share, owed, wishes),
            Act::Bounce { payment_id } => self.bounce(nth, &payment_id, wishes),
            Act::Arrange { with_manager, is_kept } => {
                self.arrange(nth, (with_manager, is_kept), owed, wishes);
            }
            Act::Dispute => self.dispute(nth, owed, wishes),
            Act::Decide { charge_id, is_right } => self.decide(nth, &charge_id, is_right, wishes),
            Act::NewCard => self.set_autopay(nth, TOK_OK, wishes),
        }
    }

    /// Autopay is set when somebody becomes a customer.
    pub(super) fn begin_to_pay(&mut self, nth: usize, wishes: &mut Vec<Wish>) {
        let token = match self.people[nth].payer {
            Payer::Autopay => TOK_OK,
            Payer::Insufficient => TOK_DECLINED_INSUFFICIENT,
            Payer::Expired => TOK_DECLINED_EXPIRED,
            Payer::Prompt | Payer::Late | Payer::Dunned | Payer::Silent | Payer::InParts => return,
        };
        self.set_autopay(nth, token, wishes);
    }

    fn set_autopay(&mut self, nth: usize, token: &str, wishes: &mut Vec<Wish>) {
        let body = json!({
            "accountId": self.people[nth].account_id(),
            "source": { "method": "PAYMENT_METHOD_CARD", "token": token, "label": "visa" },
        });
        self.by_agent(nth, "SetAutopay", body, wishes);
    }

    fn by_agent(&mut self, nth: usize, name: &'static str, body: Value, wishes: &mut Vec<Wish>) {
        let agent = self.agent(nth);
        wishes.push(self.wish(nth, &agent, name, body));
    }

    fn by_billing(&mut self, nth: usize, name: &'static str, body: Value, wishes: &mut Vec<Wish>) {
        let billing = self.staff.billing.clone();
        wishes.push(self.wish(nth, &billing, name, body));
    }

    fn move_bill_day(&mut self, nth: usize, wishes: &mut Vec<Wish>) {
        let person = &mut self.people[nth];
        let bill_day = 5 + person.chance.below(16);
        let body = json!({ "accountId": person.account_id(), "billDay": bill_day });
        self.by_agent(nth, "ChangeBillDay", body, wishes);
    }

    fn add_extra(&mut self, nth: usize, wishes: &mut Vec<Wish>) {
        let extras: Vec<_> = self.biller.catalog.extras.keys().cloned().collect();
        if extras.is_empty() {
            return;
        }
        let person = &mut self.people[nth];
        let body = json!({
            "accountId": person.account_id(), "itemId": "extra-1",
            "product": person.chance.one_of(&extras).as_str(),
            "market": person.market.as_str(), "from": self.today.to_string(),
        });
        self.by_agent(nth, "StartItem", body, wishes);
    }

    fn pay(&mut self, nth: usize, share: Share, owed: &Owed, wishes: &mut Vec<Wish>) {
        let minor = match share {
            Share::All => owed.balance.minor,
            Share::Half => owed.balance.minor / 2,
            Share::PastDue => owed.past_due.minor,
        };
        if minor <= 0 {
            return;
        }
        let is_business_day = self.biller.business_days.is_business_day(self.today);
        let person = &mut self.people[nth];
        person.payments += 1;
        // Checks are opened at work.
        let method = match person.chance.below(100) {
            0..=34 if is_business_day => "PAYMENT_METHOD_CHECK",
            0..=69 => "PAYMENT_METHOD_CARD",
            70..=94 => "PAYMENT_METHOD_BANK_TRANSFER",
            _ => "PAYMENT_METHOD_CASH",
        };
        let body = json!({
            "accountId": person.account_id(), "paymentId": format!("p-{}", person.payments),
            "amount": self.money(minor), "method": method,
            "receivedOn": self.today.to_string(),
        });
        self.by_billing(nth, "RecordPayment", body, wishes);
    }

    fn bounce(&mut self, nth: usize, payment_id: &str, wishes: &mut Vec<Wish>) {
        let account_id = self.people[nth].account_id();
        let body = json!({ "accountId": account_id, "paymentId": payment_id, "reason": "NSF" });
        self.by_billing(nth, "ReversePayment", body, wishes);
    }

    /// An extension by an agent is one promise; an arrangement with a manager is two.
    fn arrange(&mut self, nth: usize, how: (bool, bool), owed: &Owed, wishes: &mut Vec<Wish>) {
        let (with_manager, is_kept) = how;
        let past_due = owed.past_due.minor;
        if past_due <= 1 {
            return;
        }
        let promises: Vec<(u64, i64)> = match with_manager {
            false => vec![(3 + self.people[nth].chance.below(8), past_due)],
            true => vec![(7, past_due / 2), (21, past_due - past_due / 2)],
        };
        let on = |days: u64| {
            let days = i32::try_from(days).unwrap_or(i32::MAX);
            self.today.saturating_add(days.days())
        };
        let shown: Vec<_> = promises
            .iter()
            .map(|(days, minor)| (on(*days).to_string(), self.money(*minor)))
            .map(|(on, amount)| json!({ "on": on, "amount": amount }))
            .collect();
        let person = &mut self.people[nth];
        person.payments += 1;
        let body = json!({
            "accountId": person.account_id(), "promises": shown,
            "arrangementId": format!("a-{}", person.payments),
        });
        let actor = if with_manager { self.staff.manager.clone() } else { self.agent(nth) };
        wishes.push(self.wish(nth, &actor, "MakeArrangement", body));
        let kept = promises.len() - usize::from(!is_kept);
        for (days, _) in promises.iter().take(kept) {
            let share = if with_manager { Share::PastDue } else { Share::All };
            self.later(nth, days.saturating_sub(1), Act::Pay(share));
        }
        if !is_kept {
            self.later(nth, 30, Act::Pay(Share::PastDue));
        }
    }

    fn dispute(&mut self, nth: usize, owed: &Owed, wishes: &mut Vec<Wish>) {
        let Some(oldest) = owed.open_charges.first() else { return };
        let charge_id = oldest.charge_id.clone();
        let body = json!({
            "accountId": self.people[nth].account_id(), "chargeId": charge_id,
            "reason": "NOT-ORDERED",
        });
        self.by_agent(nth, "DisputeCharge", body, wishes);
        let is_right = self.people[nth].chance.percent(40);
        self.later(nth, 10, Act::Decide { charge_id, is_right });
    }

    fn decide(&mut self, nth: usize, charge_id: &str, is_right: bool, wishes: &mut Vec<Wish>) {
        let account_id = self.people[nth].account_id();
        let close = json!({ "accountId": account_id, "chargeId": charge_id });
        self.by_billing(nth, "CloseDispute", close, wishes);
        let reason = self.biller.billing.adjustment_reasons.first();
        if let Some(reason) = reason.filter(|_| is_right) {
            let credit = json!({
                "accountId": account_id, "adjustmentId": format!("credit-{charge_id}"),
                "amount": self.money(-2_000), "reason": reason.as_str(),
                "note": "It was not ordered.",
            });
            self.by_billing(nth, "AdjustAccount", credit, wishes);
        }
        self.later(nth, 3, Act::Pay(Share::All));
    }

    fn money(&self, minor: i64) -> Value {
        json!({ "currency": self.biller.currency.to_string(), "minor": minor.to_string() })
    }
}
