//! A statement in words: what HTML and PDF show, in the order in which they show it.

use jiff::civil::Date;

use crate::check::total;
use crate::money::Currency;
use crate::statement::{
    Address, ChargeGroup, Delivery, Entry, Kind, Letterhead, Period, Statement,
};

/// Everything that is on a statement, ready to be set.
pub(crate) struct Sheet<'a> {
    /// What it is: `Statement`.
    pub(crate) title: &'static str,
    pub(crate) biller: &'a Letterhead,
    pub(crate) bill_to: &'a Address,
    pub(crate) number: &'a str,
    pub(crate) account: &'a str,
    pub(crate) headline: Headline,
    pub(crate) facts: Vec<Fact>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) summary: Section,
    pub(crate) sections: Vec<Section>,
    /// How to pay; nothing where there is nothing to do.
    pub(crate) pay_by: Option<&'a str>,
    /// Whether paper goes out with a slip to return with a check.
    pub(crate) has_slip: bool,
}

/// What a customer sees first.
pub(crate) struct Headline {
    pub(crate) label: &'static str,
    pub(crate) amount: String,
    pub(crate) when: String,
}

/// A label and what belongs to it.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
}

/// What a customer must not overlook.
pub(crate) struct Notice {
    pub(crate) urgent: bool,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// Lines under a heading, and what they come to.
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Line,
}

/// One line with an amount.
pub(crate) struct Line {
    pub(crate) text: String,
    /// The days that it is about; may be empty.
    pub(crate) days: String,
    pub(crate) amount: String,
}

impl<'a> Sheet<'a> {
    /// What a statement says.
    pub(crate) fn of(statement: &'a Statement) -> Self {
        let to_pay = statement.amount_due > 0 && statement.autopay.is_none();
        Self {
            title: match statement.kind {
                Kind::Invoice => "Statement",
                Kind::CreditNote => "Credit note",
            },
            biller: &statement.biller,
            bill_to: &statement.bill_to,
            number: &statement.number,
            account: &statement.account_id,
            headline: headline(statement),
            facts: facts(statement),
            notices: notices(statement),
            summary: summary(statement),
            sections: sections(statement),
            pay_by: to_pay.then_some(&*statement.biller.pay_by),
            has_slip: to_pay && statement.delivery == Delivery::Print,
        }
    }
}

fn headline(statement: &Statement) -> Headline {
    let when = match &statement.autopay {
        _ if statement.amount_due <= 0 => "Nothing to pay".to_owned(),
        Some(autopay) => format!("Paid automatically on {}", long(autopay.on)),
        None => format!("Pay by {}", long(statement.due_on)),
    };
    let due = i128::from(statement.amount_due);
    let label = if due < 0 { "Your credit" } else { "Amount due" };
    Headline { label, amount: statement.currency.show(due.abs()), when }
}

fn facts(statement: &Statement) -> Vec<Fact> {
    let fact = |label, value: &str| Fact { label, value: value.to_owned() };
    let mut facts = vec![fact("Account", &statement.account_id)];
    facts.push(match statement.kind {
        Kind::Invoice => fact("Statement", &statement.number),
        Kind::CreditNote => fact("Credit note", &statement.number),
    });
    facts.extend(statement.corrects.as_deref().map(|number| fact("Corrects", number)));
    facts.push(fact("Issued", &long(statement.issued_on)));
    facts.push(fact("Period", &days(statement.period)));
    facts
}

impl Statement {
    /// What it says in sentences, such as what is past due and what brings service back: each with
    /// its title.
    pub fn notices(&self) -> impl Iterator<Item = (String, String)> + use<> {
        notices(self).into_iter().map(|notice| (notice.title, notice.text))
    }
}

fn notices(statement: &Statement) -> Vec<Notice> {
    let show = |amount| statement.currency.show(amount);
    let collected = statement.autopay.as_ref().filter(|_| statement.amount_due > 0);
    let past_due = statement.past_due.as_ref().map(|past_due| {
        let amount = show(past_due.amount);
        let mut text = format!("{amount} was due by {}.", long(past_due.since));
        text += &match collected {
            Some(autopay) => {
                format!(" The automatic payment on {} includes it.", long(autopay.on))
            }
            None => " Please pay it now.".to_owned(),
        };
        if let Some(owed) = past_due.reinstated_for {
            text += &format!(" Suspended service comes back when {} is paid in full.", show(owed));
        }
        if let Some(day) = past_due.suspended_on {
            let what = past_due.reinstated_for.map_or("service", |_| "the rest of it");
            text += &format!(" If it is still unpaid on {}, {what} is suspended.", long(day));
        }
        Notice { urgent: true, title: format!("Past due: {amount}"), text }
    });
    let autopay = collected.map(|autopay| Notice {
        urgent: false,
        title: "Automatic payment".to_owned(),
        text: format!(
            "{} will be charged to {} on {}. You do not need to do anything.",
            show(statement.amount_due),
            autopay.method,
            long(autopay.on)
        ),
    });
    past_due.into_iter().chain(autopay).collect()
}

fn summary(statement: &Statement) -> Section {
    let show = |text: &str, amount| line(text, String::new(), amount, statement.currency);
    let mut lines = vec![show("Previous balance", statement.previous_balance.into())];
    lines.push(show("Payments received", -total(&statement.payments)));
    if !statement.adjustments.is_empty() {
        lines.push(show("Adjustments", total(&statement.adjustments)));
    }
    let taxes = total(&statement.taxes);
    lines.push(show("New charges", i128::from(statement.total_new_charges) - taxes));
    lines.push(show("Taxes and fees", taxes));
    let label = if statement.amount_due < 0 { "Your credit" } else { "Amount due" };
    let mut due = show(label, statement.amount_due.into());
    if statement.amount_due < 0 {
        due.amount = statement.currency.show(-i128::from(statement.amount_due));
    }
    Section { heading: "Summary".to_owned(), lines, total: due }
}

fn sections(statement: &Statement) -> Vec<Section> {
    let currency = statement.currency;
    let mut sections = Vec::new();
    sections.extend(section("Payments received", &statement.payments, -1, currency));
    sections.extend(section("Adjustments", &statement.adjustments, 1, currency));
    sections.extend(statement.charges.iter().map(|group| of_charges(group, currency)));
    sections.extend(section("Taxes and fees", &statement.taxes, 1, currency));
    sections
}

/// Nothing where there are no entries. Payments are shown with the other sign.
fn section(heading: &str, entries: &[Entry], sign: i128, currency: Currency) -> Option<Section> {
    let lines = entries.iter().map(|entry| {
        let on = entry.on.map(short).unwrap_or_default();
        line(&entry.description, on, sign * i128::from(entry.amount), currency)
    });
    let lines: Vec<_> = lines.collect();
    let total = line("Total", String::new(), sign * total(entries), currency);
    (!lines.is_empty()).then(|| Section { heading: heading.to_owned(), lines, total })
}

fn of_charges(group: &ChargeGroup, currency: Currency) -> Section {
    let lines = group.charges.iter().map(|charge| {
        let period = charge.period.map(days).unwrap_or_default();
        line(&charge.description, period, charge.amount.into(), currency)
    });
    let total = group.charges.iter().map(|charge| i128::from(charge.amount)).sum();
    Section {
        heading: group.heading.clone(),
        lines: lines.collect(),
        total: line("Total", String::new(), total, currency),
    }
}

fn line(text: &str, days: String, amount: i128, currency: Currency) -> Line {
    Line { text: text.to_owned(), days, amount: currency.show(amount) }
}

/// `November 21, 2026`: no reader takes the month for the day.
fn long(day: Date) -> String {
    day.strftime("%B %-d, %Y").to_string()
}

fn short(day: Date) -> String {
    day.strftime("%b %-d, %Y").to_string()
}

/// `Nov 1 – Nov 30, 2026`, with both years where they differ.
fn days(period: Period) -> String {
    if period.from == period.to {
        return short(period.to);
    }
    let same_year = period.from.year() == period.to.year();
    let from = period.from.strftime(if same_year { "%b %-d" } else { "%b %-d, %Y" });
    format!("{from} – {}", short(period.to))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_name_the_year_once_if_there_is_one() {
        let shown = |from, to| days(Period { from, to });
        assert_eq!(shown(date(2026, 11, 1), date(2026, 11, 30)), "Nov 1 – Nov 30, 2026");
        assert_eq!(shown(date(2026, 12, 15), date(2027, 1, 14)), "Dec 15, 2026 – Jan 14, 2027");
        assert_eq!(shown(date(2026, 12, 15), date(2026, 12, 15)), "Dec 15, 2026");
    }
}
