//! How a biller's file is read, and what of it is refused by name.

use std::collections::BTreeSet;

use domain::{
    biller::{Biller, Catalog, LeadsTo, TaskCode},
    testing::fixtures::{code, usd},
};
use jiff::civil::date;

use super::{BillerError, EVERY_SHIPPED, SHIPPED, check, line_of, parse};

mod at_once;
mod doubted;

#[test]
fn f37_the_shipped_biller_names_packages_and_markets() {
    let biller = parse(SHIPPED).unwrap();
    assert_eq!(biller.name, "northeast");
    assert_eq!(biller.catalog.packages.len(), 7);
    assert_eq!(biller.policies.service_vlan, 552);
}

#[test]
fn f35_f57_f66_the_shipped_biller_names_queues_and_what_interactions_are_about() {
    let biller = parse(SHIPPED).unwrap();
    assert!(["TECH-SUPPORT", "MACD"].iter().all(|it| biller.ticket_queues.contains(&code(it))));
    assert!(biller.interactions[&code("Orders")].contains(&code("New order created")));
    assert!(biller.interactions[&code("Payments")].contains(&code("Payment received")));
}

#[test]
fn f39_four_billers_are_shipped_and_differ_in_what_operators_differ_in() {
    let billers = EVERY_SHIPPED.map(|text| parse(text).unwrap());
    let different = |of: fn(&Biller) -> String| {
        billers.iter().map(of).collect::<BTreeSet<_>>().len() == billers.len()
    };
    assert!(different(|biller| biller.name.clone()));
    assert!(different(|biller| biller.zone.clone()));
    assert!(different(|biller| biller.policies.service_vlan.to_string()));
    // How long after a bill was made what is done about it.
    assert!(different(|biller| format!("{} {:?}", biller.billing.due_days, biller.dunning.steps)));
    assert!(different(|biller| format!("{:?}", biller.catalog.packages.keys())));
    assert!(different(|biller| format!("{:?}", biller.catalog.devices.keys())));
    assert!(different(|biller| format!("{:?}", biller.catalog.order_types)));
    assert!(different(|biller| format!("{:?}", biller.tasks.keys())));
}

#[test]
fn f8_the_same_letters_lead_elsewhere_at_another_biller() {
    let [northeast, midwest, _, national] = EVERY_SHIPPED.map(|text| parse(text).unwrap());
    let ss = TaskCode::parse("SS").unwrap();
    assert_eq!(northeast.tasks[&ss].leads_to, LeadsTo::Command(code("ScheduleOrder")));
    let view = LeadsTo::View { service: code("care"), view: code("site") };
    assert_eq!(midwest.tasks[&ss].leads_to, view);
    assert!(!national.tasks.contains_key(&ss));
}

/// The line of the first line that holds a text.
fn line_with(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}?"))
}

/// What is said of the shipped file with one thing changed in it, and the line of `at`.
fn refused(right: &str, wrong: &str, at: &str) -> (Vec<BillerError>, usize) {
    assert!(SHIPPED.contains(right), "{right} is not in the file");
    let text = SHIPPED.replacen(right, wrong, 1);
    match check(&text) {
        Err(mistakes) => (mistakes, line_with(&text, at)),
        Ok(_) => panic!("{wrong} is read"),
    }
}

/// A text of the shipped file, what is put in its place, the key that is named, and a text on the
/// line that is.
type Wrong<'a> = (&'a str, &'a str, &'a str, &'a str);

fn demand_refused(wrong: &[Wrong<'_>]) {
    for (right, wrong, expected, at) in wrong {
        match refused(right, wrong, at) {
            (mistakes, expected_line) if mistakes.len() == 1 => {
                let BillerError::Value { key, line, .. } = &mistakes[0] else {
                    panic!("{expected}: {mistakes:?}");
                };
                assert_eq!((key.as_str(), *line), (*expected, expected_line), "{mistakes:?}");
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn a_mistake_is_named_by_its_key_and_its_line() {
    let fall = "[orders.campaigns.FALL26]";
    demand_refused(&[
        ("zone = \"America/New_York\"", "zone = \"Mars\"", "zone", "Mars"),
        ("name = \"northeast\"", "name = \"North East\"", "name", "North East"),
        ("rental = \"MODEM-RENT\"", "rental = \"BOAT\"", "devices.CM1000.rental", "\"CM1000\""),
        ("\"08-10\" = 12", "\"08-10\" = 0", "orders.slots.08-10", "\"08-10\""),
        (
            "changes = \"MACD\"",
            "changes = \"\"",
            "customers.segments.enterprise.changes",
            "changes = \"\"",
        ),
        (
            "packages = [\"basic\"",
            "packages = [\"dsl\"",
            "orders.campaigns.WINBACK.packages[0]",
            "\"dsl\"",
        ),
        ("months = 6", "months = 0", "orders.campaigns.WINBACK.months", "months = 0"),
        ("discount = \"20.00\"", "", "orders.campaigns.FALL26.monthly", fall),
        (
            "months = 12",
            "from = \"2027-01-01\"\nuntil = \"2026-12-31\"\nmonths = 12",
            "orders.campaigns.FALL26.until",
            "2026-12-31",
        ),
        ("\"2026-11-26\"", "\"26.11.2026\"", "calendar.holidays[0]", "26.11.2026"),
        ("\"sunday\"", "\n\"funday\"", "calendar.weekend[1]", "funday"),
        ("\"NOC\"", "\" NOC\"", "tickets.queues[0]", "\" NOC\""),
        ("[interactions]", "[interactions]\nWeather = []", "interactions.Weather", "Weather"),
    ]);
}

#[test]
fn a_mistake_in_what_is_billed_is_named_by_its_key_and_its_line() {
    let wifi = "[extras.WIFI]\nname = \"Whole-home WiFi\"\nmonthly = \"10.00\"";
    let versions = |versions: &str| {
        format!("[extras.WIFI]\nname = \"WiFi\"\nmonthly = [ # versions\n{versions}\n]")
    };
    let not_in_order = versions("{ value = \"1.00\" },\n{ value = \"2.00\" }");
    let none = versions("");
    let no_amount = versions("{ value = \"1.00\" },\n{ from = \"2027-01-01\", value = \"2,00\" }");
    let no_date = versions("{ value = \"1.00\" },\n{ from = \"January\", value = \"2.00\" }");
    let bundle = "packages = [\"classic\", \"voice\"]";
    let county = "taxes.northern_virginia.COUNTY.rate";
    demand_refused(&[
        ("monthly = \"59.99\"", "monthly = \"59,99\"", "packages.classic.monthly", "59,99"),
        ("monthly = \"59.99\"", "monthly = \"-9.99\"", "packages.classic.monthly", "-9.99"),
        ("bill_day = 1", "bill_day = 29", "billing.bill_day", "bill_day = 29"),
        ("due_days = 4", "due_days = 91", "billing.due_days", "due_days = 91"),
        ("{ agent = \"25.00\"", "{ king = \"25.00\"", "billing.adjustment_limits.king", "king"),
        ("rate = \"4.5\"", "rate = \"4,5\"", county, "4,5"),
        ("rate = \"4.5\"", "rate = \"4.50001\"", county, "4.50001"),
        ("rate = \"4.5\"", "rate = \"100.0001\"", county, "100.0001"),
        ("[extras.WIFI]", "[extras.\"WI FI\"]", "extras.WI FI", "WI FI"),
        ("extras = [\"E911\"]", "extras = [\"E912\"]", "packages.voice.extras[0]", "E912"),
        (
            "rank = 2",
            "rank = 2\nactivation_fee = \"X\"",
            "packages.classic.activation_fee",
            "\"X\"",
        ),
        (wifi, &not_in_order, "extras.WIFI.monthly", "# versions"),
        (wifi, &none, "extras.WIFI.monthly", "# versions"),
        (wifi, &no_amount, "extras.WIFI.monthly[1].value", "2,00"),
        (wifi, &no_date, "extras.WIFI.monthly[1].from", "January"),
        (bundle, "packages = [\"voice\"]", "bundles.DOUBLE-PLAY.packages", "= [\"voice\"]"),
        (bundle, "packages = [\"voice\",\n\"x\"]", "bundles.DOUBLE-PLAY.packages[1]", "\"x\""),
    ]);
}

#[test]
fn f71_nobody_is_paid_for_taking_a_bundle() {
    // Classic is 29.99 under a campaign and voice is 24.99.
    let discount = "discount = \"10.00\"";
    let of = |minor: &str| format!("discount = \"{minor}\" # all of it");
    assert!(parse(&SHIPPED.replacen(discount, &of("54.98"), 1)).is_ok(), "they may cost nothing");
    let later = "discount = [\n{ value = \"10.00\" },\n\
                 { from = \"2027-01-01\", value = \"54.99\" }]";
    let key = "bundles.DOUBLE-PLAY.discount";
    demand_refused(&[
        (discount, &of("54.99"), key, "# all of it"),
        (discount, later, "bundles.DOUBLE-PLAY.discount[1]", "54.99"),
    ]);
    // A version that comes later, for a cent, is the least.
    let cheap = "monthly = [{ value = \"59.99\" }, { from = \"2027-01-01\", value = \"0.01\" }]";
    let cheap = SHIPPED.replacen("monthly = \"59.99\"", cheap, 1);
    assert!(parse(&cheap.replacen(discount, &of("25.00"), 1)).is_ok());
    let refused = parse(&cheap.replacen(discount, &of("25.01"), 1)).unwrap_err();
    assert!(refused.told().starts_with(key), "{refused}");
}

#[test]
fn a_mistake_in_the_ladder_is_named_by_its_step_and_its_line() {
    demand_refused(&[
        ("after_due = 12", "after_due = 11 # again", "dunning.steps[1].after_due", "# again"),
        (
            "actions = [\"ticket\", \"email\"]",
            "actions = [\"email\"]",
            "dunning.steps[0].actions",
            "actions = [\"email\"]",
        ),
        ("after_due = 11", "after_due = 0", "dunning.steps[0].after_due", "after_due = 0"),
        ("name = \"call\"", "name = \"notice\" # again", "dunning.steps[1].name", "# again"),
        ("late_fee = \"LATE\"", "late_fee = \"X\"", "dunning.steps[0].late_fee", "\"X\""),
        (
            "\"https://kb.northeast.example/calls\"",
            "\"the wiki\"",
            "dunning.steps[1].procedures.Inbound Call tree",
            "the wiki",
        ),
        (
            "reconnect_fee = \"RECONNECT\"",
            "reconnect_fee = \"X\"",
            "dunning.reconnect_fee",
            "\"X\"",
        ),
        ("{ agent = { days", "{ king = { days", "dunning.arrangements.king", "king"),
    ]);
}

#[test]
fn what_is_no_toml_or_no_key_is_told_with_its_line_as_well() {
    let wrong = [
        ("bill_day = 1", "bill_day = 1\nbill_dya = 6", "billing.bill_dya: unknown field", "dya"),
        ("bill_day = 1\n", "", "billing: missing field `bill_day`", "[billing]"),
        ("bill_day = 1", "bill_day = \"1\"", "billing.bill_day: invalid type", "\"1\""),
        ("[calendar]", "[calender]", "calender: unknown field", "[calender]"),
        ("monthly = \"59.99\"", "monthly = 59.99", "packages.classic.monthly: invalid", "59.99"),
        (
            "monthly = \"59.99\"",
            "monthly = [\n{ value = \"59.99\" },\n{ value = 64.99 }]",
            "packages.classic.monthly[1].value: invalid type",
            "64.99",
        ),
        (
            "monthly = \"59.99\"",
            "monthly = [\n{ value = \"59.99\", form = \"2027-01-01\" }]",
            "packages.classic.monthly[0].form: unknown field `form`",
            "form",
        ),
        ("actions = [\"ticket\", \"call\"]", "actions = [\"sing\"]", "dunning.steps[1].", "sing"),
        ("name = \"Classic\"", "name = \"Classic", "invalid basic string", "\"Classic"),
        ("name = \"Classic\"", "name \"Classic\"", "", "name \"Classic\""),
    ];
    for (right, wrong, expected, at) in wrong {
        let (mistakes, expected_line) = refused(right, wrong, at);
        let at = mistakes.iter().find(|mistake| mistake.line() == expected_line);
        let Some(BillerError::Toml { line, problem }) = at else {
            panic!("{expected}: {mistakes:?}");
        };
        let others = usize::from(wrong == "[calender]");
        assert_eq!(mistakes.len(), 1 + others, "a section is missed as well: {mistakes:?}");
        assert_eq!(*line, expected_line, "{problem}");
        assert!(problem.starts_with(expected) && !problem.contains('\n'), "{problem}");
        assert_eq!(at.unwrap().to_string(), format!("line {line}: {problem}"));
    }
}

#[test]
fn a_key_is_found_by_its_path_also_where_it_holds_a_dot() {
    let text =
        "[devices]\n\"CM.1\" = {\ntechnology = \"docsis\" }\n[[steps]]\n[[steps]]\nname = 1\n";
    assert_eq!(line_of(text, "devices.CM.1.technology"), 3);
    assert_eq!(line_of(text, "devices.CM.1.rental"), 2, "of its table");
    assert_eq!(line_of(text, "steps[1].name"), 6);
    assert_eq!(line_of(text, "steps[0].name"), 4);
    assert_eq!(line_of(text, "fees.LATE"), 1);
    assert_eq!(line_of("not = = toml", "fees.LATE"), 1);
}

#[test]
fn f71_prices_rates_and_offers_are_read_with_their_versions() {
    let text = SHIPPED
        .replacen(
            "monthly = \"59.99\"",
            "monthly = [{ value = \"59.99\" }, { from = \"2027-01-01\", value = \"64.99\" }]",
            1,
        )
        .replacen("months = 12", "months = 12\nuntil = \"2026-12-24\"", 1);
    let biller = parse(&text).unwrap();
    let Catalog { packages, fees, extras, bundles, campaigns, .. } = &biller.catalog;
    let classic = &packages[&code("classic")].monthly;
    let on = |day| classic.on(day).map(|version| (version.from, version.value));
    let first = date(2027, 1, 1);
    assert_eq!(on(date(2026, 12, 31)), Some((None, usd(5_999))));
    assert_eq!(on(first), Some((Some(first), usd(6_499))));
    assert_eq!(fees[&code("LATE")].amount.on(first).unwrap().value, usd(500));
    assert_eq!(extras[&code("WIFI")].tax_code, Some(code("equipment")));
    let bundle = &bundles[&code("DOUBLE-PLAY")];
    assert_eq!(bundle.discount.on(first).unwrap().value, usd(1_000));
    assert_eq!(bundle.packages, [code("classic"), code("voice")].into());
    let fall = &campaigns[&code("FALL26")];
    assert!(fall.is_offered(date(2026, 12, 23)) && !fall.is_offered(date(2026, 12, 24)));
    let table = biller.taxes.table().unwrap();
    let state = &table.markets[&code("northern_virginia")][&code("STATE")];
    let rates: Vec<_> = state.rate.all().iter().map(|version| version.value).collect();
    assert_eq!(rates, [60_000, 62_500], "parts of a million");
}

#[test]
fn f74_f76_f77_f78_f79_the_shipped_ladder_is_that_of_the_procedure() {
    let biller = parse(SHIPPED).unwrap();
    let due_on = biller.billing.due_on(date(2026, 4, 1), date(2026, 4, 1));
    assert_eq!(due_on, date(2026, 4, 5));
    let steps = biller.dunning.steps.iter().map(|step| step.name.as_str());
    let dates = biller.dunning_dates(due_on, 0, due_on);
    let days: Vec<_> = steps.zip(dates.iter().map(|date| date.day())).collect();
    assert_eq!(days, [("notice", 16), ("call", 17), ("suspension", 20)], "the 18th is a Saturday");
}
