//! Writes `sample.html`, `sample.pdf` and `print.pdf` into a directory: what a customer gets, and
//! what a printer gets.
//!
//! `cargo run -p statement --example sample -- /tmp`

use std::path::PathBuf;

use anyhow::Context;
use jiff::civil::date;
use statement::{
    Address, Charge, ChargeGroup, Checked, Currency, Delivery, Entry, Kind, Letterhead, Paper,
    PastDue, Period, Statement,
};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("which directory?")?;
    let folder = PathBuf::from(folder);
    let sample = Checked::new(sample()?)?;
    let long = Checked::new(long()?)?;
    std::fs::write(folder.join("sample.html"), sample.html())?;
    std::fs::write(folder.join("sample.pdf"), sample.pdf())?;
    let (scripts, cut) = (Checked::new(scripts()?)?, Checked::new(cut()?)?);
    let all = [sample, scripts, cut, long];
    let file = statement::print_file(&all).context("there are statements")?;
    std::fs::write(folder.join("print.pdf"), file)?;
    Ok(())
}

/// A household that is late.
fn sample() -> anyhow::Result<Statement> {
    let november = Period { from: date(2026, 11, 1), to: date(2026, 11, 30) };
    let monthly = |description: &str, amount| Charge {
        description: description.to_owned(),
        period: Some(november),
        amount,
    };
    let entry =
        |on, description: &str, amount| Entry { on, description: description.to_owned(), amount };
    let internet = ChargeGroup {
        heading: "Internet · 88 Larch Street".to_owned(),
        charges: vec![
            monthly("Fiber 1 Gbit/s", 7_900),
            monthly("Modem rental", 600),
            monthly("Loyalty discount", -1_000),
        ],
    };
    let call_out = Charge { period: None, ..monthly("Technician's visit on October 27", 4_500) };
    let television = ChargeGroup {
        heading: "Television · 88 Larch Street".to_owned(),
        charges: vec![monthly("Family package", 5_499), monthly("Sports", 1_250), call_out],
    };
    Ok(Statement {
        biller: Letterhead {
            name: "Harbor Fiber".to_owned(),
            address: vec!["P.O. Box 4410".to_owned(), "Provo, UT 84605".to_owned()],
            pay_by: "Pay at harborfiber.example/pay with your account number, by phone at \
                     801-555-0100, or by check to the address above."
                .to_owned(),
            questions: "Call 801-555-0100 from 8 am to 8 pm on any day, or write to \
                        care@harborfiber.example. Please tell us about an error within 60 days."
                .to_owned(),
            paper: Paper::Letter,
        },
        number: "2026-11-000482".to_owned(),
        kind: Kind::Invoice,
        corrects: None,
        account_id: "account_7".to_owned(),
        bill_to: Address {
            name: "Zoë Wałęsa-Şahin".to_owned(),
            address: vec!["88 Larch Street, Apt. 3".to_owned(), "Orem, UT 84057".to_owned()],
        },
        issued_on: date(2026, 11, 1),
        due_on: date(2026, 11, 21),
        period: november,
        currency: Currency::parse("USD")?,
        previous_balance: 26_840,
        payments: vec![entry(Some(date(2026, 10, 18)), "Card payment, thank you", 13_420)],
        adjustments: vec![
            entry(Some(date(2026, 10, 22)), "Credit for the outage of October 20", -500),
            entry(Some(date(2026, 10, 28)), "Late fee", 600),
        ],
        charges: vec![internet, television],
        taxes: vec![
            entry(None, "State and local sales tax", 1_083),
            entry(None, "Federal universal service fund", 217),
        ],
        total_new_charges: 20_049,
        amount_due: 33_569,
        autopay: None,
        past_due: Some(PastDue {
            amount: 13_420,
            since: date(2026, 10, 21),
            suspended_on: Some(date(2026, 11, 28)),
            reinstated_for: None,
        }),
        delivery: Delivery::Print,
    })
}

/// Somebody whose name and address are in many scripts.
fn scripts() -> anyhow::Result<Statement> {
    let mut scripts = sample()?;
    scripts.bill_to = Address {
        name: "王小明 さとう花子 김민준 🎈".to_owned(),
        address: [
            "محمد عبد الله",
            "אַבְרָהָם 12 \u{202e}Ann",
            "Աննա ანა",
            "हिन्दी सीता สมชาย",
            "Orem, UT 84057",
        ]
        .map(str::to_owned)
        .into(),
    };
    Ok(scripts)
}

/// Somebody whose name is longer than its place.
fn cut() -> anyhow::Result<Statement> {
    let mut cut = sample()?;
    cut.bill_to.name = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff ".repeat(12);
    Ok(cut)
}

/// A business with many lines, on several pages.
fn long() -> anyhow::Result<Statement> {
    let mut long = sample()?;
    long.number = "2026-11-000483".to_owned();
    long.account_id = "account_8".to_owned();
    long.bill_to.name = "Κυψέλη Wholesale & Sons <Retail>".to_owned();
    let charges = (1..=120).map(|line| Charge {
        description: format!("Mobile line {line:03}, unlimited in the country"),
        period: Some(long.period),
        amount: 2_500,
    });
    long.charges =
        vec![ChargeGroup { heading: "Mobile · fleet".to_owned(), charges: charges.collect() }];
    long.total_new_charges = 120 * 2_500 + 1_300;
    long.amount_due = 26_840 - 13_420 + 100 + long.total_new_charges;
    Ok(long)
}
