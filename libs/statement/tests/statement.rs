//! What a statement promises: it adds up, it is the same bytes every time, no text harms it, and
//! what is due can be read, also out of the PDF.

use jiff::civil::date;
use lopdf::Document;
use proptest::prelude::*;
use statement::{
    Address, Autopay, Charge, ChargeGroup, Checked, Currency, Delivery, Entry, Kind, Letterhead,
    Paper, PastDue, Period, Statement, Total, digest, print_file,
};

fn entry(description: &str, amount: i64) -> Entry {
    Entry { on: Some(date(2026, 10, 18)), description: description.to_owned(), amount }
}

fn charge(description: &str, amount: i64) -> Charge {
    let period = Some(Period { from: date(2026, 11, 1), to: date(2026, 11, 30) });
    Charge { description: description.to_owned(), period, amount }
}

/// One charge of $1,234.56 and nothing else.
fn one_line() -> Statement {
    Statement {
        biller: Letterhead {
            name: "Harbor Fiber".to_owned(),
            address: vec!["P.O. Box 4410".to_owned(), "Provo, UT 84605".to_owned()],
            pay_by: "Pay by phone at 801-555-0100.".to_owned(),
            questions: "Write to care@harborfiber.example.".to_owned(),
            paper: Paper::Letter,
        },
        number: "2026-11-000482".to_owned(),
        kind: Kind::Invoice,
        corrects: None,
        account_id: "account_7".to_owned(),
        bill_to: Address {
            name: "Ana Flores".to_owned(),
            address: vec!["88 Larch Street".to_owned(), "Orem, UT 84057".to_owned()],
        },
        issued_on: date(2026, 11, 1),
        due_on: date(2026, 11, 21),
        period: Period { from: date(2026, 11, 1), to: date(2026, 11, 30) },
        currency: Currency::parse("USD").expect("a currency"),
        previous_balance: 0,
        payments: Vec::new(),
        adjustments: Vec::new(),
        charges: vec![ChargeGroup {
            heading: "Internet".to_owned(),
            charges: vec![charge("Fiber 1 Gbit/s", 123_456)],
        }],
        taxes: Vec::new(),
        total_new_charges: 123_456,
        amount_due: 123_456,
        autopay: None,
        past_due: None,
        delivery: Delivery::Paperless,
    }
}

/// So many charges of a dollar.
fn many_lines(count: u16) -> Statement {
    let charges = (1..=count).map(|line| charge(&format!("Line {line:03}"), 100)).collect();
    let total = i64::from(count) * 100;
    Statement {
        charges: vec![ChargeGroup { heading: "Mobile".to_owned(), charges }],
        total_new_charges: total,
        amount_due: total,
        ..one_line()
    }
}

fn checked(statement: Statement) -> Checked {
    Checked::new(statement).expect("it adds up")
}

/// The text of each page of a PDF.
fn pages(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).expect("a PDF");
    let numbers = document.get_pages().into_keys();
    numbers.map(|number| document.extract_text(&[number]).expect("text")).collect()
}

fn shown(statement: Statement) -> (String, String) {
    let checked = checked(statement);
    (checked.html(), pages(&checked.pdf()).concat())
}

#[test]
fn what_is_due_and_by_when_can_be_read() {
    let (html, pdf) = shown(one_line());
    for text in [html, pdf] {
        for expected in ["Amount due", "$1,234.56", "Pay by November 21, 2026", "Ana Flores"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
}

#[test]
fn a_short_statement_is_one_page_and_a_long_one_as_many_as_it_needs() {
    let short = pages(&checked(one_line()).pdf());
    assert!(short.len() == 1 && short[0].contains("Page 1 of 1"), "{short:?}");

    let long = pages(&checked(many_lines(300)).pdf());
    assert!(long.len() > 5, "{} pages", long.len());
    for (at, page) in long.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", at + 1, long.len())), "{page}");
        assert!(page.contains("Harbor Fiber") && page.contains("account_7"), "{page}");
    }
    let (all, html) = (long.concat(), checked(many_lines(300)).html());
    for line in 1..=300 {
        let line = format!("Line {line:03}");
        assert_eq!((all.matches(&line).count(), html.matches(&line).count()), (1, 1), "{line}");
    }
    assert_eq!(all.matches("Mobile (continued)").count(), long.len() - 1);
}

#[test]
fn the_same_statement_is_the_same_bytes() {
    let (once, again) = (checked(many_lines(40)), checked(many_lines(40)));
    assert_eq!(once.html(), again.html());
    assert_eq!(once.pdf(), again.pdf());
    let file = print_file(&[once.clone(), again.clone()]);
    assert_eq!(file, print_file(&[again, once]));
}

#[test]
fn the_digest_of_a_statement_never_changes() {
    let json = one_line().canonical_json();
    let kept = "77abf299e076a89dfcb0cedd6eb34c08bb3df8de4fd9115badae41a795b9a0aa";
    assert_eq!(digest(&json), kept, "{}", String::from_utf8_lossy(&json));
    let read: Statement = serde_json::from_slice(&json).unwrap();
    assert_eq!(read, one_line());
    assert_eq!(digest(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_text_is_never_markup() {
    let mut statement = one_line();
    let evil = "<script>alert('x')</script>";
    statement.bill_to.name = evil.to_owned();
    statement.bill_to.address = vec!["\"A\" & <b>B</b>".to_owned()];
    evil.clone_into(&mut statement.number);
    evil.clone_into(&mut statement.account_id);
    evil.clone_into(&mut statement.charges[0].heading);
    evil.clone_into(&mut statement.charges[0].charges[0].description);
    evil.clone_into(&mut statement.biller.pay_by);
    let (html, pdf) = shown(statement);
    assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
    assert!(html.contains("&#60;script&#62;"), "{html}");
    assert!(pdf.contains("<script>alert('x')</script>"), "{pdf}");
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let (html, _) = shown(one_line());
    for outside in ["<script", "<link", "<img", "src=", "href=", "url(", "@import", "http://"] {
        assert!(!html.contains(outside), "{outside} in {html}");
    }
}

/// What both forms show of a name.
fn named(name: &str) -> (String, String) {
    let mut statement = one_line();
    name.clone_into(&mut statement.bill_to.name);
    shown(statement)
}

#[test]
fn a_name_of_any_script_is_on_paper_and_a_picture_is_left_out() {
    let name = "Zoë Wałęsa-Şahin Ω Жук 王小明 さとう 김민준 🎈";
    let (html, pdf) = named(name);
    assert!(html.contains(name), "{html}");
    assert!(pdf.contains("Zoë Wałęsa-Şahin Ω Жук 王小明"), "{pdf}");
    assert!(pdf.contains("さとう 김민준"), "{pdf}");
    assert!(!pdf.contains('\u{fffd}'), "{pdf}");
    let (html, pdf) = named("محمد علي");
    assert!(html.contains("محمد علي"), "{html}");
    let joined = "\u{fef2}\u{fee0}\u{fecb} \u{feaa}\u{fee4}\u{fea4}\u{fee3}";
    assert!(pdf.contains(joined), "from right to left, joined: {pdf}");
    let (_, pdf) = named("אברהם");
    assert!(pdf.contains("םהרבא"), "{pdf}");
}

#[test]
fn a_letter_that_no_face_has_is_on_paper_in_latin_letters() {
    let (html, pdf) = named("सीता ก");
    assert!(html.contains("सीता ก"), "{html}");
    assert!(pdf.contains("siitaa k"), "{pdf}");
    let (_, pdf) = named("अमित्र हिन्दी");
    assert!(pdf.contains("amitr hindii"), "what silences a vowel is drawn as nothing: {pdf}");
    let (_, pdf) = named("Jo \u{e000} Doe");
    assert!(pdf.contains("Jo \u{fffd} Doe"), "{pdf}");
}

#[test]
fn what_nobody_sees_in_a_name_is_not_on_paper() {
    let (html, pdf) = named("Ann\u{200b}a \u{202e}Le\u{ad}e\u{2066} Ray\u{feff}");
    assert!(pdf.contains("Anna Lee Ray"), "{pdf}");
    assert!(html.contains("Ann\u{200b}a Le\u{ad}e Ray\u{feff}"), "nothing turns a line: {html}");
    let (html, _) = named("\u{202a}A\u{202b}n\u{202c}n\u{202d} \u{2067}L\u{2068}ee\u{2069} דוד");
    assert!(html.contains("<strong>Ann Lee דוד</strong>"), "letters stay: {html}");
    let (_, pdf) = named("عبد الله");
    assert!(pdf.contains("\u{feea}\u{fee0}\u{fedf}\u{fe8d} "), "in its letters: {pdf}");
    assert!(!pdf.contains('\u{fffd}'), "{pdf}");
}

#[test]
fn a_face_that_is_not_needed_is_not_in_the_file() {
    let faces = |name: &str| {
        let mut statement = one_line();
        name.clone_into(&mut statement.bill_to.name);
        let pdf = checked(statement).pdf();
        let document = Document::load_mem(&pdf).expect("a PDF");
        let streams = document.objects.values().filter(|it| it.as_stream().is_ok());
        (pdf.len(), streams.count())
    };
    let (latin, chinese) = (faces("Ana Flores"), faces("王小明"));
    assert!(latin.0 < 40_000 && chinese.0 < 60_000, "{latin:?}, {chinese:?}");
    assert_eq!(chinese.1, latin.1 + 2, "one more face and its meanings");
}

#[test]
fn a_long_name_is_cut_where_its_place_ends_and_says_so() {
    let long = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff ".repeat(12);
    let mut statement = Statement { delivery: Delivery::Print, ..one_line() };
    statement.bill_to.name.clone_from(&long);
    statement.bill_to.address.insert(0, "x".repeat(500));
    let (html, pdf) = shown(statement);
    assert!(html.contains(long.trim()), "{html}");
    assert!(pdf.matches("Hubert").count() < 5, "of twelve: {pdf}");
    assert_eq!(pdf.matches('…').count(), 3, "name, address and slip: {pdf}");
    assert!(pdf.contains("88 Larch Street"), "{pdf}");
}

#[test]
fn who_has_a_credit_or_pays_automatically_is_not_asked_to_pay() {
    let credit = Statement { previous_balance: -200_000, amount_due: -76_544, ..one_line() };
    let (html, pdf) = shown(Statement { delivery: Delivery::Print, ..credit });
    for text in [&html, &pdf] {
        assert!(text.contains("Your credit") && text.contains("$765.44"), "{text}");
        assert!(text.contains("Nothing to pay"), "{text}");
        assert!(!text.contains("How to pay") && !text.contains("return this part"), "{text}");
    }
    let method = "Visa ending in 4242".to_owned();
    let autopay = Some(Autopay { on: date(2026, 11, 18), method });
    let (html, pdf) = shown(Statement { autopay, delivery: Delivery::Print, ..one_line() });
    for text in [&html, &pdf] {
        assert!(text.contains("Paid automatically on November 18, 2026"), "{text}");
        assert!(text.contains("Visa ending in 4242"), "{text}");
        assert!(!text.contains("How to pay") && !text.contains("return this part"), "{text}");
    }
}

#[test]
fn who_is_late_is_told_until_when_to_pay() {
    let suspended_on = Some(date(2026, 11, 28));
    let past_due = |suspended_on, reinstated_for| {
        let since = date(2026, 10, 21);
        let past_due = Some(PastDue { amount: 5_000, since, suspended_on, reinstated_for });
        let (html, pdf) = shown(Statement { past_due, ..one_line() });
        [html, pdf.replace('\n', " ")]
    };
    for text in past_due(suspended_on, None) {
        for expected in ["Past due: $50.00", "October 21, 2026", "November 28, 2026"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!text.contains("comes back"), "{text}");
    }
    let back = "Suspended service comes back when $40.00 is paid in full.";
    for text in past_due(None, Some(4_000)) {
        assert!(text.contains(back) && !text.contains("still unpaid"), "{text}");
    }
    let rest = "If it is still unpaid on November 28, 2026, the rest of it is suspended.";
    for text in past_due(suspended_on, Some(4_000)) {
        assert!(text.contains(back) && text.contains(rest), "{text}");
    }
}

#[test]
fn who_is_late_and_pays_automatically_is_not_asked_to_pay_twice() {
    let autopay = Some(Autopay { on: date(2026, 11, 18), method: "Visa".to_owned() });
    let since = date(2026, 10, 21);
    let past_due = PastDue { amount: 5_000, since, suspended_on: None, reinstated_for: None };
    let (html, _) = shown(Statement { autopay, past_due: Some(past_due), ..one_line() });
    assert!(html.contains("The automatic payment on November 18, 2026 includes it."), "{html}");
    assert!(!html.contains("Please pay it now"), "{html}");
}

#[test]
fn only_paper_that_asks_for_money_has_a_slip() {
    let (_, paperless) = shown(one_line());
    assert!(!paperless.contains("Amount enclosed"), "{paperless}");
    let print = checked(Statement { delivery: Delivery::Print, ..many_lines(300) });
    let print = pages(&print.pdf());
    assert!(print[0].contains("Amount enclosed"), "{print:?}");
    assert!(print[1..].iter().all(|page| !page.contains("Amount enclosed")), "{print:?}");
}

#[test]
fn a_credit_note_says_so_and_what_it_corrects() {
    let mut note = Statement { kind: Kind::CreditNote, ..one_line() };
    note.corrects = Some("2026-10-000077".to_owned());
    note.charges[0].charges[0].amount = -1_000;
    note.total_new_charges = -1_000;
    note.amount_due = -1_000;
    let (html, pdf) = shown(note);
    for text in [html, pdf] {
        assert!(text.contains("Credit note") && text.contains("2026-10-000077"), "{text}");
        assert!(text.contains("$10.00") && text.contains("Nothing to pay"), "{text}");
    }
}

#[test]
fn each_statement_of_a_print_file_counts_its_own_pages() {
    let a4 = |mut statement: Statement| {
        statement.biller.paper = Paper::A4;
        checked(statement)
    };
    let file = print_file(&[checked(one_line()), a4(many_lines(60)), a4(one_line())]).unwrap();
    let pages = pages(&file);
    let (first, last) = (&pages[0], &pages[pages.len() - 1]);
    assert!(first.contains("Page 1 of 1") && last.contains("Page 1 of 1"), "{pages:?}");
    assert!(pages[1].contains(&format!("Page 1 of {}", pages.len() - 2)), "{pages:?}");
    assert_eq!(print_file(&[]), None);
}

/// Amounts that a statement may have.
fn amounts() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..8)
}

fn entries(amounts: &[i64]) -> Vec<Entry> {
    amounts.iter().map(|amount| entry("Entry", *amount)).collect()
}

/// A statement that adds up.
fn sums() -> impl Strategy<Value = Statement> {
    (any::<i32>(), amounts(), amounts(), amounts(), amounts()).prop_map(
        |(previous, payments, adjustments, charges, taxes)| {
            let total = |amounts: &[i64]| amounts.iter().sum::<i64>();
            let new_charges = total(&charges) + total(&taxes);
            let lines = charges.iter().map(|amount| charge("Charge", *amount));
            let group = ChargeGroup { heading: "Site".to_owned(), charges: lines.collect() };
            Statement {
                previous_balance: previous.into(),
                payments: entries(&payments),
                adjustments: entries(&adjustments),
                charges: vec![group],
                taxes: entries(&taxes),
                total_new_charges: new_charges,
                amount_due: i64::from(previous) - total(&payments)
                    + total(&adjustments)
                    + new_charges,
                ..one_line()
            }
        },
    )
}

proptest! {
    #[test]
    fn parts_that_add_up_are_taken_and_others_are_refused_by_the_difference(
        statement in sums(),
        off in prop_oneof![-1_000_000_000_i64..0, 1..1_000_000_000_i64],
    ) {
        prop_assert!(Checked::new(statement.clone()).is_ok());

        let mut wrong = statement.clone();
        wrong.amount_due += off;
        let refused = Checked::new(wrong).unwrap_err();
        prop_assert_eq!(refused.total, Total::AmountDue);
        prop_assert_eq!(refused.stated - refused.parts, i128::from(off));

        let mut wrong = statement.clone();
        wrong.total_new_charges += off;
        let refused = Checked::new(wrong).unwrap_err();
        prop_assert_eq!(refused.total, Total::NewCharges);
        prop_assert_eq!(refused.stated - refused.parts, i128::from(off));

        let mut wrong = statement;
        wrong.payments.push(entry("Nobody counted it", off));
        let refused = Checked::new(wrong).unwrap_err();
        prop_assert_eq!(refused.stated - refused.parts, i128::from(off));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_a_statement_panic(text in "\\PC{0,400}|[\\x00-\\x20\u{a0}\u{202e}]{0,20}") {
        let mut statement = Statement { delivery: Delivery::Print, ..one_line() };
        statement.bill_to.name.clone_from(&text);
        statement.bill_to.address.push(text.clone());
        statement.account_id.clone_from(&text);
        statement.number.clone_from(&text);
        statement.charges[0].heading.clone_from(&text);
        statement.charges[0].charges[0].description.clone_from(&text);
        statement.biller.questions = text;
        let checked = checked(statement);
        prop_assert!(checked.html().contains("$1,234.56"));
        prop_assert!(pages(&checked.pdf()).concat().contains("$1,234.56"));
    }
}

#[test]
fn a_refusal_says_what_differs_and_by_how_much() {
    let refused = Checked::new(Statement { amount_due: 123_400, ..one_line() }).unwrap_err();
    let sentence = "the amount due is $1,234.00, but its parts come to $1,234.56: $0.56 too little";
    assert_eq!(refused.to_string(), sentence);
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    let mut statement = one_line();
    statement.payments = entries(&[i64::MIN, i64::MIN, i64::MIN]);
    statement.previous_balance = i64::MAX;
    let refused = Checked::new(statement).unwrap_err();
    assert_eq!(refused.parts, 4 * i128::from(i64::MAX) + 3 + 123_456);
}
