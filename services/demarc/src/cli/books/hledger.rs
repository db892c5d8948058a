//! The journal as hledger reads it: strict, and with its own check at the end.
//!
//! What must stay true: the same entries give the same bytes; what is written holds no personal
//! data; the file is whole, because whoever adds it up arrives at the balances that it ends with.

use std::fmt::Display;
use std::io::{self, Write};

use jiff::civil::Date;

use super::{
    export::Form,
    journal::{Entry, Range},
    sums::Sums,
};

/// Writes for hledger.
pub(super) struct Hledger;

impl Form for Hledger {
    fn begin(&self, out: &mut dyn Write, biller: &str, range: Range) -> io::Result<()> {
        let day = |word: &str, day: Option<Date>| day.map(|day| format!(" {word} {day}"));
        let days = [day("from", range.from), day("to", range.to)];
        let days: String = days.into_iter().flatten().collect();
        writeln!(out, "; The journal of {biller}{days}")?;
        writeln!(out, "decimal-mark .")
    }

    fn opening(&self, out: &mut dyn Write, on: Date, opening: &Sums) -> anyhow::Result<()> {
        writeln!(out, "\n{on} * Opening balances")?;
        for (account, amount) in opening.accounts() {
            posting(out, account, amount)?;
        }
        Ok(())
    }

    fn entry(&self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        let Entry { date, position, event_id, account_id, .. } = entry;
        let what = plain(&entry.what);
        writeln!(out, "\n{date} * ({event_id}) {what}")?;
        writeln!(out, "    ; account:{account_id}, position:{position}")?;
        let mut postings = entry.postings.iter();
        postings.try_for_each(|it| posting(out, &it.account, it.amount))
    }

    fn end(&self, out: &mut dyn Write, on: Date, sums: &Sums) -> anyhow::Result<()> {
        let Some(currency) = sums.currency() else { return Ok(()) };
        writeln!(out, "\n; What the books hold then\n{on} * Balances")?;
        for (account, amount) in sums.accounts() {
            posting(out, account, format_args!("0.00 {currency} = {amount}"))?;
        }
        writeln!(out, "\ncommodity 1000.00 {currency}")?;
        for (account, _) in sums.accounts() {
            writeln!(out, "account {}", plain(account))?;
        }
        Ok(())
    }
}

fn posting(out: &mut dyn Write, account: &str, amount: impl Display) -> io::Result<()> {
    writeln!(out, "    {:<44}  {amount}", plain(account))
}

/// A text in which nothing means anything to hledger: no comment, no payee, no end of a name.
fn plain(text: &str) -> String {
    let text = text.replace([';', '|'], ",");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_ends_where_it_ends() {
        assert_eq!(plain("revenue:fee:late  fee;x|y"), "revenue:fee:late fee,x,y");
    }
}
