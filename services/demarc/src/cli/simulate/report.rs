//! What a simulated time came to, as tables for a person and as one document for a program.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::Context as _;
use serde_json::json;

use super::{
    Outcome,
    plot::{self, Plot},
    tally::{Month, Step, Tally},
};
use crate::output::{
    BAD, DIM, GOOD, Output, STRONG, paint,
    table::{fitted, table},
};

impl Outcome {
    /// Shows everything.
    pub(super) fn show(&self, output: Output, took: Duration) -> anyhow::Result<()> {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.commands.saturating_mul(1_000) / millis;
        if output.is_json() {
            let broken: Vec<_> = self.broken.iter().map(ToString::to_string).collect();
            return Ok(output.document(&json!({
                "hash": self.hash, "commands": self.commands, "millis": millis,
                "commandsPerSecond": rate, "brokenPromises": self.broken_count, "broken": broken,
                "report": self.tally,
            }))?);
        }
        for part in self.tally.tables() {
            output.line(format!("{part}\n"))?;
        }
        for plot in self.tally.plots() {
            output.line(paint(STRONG, plot.title))?;
            plot.lines().into_iter().try_for_each(|line| output.line(line))?;
            output.line("")?;
        }
        for broken in &self.broken {
            output.line(format!("{} {broken}", paint(BAD, "broken:")))?;
        }
        let kept = match self.broken_count {
            0 => paint(GOOD, "every promise was kept"),
            count => paint(BAD, format!("{count} promises were broken")),
        };
        let Outcome { commands, tally: Tally { events, .. }, hash, .. } = self;
        output.line(format!(
            "{commands} commands, {events} events in {took:.1?}, {rate}/s: {kept}"
        ))?;
        Ok(output.line(format!("hash {}", paint(DIM, hash)))?)
    }

    /// Writes the plots to a file.
    pub(super) fn draw(&self, file: &Path) -> anyhow::Result<()> {
        std::fs::write(file, plot::svg(&self.tally.plots()))
            .with_context(|| format!("{} could not be written", file.display()))
    }
}

impl Tally {
    fn tables(&self) -> Vec<String> {
        let mut tables = vec![self.billing(), self.received(), self.funnel()];
        let aging = self.aging.iter().map(|(age, minor)| ((*age).to_owned(), *minor));
        tables.push(self.amounts("Owed by days past due", aging));
        let trial = ("together".to_owned(), self.trial_balance);
        let books = self.books.iter().map(|(name, minor)| (name.clone(), *minor)).chain([trial]);
        tables.push(self.amounts("Trial balance", books));
        for (title, counts) in
            [("Mails", &self.mails), ("Parked bills", &self.parked), ("Refused", &self.refused)]
        {
            if !counts.is_empty() {
                tables.push(counted(title, counts));
            }
        }
        tables
    }

    fn billing(&self) -> String {
        let mut table = table(["Billing", "Count", "Amount"]);
        table.add_row(["accounts", &self.accounts.to_string(), ""]);
        table.add_row(["invoices", &self.invoices.to_string(), &self.money(self.invoiced)]);
        for (tax, minor) in &self.taxes {
            table.add_row([&format!("tax {tax}"), "", &self.money(*minor)]);
        }
        fitted(table)
    }

    fn received(&self) -> String {
        let heading = ["Cash", "Payments", "Received", "Reversals", "Reversed", "Refunded"];
        let mut table = table(heading);
        for (method, cash) in &self.cash {
            table.add_row([
                (*method).to_owned(),
                cash.payments.to_string(),
                self.money(cash.received),
                cash.reversals.to_string(),
                self.money(cash.reversed),
                self.money(cash.refunded),
            ]);
        }
        fitted(table)
    }

    fn funnel(&self) -> String {
        let funnel = &self.dunning;
        let mut table = table(["Dunning", "Count", "Settled after it"]);
        for Step { name, taken, settled } in &funnel.steps {
            table.add_row([name.clone(), taken.to_string(), settled.to_string()]);
        }
        for (name, count) in [
            ("suspensions requested", funnel.suspension_requests),
            ("suspended", funnel.suspended),
            ("reinstated", funnel.reinstated),
            ("arrangements", funnel.arrangements),
            ("arrangements kept", funnel.kept),
            ("arrangements broken", funnel.broken),
            ("disputes", funnel.disputes),
        ] {
            table.add_row([name.to_owned(), count.to_string(), String::new()]);
        }
        fitted(table)
    }

    fn amounts(&self, title: &str, rows: impl Iterator<Item = (String, i64)>) -> String {
        let mut table = table([title, "Amount"]);
        for (name, minor) in rows {
            table.add_row([name, self.money(minor)]);
        }
        fitted(table)
    }

    fn plots(&self) -> Vec<Plot> {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let money = |minor: i64| (minor, self.money(minor));
        let number = |value: u64| (count(value), value.to_string());
        let mut plots = Vec::new();
        let mut plot = |title, value: &dyn Fn(&Month) -> (i64, String)| {
            let bar = |(month, of): (&String, &Month)| {
                let (value, text) = value(of);
                (month.clone(), value, text)
            };
            plots.push(Plot { title, bars: self.months.iter().map(bar).collect() });
        };
        plot("Billed", &|month| money(month.billed));
        plot("Cash", &|month| money(month.cash));
        plot("Suspended", &|month| number(month.suspended));
        plot("Suspended at the end of the month", &|month| number(month.suspended_at_end));
        plots
    }
}

fn counted(title: &str, counts: &BTreeMap<String, u64>) -> String {
    let mut table = table([title, "Count"]);
    for (name, count) in counts {
        table.add_row([name.clone(), count.to_string()]);
    }
    fitted(table)
}
