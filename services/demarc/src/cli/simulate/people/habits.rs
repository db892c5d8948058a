//! How people take what happens to them: bills, reminders, a line that is dead, a card that is
//! refused.

use domain::{
    Event,
    autopay::AutopayEvent,
    dunning::DunningEvent,
    invoice::{InvoiceEvent, Issued},
    ledger::{LedgerEvent, PaymentMethod},
    service::ServiceEvent,
    site::{SiteEvent, SuspensionReason},
};
use event_store::Recorded;
use jiff::ToSpan;

use super::{
    Town,
    acts::{Act, Share},
};
use crate::cli::generate::chance::Chance;

/// How somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payer {
    /// A card that works is drawn from.
    Autopay,
    /// There is not enough on it.
    Insufficient,
    /// It has expired.
    Expired,
    /// Before the due date.
    Prompt,
    /// After it, and before anybody asks.
    Late,
    /// When somebody asks.
    Dunned,
    /// When nothing works any more.
    Silent,
    /// Half now, half later.
    InParts,
}

impl Payer {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..=39 => Self::Autopay,
            40..=42 => Self::Insufficient,
            43..=45 => Self::Expired,
            46..=81 => Self::Prompt,
            82..=89 => Self::Late,
            90..=93 => Self::Dunned,
            94..=96 => Self::Silent,
            _ => Self::InParts,
        }
    }

    /// The same person in a month in which something comes between.
    fn this_month(self, chance: &mut Chance) -> Self {
        match (self, chance.below(1_000)) {
            (Self::Prompt | Self::Late, 0..=9) => Self::Dunned,
            (Self::Prompt | Self::Late, 10..=15) => Self::Silent,
            (Self::Prompt, 16..=55) => Self::Late,
            (Self::Dunned | Self::Silent | Self::InParts, 0..=499) => Self::Prompt,
            (other, _) => other,
        }
    }
}

impl Town<'_> {
    pub(super) fn react(&mut self, recorded: &Recorded, event: &Event) {
        let stream = &*recorded.event.stream;
        if let Event::Invoice(InvoiceEvent::Issued(issued)) = event {
            self.get_a_bill(issued);
        } else if let Event::Dunning(DunningEvent::StepTaken(step)) = event
            && step.step == 0
        {
            self.hear_of(step.account_id.as_str(), Self::be_reminded);
        } else if let Event::Site(SiteEvent::Suspended { reason, .. }) = event
            && *reason == SuspensionReason::NonPayment
        {
            self.hear_of(stream, Self::be_cut_off);
        } else if let Event::Autopay(AutopayEvent::CollectionFailed {
            account_id, may_retry, ..
        }) = event
        {
            self.hear_of(account_id.as_str(), |town, nth| town.be_declined(nth, *may_retry));
        } else if let Event::Ledger(event) = event {
            self.hear_of(event.account_id().as_str(), |town, nth| town.look_at(nth, event));
        } else if let Event::Service(ServiceEvent::Activated { .. }) = event
            && stream.ends_with("-1")
        {
            self.hear_of(stream, Self::have_plans);
        }
    }

    /// Whoever a noun belongs to hears of something.
    fn hear_of(&mut self, id: &str, what: impl FnOnce(&mut Self, usize)) {
        if let Some(nth) = self.person(id) {
            what(self, nth);
        }
    }

    fn look_at(&mut self, nth: usize, event: &LedgerEvent) {
        if let LedgerEvent::PaymentReceived { payment_id, method, .. } = event
            && *method == PaymentMethod::Check
        {
            self.send_a_check(nth, payment_id.as_str());
        } else if let LedgerEvent::PaymentReversed { .. } = event {
            let days = 2 + self.people[nth].chance.below(18);
            self.later(nth, days, Act::Pay(Share::All));
        }
    }

    fn get_a_bill(&mut self, issued: &Issued) {
        let Some(nth) = self.person(issued.account_id.as_str()) else { return };
        if issued.total().minor <= 0 {
            return;
        }
        let person = &mut self.people[nth];
        let roll = person.chance.below(30);
        let due = issued.due_on;
        let on = |days: i64| due.saturating_add(days.days());
        let days = i64::try_from(roll).unwrap_or_default();
        match person.payer.this_month(&mut person.chance) {
            Payer::Autopay | Payer::Insufficient | Payer::Expired | Payer::Silent => {}
            Payer::Prompt => self.plan(nth, on(-(days % 5)), Act::Pay(Share::All)),
            Payer::Late => self.plan(nth, on(1 + days % 10), Act::Pay(Share::All)),
            Payer::Dunned => self.plan(nth, on(11 + days % 4), Act::Pay(Share::All)),
            Payer::InParts => {
                self.plan(nth, on(-1), Act::Pay(Share::Half));
                self.plan(nth, on(2 + days % 18), Act::Pay(Share::All));
            }
        }
    }

    fn be_reminded(&mut self, nth: usize) {
        let chance = &mut self.people[nth].chance;
        match chance.below(100) {
            0..=9 => {
                let act = Act::Arrange { with_manager: false, is_kept: chance.percent(60) };
                self.later(nth, 1, act);
            }
            10..=12 => self.later(nth, 1, Act::Dispute),
            13..=27 => {
                let days = 1 + chance.below(3);
                self.later(nth, days, Act::Pay(Share::PastDue));
            }
            _ => {}
        }
    }

    fn be_cut_off(&mut self, nth: usize) {
        let chance = &mut self.people[nth].chance;
        let days = 1 + chance.below(9);
        match chance.below(100) {
            0..=69 => self.later(nth, days, Act::Pay(Share::PastDue)),
            70..=84 => {
                let act = Act::Arrange { with_manager: true, is_kept: chance.percent(70) };
                self.later(nth, days, act);
            }
            85..=94 => self.later(nth, 25 + days, Act::Pay(Share::All)),
            _ => self.later(nth, 20 + days, Act::Leave),
        }
    }

    fn be_declined(&mut self, nth: usize, may_retry: bool) {
        let chance = &mut self.people[nth].chance;
        let days = 1 + chance.below(16);
        match (may_retry, chance.below(100)) {
            (false, 0..=79) => self.later(nth, days, Act::NewCard),
            (true, 0..=9) => self.later(nth, days, Act::NewCard),
            (true, 10..=69) => self.later(nth, days, Act::Pay(Share::All)),
            (_, _) => {}
        }
    }

    /// Some checks bounce, before dunning or in the middle of it.
    fn send_a_check(&mut self, nth: usize, payment_id: &str) {
        let chance = &mut self.people[nth].chance;
        if chance.percent(3) {
            let days = 3 + chance.below(14);
            self.later(nth, days, Act::Bounce { payment_id: payment_id.to_owned() });
        }
    }

    /// What a new customer will want one day.
    fn have_plans(&mut self, nth: usize) {
        let chance = &mut self.people[nth].chance;
        let days = 20 + chance.below(200);
        let back = 10 + chance.below(50);
        let (roll, is_undone) = (chance.below(100), chance.percent(40));
        match roll {
            0..=24 => {
                self.later(nth, days, Act::Change { is_back: false });
                if is_undone {
                    self.later(nth, days + back, Act::Change { is_back: true });
                }
            }
            25..=27 => self.later(nth, days, Act::MoveBillDay),
            28..=37 => self.later(nth, days, Act::AddExtra),
            38..=43 => self.later(nth, days + back, Act::Leave),
            _ => {}
        }
    }
}
