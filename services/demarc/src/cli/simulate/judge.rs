//! The judge: reads a log back and says which promises were broken. It knows events alone, no read
//! model and no state of core's.
//!
//! What must stay true: whoever decides whether a promise was kept must not be whoever made it:
//! what is owed, who is in dunning and what is billed is reckoned here from the facts.

mod account;
mod books;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use domain::{
    Event,
    biller::Biller,
    calendar::CalendarEvent,
    dunning::DunningEvent,
    invoice::InvoiceEvent,
    site::{ReinstatementGrounds, SiteEvent, SuspensionReason},
    subscription::SubscriptionEvent,
};
use event_store::Recorded;
use jiff::civil::Date;

use account::{Account, Entry};
pub(super) use books::Books;

/// Broken promises that are told; all of them are counted.
const TOLD_MAX: usize = 50;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Whose account it is about; empty for the operator as a whole.
    pub(super) account_id: String,
    pub(super) what: String,
    /// The account's last events, the newest last.
    pub(super) events: Vec<String>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account_id, what, events } = self;
        write!(f, "{account_id}: {what}")?;
        events.iter().try_for_each(|event| write!(f, "\n    {event}"))
    }
}

/// What was read so far.
pub(super) struct Judge<'a> {
    biller: &'a Biller,
    pub(super) today: Date,
    pub(super) accounts: BTreeMap<String, Account>,
    sites: HashMap<String, Site>,
    /// The number of the last invoice.
    last_invoice: u64,
    pub(super) books: Books,
    pub(super) broken: Vec<Broken>,
    pub(super) broken_count: u64,
}

/// A site and whether its line was stopped because somebody did not pay.
struct Site {
    account_id: String,
    is_cut_off: bool,
    /// Whether its line is stopped for that, until it is seen to work again.
    is_stopped: bool,
    /// The same, or whether it is about to be.
    is_suspended: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(biller: &'a Biller) -> Self {
        Self {
            biller,
            today: Date::MIN,
            accounts: BTreeMap::new(),
            sites: HashMap::new(),
            last_invoice: 0,
            books: Books::default(),
            broken: Vec::new(),
            broken_count: 0,
        }
    }

    /// Reads the next event.
    pub(super) fn read(&mut self, recorded: &Recorded, event: &Event) {
        let account_id = self.account_of(recorded, event);
        if let Some(account_id) = &account_id {
            let account = self.accounts.entry(account_id.clone()).or_default();
            account.note(Entry::of(recorded));
        }
        if let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event {
            self.end_day();
            self.today = *date;
        }
        if let Event::Invoice(event) = event {
            self.invoice(event);
        }
        let Some(account_id) = account_id else { return };
        if let Event::Site(event) = event {
            self.site(&account_id, &recorded.event.stream, event);
        }
        let (biller, today) = (self.biller, self.today);
        let Some(account) = self.accounts.get_mut(&account_id) else { return };
        let wrong = if let Event::Ledger(event) = event {
            account.ledger(event, &mut self.books)
        } else if let Event::Dunning(event) = event {
            let mut sites = self.sites.values();
            let is_suspended = sites.any(|it| it.is_suspended && it.account_id == account_id);
            account.dunning(event, (biller, today), is_suspended)
        } else if let Event::Subscription(event) = event {
            account.subscription(event)
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.tell(&account_id, wrong);
        }
    }

    /// Everything was read.
    pub(super) fn finish(&mut self) {
        self.end_day();
        if let Some(what) = self.books.imbalance() {
            self.tell("", what);
        }
        let owed: i64 = self.accounts.values().map(|account| account.standing.balance()).sum();
        let booked = self.books.owed_by_customers();
        if owed != booked {
            self.tell("", format!("customers owe {owed}, and the books say {booked}"));
        }
        let wrong: Vec<_> = self
            .accounts
            .iter()
            .filter_map(|(id, account)| Some((id.clone(), account.unbilled(self.today)?)))
            .collect();
        for (account_id, what) in wrong {
            self.tell(&account_id, what);
        }
    }

    /// Who had paid was reinstated before the day was over.
    fn end_day(&mut self) {
        let (today, minimum) = (self.today, self.biller.dunning.minimum.max(1));
        let is_wronged = |site: &&Site| {
            let account = self.accounts.get(&site.account_id);
            site.is_cut_off && account.is_some_and(|account| account.demanded(today) < minimum)
        };
        let wronged = self.sites.values().filter(is_wronged);
        let mut wronged: Vec<_> = wronged.map(|site| site.account_id.clone()).collect();
        wronged.sort();
        for account_id in wronged {
            self.tell(&account_id, format!("has paid, and was still suspended after {today}"));
        }
    }

    /// Numbers have no gaps, whatever was billed.
    fn invoice(&mut self, event: &InvoiceEvent) {
        self.books.invoice(event);
        let InvoiceEvent::Issued(issued) = event else { return };
        let due = self.last_invoice + 1;
        let number = issued.number.as_str();
        let found = number.trim_start_matches('I').parse().unwrap_or_default();
        if found != due {
            let what = format!("invoice {number} stands where number {due} is due");
            self.tell(issued.account_id.as_str(), what);
        }
        self.last_invoice = found;
    }

    fn site(&mut self, account_id: &str, site_id: &str, event: &SiteEvent) {
        if let SiteEvent::Registered { .. } = event {
            let account_id = account_id.to_owned();
            let site =
                Site { account_id, is_cut_off: false, is_stopped: false, is_suspended: false };
            self.sites.insert(site_id.to_owned(), site);
        }
        let today = self.today;
        let (Some(account), Some(site)) =
            (self.accounts.get(account_id), self.sites.get_mut(site_id))
        else {
            return;
        };
        let minimum = self.biller.dunning.minimum.max(1);
        let unpaid = SuspensionReason::NonPayment;
        let wrong = match event {
            SiteEvent::SuspensionRequested { reason, .. } if *reason == unpaid => {
                site.is_suspended = true;
                account.no_suspension(today)
            }
            SiteEvent::ReinstatementRequested { grounds, .. } => {
                site.is_cut_off = false;
                match grounds {
                    ReinstatementGrounds::PaidInFull if account.demanded(today) >= minimum => {
                        Some("is reinstated as paid, and owes".to_owned())
                    }
                    ReinstatementGrounds::PaymentArrangement if !account.has_manager() => {
                        Some("is reinstated by an arrangement that no manager made".to_owned())
                    }
                    ReinstatementGrounds::PaidInFull
                    | ReinstatementGrounds::PaymentArrangement
                    | ReinstatementGrounds::ReasonEnded => None,
                }
            }
            SiteEvent::Suspended { reason, .. } => {
                site.is_cut_off = *reason == unpaid;
                site.is_stopped = site.is_cut_off;
                None
            }
            SiteEvent::Reinstated { .. } => {
                (site.is_stopped, site.is_suspended) = (false, false);
                None
            }
            SiteEvent::NocRequestFailed { .. } => {
                site.is_suspended = site.is_stopped;
                None
            }
            SiteEvent::Registered { .. }
            | SiteEvent::SuspensionRequested { .. }
            | SiteEvent::NocRequestAcknowledged { .. } => None,
        };
        if let Some(wrong) = wrong {
            self.tell(account_id, format!("{wrong} ({site_id})"));
        }
    }

    fn account_of(&self, recorded: &Recorded, event: &Event) -> Option<String> {
        let stream = &*recorded.event.stream;
        Some(if let Event::Ledger(event) = event {
            event.account_id().to_string()
        } else if let Event::Dunning(event) = event {
            DunningEvent::account_id(event).to_string()
        } else if let Event::Invoice(InvoiceEvent::Issued(issued)) = event {
            issued.account_id.to_string()
        } else if let Event::Site(SiteEvent::Registered { account_id, .. }) = event {
            account_id.to_string()
        } else if let Event::Site(_) = event {
            self.sites.get(stream)?.account_id.clone()
        } else if let Event::Subscription(SubscriptionEvent::Opened { account_id, .. }) = event {
            account_id.to_string()
        } else if let Event::Subscription(_) = event {
            format!("account_{}", stream.split_once('_')?.1)
        } else {
            return None;
        })
    }

    fn tell(&mut self, account_id: &str, what: String) {
        self.broken_count += 1;
        if self.broken.len() < TOLD_MAX {
            let account = self.accounts.get(account_id);
            let events = account.map(Account::trail).unwrap_or_default();
            self.broken.push(Broken { account_id: account_id.to_owned(), what, events });
        }
    }
}
