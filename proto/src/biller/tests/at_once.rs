//! Every mistake of a file in one go.

use super::{BillerError, SHIPPED, check, line_with, parse};

/// The shipped file with these texts in the place of others.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SHIPPED.to_owned(), |text, (right, wrong)| {
        assert!(text.contains(right), "{right} is not in the file");
        text.replacen(right, wrong, 1)
    })
}

/// All that is told of a file: nothing but these beginnings, each on the line with its text.
fn demand_told(text: &str, expected: &[(&str, &str)]) {
    let told = check(text).unwrap_err();
    assert!(told.is_sorted_by_key(BillerError::line));
    let said: Vec<_> = told.iter().map(|it| (it.line(), it.told())).collect();
    for (at, beginning) in expected {
        let line = line_with(text, at);
        let found = said.iter().any(|(on, told)| *on == line && told.starts_with(beginning));
        assert!(found, "{beginning} on line {line}: {said:#?}");
    }
    assert_eq!(said.len(), expected.len(), "and nothing else: {said:#?}");
}

#[test]
fn a_number_that_cannot_be_hides_no_other_mistake() {
    let text = SHIPPED
        .replacen("due_days = 4", "due_days = -4", 1)
        .replacen("bill_day = 1", "bill_day = 4000", 1)
        .replacen("service_vlan = 552", "service_vlan = -1", 1)
        .replacen("after_due = 11", "after_due = -1", 1)
        .replacen("reconnect_fee = \"RECONNECT\"", "reconnect_fee = \"X\"", 1)
        .replacen("rank = 2", "rank = -2", 1);
    let mistakes = check(&text).unwrap_err();
    let keys: Vec<_> = mistakes.iter().map(BillerError::told).collect();
    let said: Vec<_> = keys.iter().map(|told| told.split(' ').next().unwrap()).collect();
    let expected = [
        "policies.service_vlan",
        "billing.bill_day",
        "billing.due_days",
        "dunning.reconnect_fee",
        "dunning.steps[0].after_due",
        "packages.classic.rank",
    ];
    assert_eq!(said, expected);
    assert_eq!(keys[2], "billing.due_days must be from 0 to 90 days");
}

#[test]
fn every_mistake_is_told_at_once_in_the_order_of_the_lines() {
    let text = SHIPPED
        .replacen("bill_day = 1", "bill_day = 0", 1)
        .replacen("after_due = 11", "after_due = 0", 1)
        .replacen("after_due = 13", "after_due = 400", 1)
        .replacen("monthly = \"39.99\"", "monthly = \"free\"", 1)
        .replacen("monthly = \"59.99\"", "monthly = \"59\"", 1)
        .replacen("zone = \"America/New_York\"", "zone = \"Mars\"", 1);
    let told: Vec<_> = check(&text).unwrap_err().iter().map(ToString::to_string).collect();
    let line = |part| line_with(&text, part);
    let amount = "must be an amount as in \"59.99\"";
    let expected = [
        format!("line {}: zone must be an IANA time zone", line("Mars")),
        format!("line {}: billing.bill_day must be from 1 to 28", line("bill_day = 0")),
        format!(
            "line {}: dunning.steps[0].after_due must be from 1 to 365 days",
            line("after_due = 0")
        ),
        format!("line {}: dunning.steps[2].after_due must be from 1 to 365 days", line("400")),
        format!("line {}: packages.basic.monthly {amount}", line("\"free\"")),
        format!("line {}: packages.classic.monthly {amount}", line("\"59\"")),
    ];
    assert_eq!(told, expected);
    assert_eq!(parse(&text).unwrap_err().to_string(), expected[0], "the first of them");
}

#[test]
fn what_cannot_be_read_hides_no_other_mistake() {
    let changes = [
        ("zone = \"America/New_York\"", "zone = 5"),
        ("service_vlan = 552", "service_vlan = 5520"),
        ("bill_day = 1", "bill_day = \"first\""),
        ("due_days = 4", "due_days = 91"),
        ("actions = [\"ticket\", \"call\"]", "actions = [\"sing\"]"),
        ("\"2026-11-26\"", "\"26.11.2026\""),
        ("\"08-10\" = 12", "\"08-10\" = \"twelve\""),
        ("months = 6", "months = 0"),
        ("monthly = \"39.99\"", "monthly = 39.99"),
        ("monthly = \"59.99\"", "monthly = \"free\""),
        ("rank = 4\n", "rnak = 4\n"),
        ("monthly = \"24.99\"", "monthly = [{ value = 24.99 }]"),
    ];
    let text = changed(&changes);
    let told = check(&text).unwrap_err();
    assert!(told.is_sorted_by_key(BillerError::line));
    let said: Vec<_> = told.iter().map(|it| (it.line(), it.told())).collect();
    let says = |at: &str, beginning: &str| {
        let line = line_with(&text, at);
        let found = said.iter().any(|(on, told)| *on == line && told.starts_with(beginning));
        assert!(found, "{beginning} on line {line}: {said:#?}");
    };
    says("zone = 5", "zone: invalid type");
    says("5520", "policies.service_vlan must be");
    says("bill_day", "billing.bill_day: invalid type");
    says("due_days", "billing.due_days must be from 0 to 90");
    says("sing", "dunning.steps[1].actions");
    says("26.11", "calendar.holidays[0] must be a date");
    says("twelve", "orders.slots.08-10: invalid type");
    says("months = 0", "orders.campaigns.WINBACK.months must be");
    says("= 39.99", "packages.basic.monthly: invalid type");
    says("free", "packages.classic.monthly must be an amount");
    says("rnak", "packages.super-fast-1g.rnak: unknown field");
    says("[packages.super-fast-1g]", "packages.super-fast-1g: missing field `rank`");
    says("value = 24.99", "packages.voice.monthly[0].value: invalid type");
    assert_eq!(said.len(), changes.len() + 1, "and nothing else: {said:#?}");
}

#[test]
fn nothing_is_told_of_what_depends_on_what_cannot_be_read() {
    // Nobody knows whether there are the fees that are named elsewhere.
    let (before, fees) = SHIPPED.split_once("[fees.").unwrap();
    let (_, after) = fees.split_once("[extras.WIFI]").unwrap();
    let text = format!("fees = 3\n{before}[extras.WIFI]\ncolour = \"red\"{after}");
    let told: Vec<_> = check(&text).unwrap_err().iter().map(BillerError::told).collect();
    let [fees, colour] = &told[..] else { panic!("{told:?}") };
    assert!(fees.starts_with("fees: invalid type"), "{fees}");
    assert!(colour.starts_with("extras.WIFI.colour: unknown field"), "{colour}");
    // Nor how much a bundle may cost less, nor which step of a ladder is the earlier one.
    let text = SHIPPED
        .replacen("monthly = \"24.99\"", "monthly = 24.99", 1)
        .replacen("discount = \"10.00\"", "discount = \"999.00\"", 1)
        .replacen("after_due = 11", "after_due = \"13\"", 1)
        .replacen("after_due = 12", "after_due = 11", 1);
    let told: Vec<_> = check(&text).unwrap_err().iter().map(BillerError::told).collect();
    let [ladder, voice] = &told[..] else { panic!("{told:?}") };
    assert!(ladder.starts_with("dunning.steps[0].after_due: invalid type"), "{ladder}");
    assert!(voice.starts_with("packages.voice.monthly: invalid type"), "{voice}");
}

#[test]
fn a_wrong_value_hides_no_other_in_any_part_of_the_file() {
    let text = changed(&[
        ("currency = \"USD\"", "currency = \"Dollar\""),
        ("autopay_minimum = \"1.00\"", "autopay_minimum = \"1\""),
        ("limits = { agent = \"25.00\"", "limits = { king = \"25\""),
        ("amount = \"5.00\"", "amount = \"5\"\ntax_code = \" late\""),
        ("discount = \"10.00\"", "discount = \"99.99\" # too much"),
        ("on = [\"voice\"]\nrate = \"4.5\"", "on = [\" voice\"]\nrate = \"450\""),
        ("agent = { days = 11, amount = \"499.00\" }", "agent = { days = -1, amount = \"499\" }"),
        ("after_due = 12", "after_due = 11 # again"),
        ("after_due = 13", "after_due = 366 # late"),
        ("{ \"Inbound Call tree\" = \"https:", "{ \"Inbound Call tree\" = \"the wiki:"),
        ("\"sunday\"", "\"funday\""),
        ("\"2026-11-26\"", "\n\"26.11.2026\""),
        ("\"08-10\" = 12", "\" 08\" = 0"),
        (
            "\"gigablast-pon\"]\nmonths = 12",
            "\"dsl\"]\nfrom = \"May\"\nuntil = \"June\"\nmonths = 0",
        ),
        ("discount = \"20.00\"", ""),
        ("changes = \"MACD\", fiber", "changes = \" MACD\", fiber"),
        ("down_mbps_max = 1200, rental = \"M", "down_mbps_max = -1, rental = \"X"),
        ("rank = 1\nmonthly = \"39.99\"", "rank = -2\nmonthly = \"39,99\"\ntax_code = \"\""),
        ("command = \"SwapPackage\"", "command = \"SwapParcel\""),
    ]);
    demand_told(
        &text,
        &[
            ("Dollar", "currency must be"),
            ("autopay_minimum =", "billing.autopay_minimum must be an amount"),
            ("king", "billing.adjustment_limits.king must be a role"),
            ("king", "billing.adjustment_limits.king must be an amount"),
            ("amount = \"5\"", "fees.LATE.amount must be an amount"),
            ("\" late\"", "fees.LATE.tax_code"),
            ("# too much", "bundles.DOUBLE-PLAY.discount must be at most 54.98, the least"),
            ("[\" voice\"]", "taxes.northern_virginia.COUNTY.on[0]"),
            ("\"450\"", "taxes.northern_virginia.COUNTY.rate must be a rate"),
            ("agent = { days", "dunning.arrangements.agent.days must be from 0"),
            ("agent = { days", "dunning.arrangements.agent.amount must be an amount"),
            ("# again", "dunning.steps[1].after_due must be later"),
            ("the wiki", "dunning.steps[1].procedures.Inbound Call tree must be"),
            ("# late", "dunning.steps[2].after_due must be from 1 to 365"),
            ("funday", "calendar.weekend[1] must be a day"),
            ("26.11.2026", "calendar.holidays[0] must be a date"),
            ("\" 08\"", "orders.slots. 08 must be from 1"),
            ("\" 08\"", "orders.slots. 08 "),
            ("\"dsl\"", "orders.campaigns.FALL26.packages[3] is dsl"),
            ("\"May\"", "orders.campaigns.FALL26.from must be a date"),
            ("\"June\"", "orders.campaigns.FALL26.until must be a date"),
            ("months = 0", "orders.campaigns.FALL26.months must be from 1"),
            ("[orders.campaigns.FALL26]", "orders.campaigns.FALL26.monthly or discount must be"),
            ("\" MACD\"", "customers.segments.enterprise.changes"),
            ("\"CM1000\"", "devices.CM1000.down_mbps_max must be from 0"),
            ("\"CM1000\"", "devices.CM1000.rental names XODEM-RENT"),
            ("rank = -2", "packages.basic.rank must be from 0"),
            ("39,99", "packages.basic.monthly must be an amount"),
            ("tax_code = \"\"", "packages.basic.tax_code"),
            ("SwapParcel", "tasks.ES.command must name a command"),
        ],
    );
}

#[test]
fn f30_a_mistake_in_a_guide_or_a_task_hides_no_other() {
    let text = changed(&[
        ("title = \"Service Change\"", "title = \"\""),
        ("command = \"StartServiceChange\"", "command = \"Start\""),
        ("subject = \"completed_order\"", "subject = \"order\""),
        ("next = \"unplug\" }]", "next = \"plug\" }]"),
        ("answer = \"off\", next", "answer = \"on\", next"),
        ("task = \"PT\"", "task = \"PP\""),
        ("outcome = \"comment\"", "outcome = \"silence\""),
        ("text = \"Transfer the", "text = \"\" # Transfer the"),
    ]);
    let guide = "guides.after-completion";
    let of = |part: &str| format!("{guide}.{part}");
    let (steps, ends) =
        (|part: &str| of(&format!("steps.{part}")), |it: &str| of(&format!("ends.{it}")));
    demand_told(
        &text,
        &[
            ("title = \"\"", "tasks.SC.title"),
            ("command = \"Start\"", "tasks.SC.command must name a command"),
            ("subject = \"order\"", &of("subject must be account or")),
            (
                "next = \"plug\"",
                &steps("reset.answers[1].next must lead to a step or an end, plug"),
            ),
            (
                "answer = \"on\", next = \"replug\"",
                &steps("unplug.answers[1].answer must be given once"),
            ),
            ("task = \"PP\"", &steps("resp-code.task must be one of")),
            ("silence", &ends("comment.outcome must be")),
            ("# Transfer", &ends("tech-support.text")),
        ],
    );
}

#[test]
fn what_cannot_be_read_hides_nothing_beside_it_in_its_own_table() {
    let text = changed(&[
        ("rank = 2\nmonthly = \"59.99\"\nswap_family = \"internet\"", "rank = -2\nswap_family = 7"),
        ("actions = [\"ticket\", \"call\"]", "actions = [\"sing\"]\nlate_fee = \"X\""),
        ("after_due = 13", "after_due = 0"),
        ("WINBACK]\nname = \"Welcome back\"", "WINBACK]\nname = 5"),
        ("months = 6", "months = 0"),
        ("discount = \"10.00\"", "discount = \"99.99\""),
        ("Payments = [", "Weather = 5\nRain = []\nPayments = ["),
        (
            "title = \"After the order is completed\"\nsubject = \"completed_order\"",
            "subject = \"x\"",
        ),
        ("command = \"AddComment\"", "command = 8"),
        ("view = \"care/service\"", "view = \"care\""),
    ]);
    demand_told(
        &text,
        &[
            ("[packages.classic]", "packages.classic: missing field `monthly`"),
            ("swap_family = 7", "packages.classic.swap_family: invalid type"),
            ("rank = -2", "packages.classic.rank must be from 0"),
            ("sing", "dunning.steps[1].actions[0]: unknown variant"),
            ("late_fee = \"X\"", "dunning.steps[1].late_fee names X"),
            ("after_due = 0", "dunning.steps[2].after_due must be later than that of the step"),
            ("after_due = 0", "dunning.steps[2].after_due must be from 1 to 365"),
            ("name = 5", "orders.campaigns.WINBACK.name: invalid type"),
            ("months = 0", "orders.campaigns.WINBACK.months must be from 1"),
            ("Weather", "interactions.Weather: invalid type"),
            ("Rain", "interactions.Rain must hold at least one"),
            ("[guides.after-completion]", "guides.after-completion: missing field `title`"),
            ("subject = \"x\"", "guides.after-completion.subject must be"),
            ("command = 8", "tasks.CC.command: invalid type"),
            ("view = \"care\"", "tasks.CS.view must be a service and its view"),
        ],
    );
}

#[test]
fn a_key_that_is_there_twice_hides_nothing_and_a_broken_line_no_other() {
    let text = changed(&[
        ("rank = 2\n", "rank = 2\nrank = 3 # too\n"),
        ("due_days = 4", "due_days = 400"),
    ]);
    demand_told(&text, &[("# too", "duplicate key"), ("= 400", "billing.due_days must be")]);
    let text = changed(&[
        ("weekend = [\"saturday\", \"sunday\"]", "weekend = [\"saturday\", \"sunday\""),
        ("due_days = 4", "due_days = four days"),
        ("name = \"Late fee\"", "name = \"Late fee"),
        ("monthly = \"59.99\"", "monthly = 59,99"),
    ]);
    let lines: Vec<_> = check(&text).unwrap_err().iter().map(BillerError::line).collect();
    let after_list = 1 + line_with(&text, "weekend = ");
    let expected = ["four days", "name = \"Late fee"].map(|part| line_with(&text, part));
    assert_eq!(lines[..2], expected);
    assert!(
        (after_list..after_list + 5).contains(&lines[2]),
        "where the list does not end: {lines:?}"
    );
}
