//! The commands of billing: what they look like when they can be read, which field is named when
//! they cannot, and what of them is sealed.

use std::collections::BTreeSet;

use contract::{AsItIs, Closed, Door, command};

/// Nouns whose every command is tried here.
const NOUNS: [&str; 5] = ["autopay", "dunning", "invoice", "run", "subscription"];

/// One body of every command that can be read.
const GOOD: [(&str, &str); 29] = [
    (
        "StartItem",
        r#"{"accountId":"account_7","itemId":"wifi-1","product":"WIFI","market":"boston",
            "from":"2026-12-01"}"#,
    ),
    ("EndItem", r#"{"accountId":"account_7","itemId":"wifi-1","on":"2026-12-01"}"#),
    (
        "RepriceItem",
        r#"{"accountId":"account_7","itemId":"service_3","version":"2027-01-01",
            "from":"2027-02-01"}"#,
    ),
    (
        "ChargeFee",
        r#"{"accountId":"account_7","chargeId":"f-1","product":"LATE","market":"boston"}"#,
    ),
    ("ChangeBillDay", r#"{"accountId":"account_7","billDay":15}"#),
    (
        "GrantExemption",
        r#"{"accountId":"account_7","taxes":["STATE"],"certificate":"VA-501",
            "until":"2027-01-01"}"#,
    ),
    ("RevokeExemption", r#"{"accountId":"account_7"}"#),
    ("ExpireCampaign", r#"{"accountId":"account_7","itemId":"service_3"}"#),
    ("CreditInvoice", r#"{"invoiceId":"invoice_1042","reason":"BILLING-ERROR","rebill":true}"#),
    (
        "SetAutopay",
        r#"{"accountId":"account_7","source":{"method":"PAYMENT_METHOD_CARD","token":"tok_1a2b",
            "label":"visa 4242"}}"#,
    ),
    ("RemoveAutopay", r#"{"accountId":"account_7"}"#),
    ("CollectPayment", r#"{"accountId":"account_7"}"#),
    (
        "FailCollection",
        r#"{"accountId":"account_7","collectionId":"c-1","code":"card_declined","mayRetry":true}"#,
    ),
    ("AdvanceDunning", r#"{"accountId":"account_7"}"#),
    (
        "MakeArrangement",
        r#"{"accountId":"account_7","arrangementId":"a-1","promises":[
            {"on":"2026-12-01","amount":{"currency":"USD","minor":"4000"}},
            {"on":"2026-12-15","amount":{"currency":"USD","minor":"4000"}}]}"#,
    ),
    ("DisputeCharge", r#"{"accountId":"account_7","chargeId":"invoice_1042","reason":"NOT-MINE"}"#),
    ("CloseDispute", r#"{"accountId":"account_7","chargeId":"invoice_1042"}"#),
    (
        "ExcludeFromDunning",
        r#"{"accountId":"account_7","reason":"BANKRUPTCY","until":"2027-01-01"}"#,
    ),
    ("IncludeInDunning", r#"{"accountId":"account_7"}"#),
    ("OpenRun", r#"{"kind":"RUN_KIND_BILL","date":"2026-12-01"}"#),
    ("ApproveRun", r#"{"kind":"RUN_KIND_CAMPAIGN","date":"2026-12-01"}"#),
    ("ContinueRun", r#"{"kind":"RUN_KIND_PAYMENT","date":"2026-12-01","after":"account_7"}"#),
    ("CloseRun", r#"{"kind":"RUN_KIND_DUNNING","date":"2026-12-01"}"#),
    ("BillAccount", r#"{"accountId":"account_7","cycle":"2026-12-01"}"#),
    (
        "AdjustAccount",
        r#"{"accountId":"account_7","adjustmentId":"a-1","reason":"OUTAGE","note":"Two days.",
            "amount":{"currency":"USD","minor":"-1500"}}"#,
    ),
    ("ApproveAdjustment", r#"{"accountId":"account_7","adjustmentId":"a-1"}"#),
    ("DeclineAdjustment", r#"{"accountId":"account_7","adjustmentId":"a-1"}"#),
    ("ReversePayment", r#"{"accountId":"account_7","paymentId":"p-1","reason":"NSF"}"#),
    (
        "RefundAccount",
        r#"{"accountId":"account_7","refundId":"r-1","method":"PAYMENT_METHOD_CHECK",
            "amount":{"currency":"USD","minor":"1250"}}"#,
    ),
];

/// A door that seals for the customer of the account's number.
struct Seals;

impl Door for Seals {
    fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        Ok(Some(noun_id.replace("account", "customer")))
    }

    fn seal(&self, owner: &str, text: &str) -> Result<String, Closed> {
        Ok(format!("{{sealed:{owner}:{} letters}}", text.len()))
    }

    fn seal_secret(&self, owner: &str, secret: &str, _: &str) -> Result<String, Closed> {
        self.seal(owner, secret)
    }

    fn known_numbers(&self, _: &str) -> Result<Vec<String>, Closed> {
        Ok(Vec::new())
    }

    fn digest(&self, owner: &str, secret: &str) -> Result<String, Closed> {
        self.seal(owner, secret)
    }
}

/// What a body is read as, in words.
fn read(name: &str, body: &str, door: &dyn Door) -> Result<String, String> {
    let command = command::named(name).unwrap_or_else(|| panic!("there is no command {name}"));
    let read = command.from_json(body.as_bytes(), door);
    read.map(|rule| format!("{rule:?}")).map_err(|unread| unread.to_string())
}

#[test]
fn every_command_of_billing_can_be_read_in_both_forms() {
    for (name, body) in GOOD {
        let from_json = read(name, body, &AsItIs).unwrap_or_else(|said| panic!("{name}: {said}"));
        let command = command::named(name).unwrap();
        let protobuf = command.json_to_proto(body.as_bytes()).unwrap();
        let from_proto = command.from_proto(&protobuf, &AsItIs).unwrap();
        assert_eq!(format!("{from_proto:?}"), from_json, "{name}");
    }
    let tried: BTreeSet<_> = GOOD.iter().map(|(name, _)| *name).collect();
    let all = command::all().filter(|command| NOUNS.contains(&command.noun()));
    let untried: Vec<_> =
        all.map(|command| command.name).filter(|name| !tried.contains(name)).collect();
    assert_eq!(untried, Vec::<&str>::new(), "add a body of each");
}

#[test]
fn what_may_be_absent_may_be_absent() {
    let absent = |name: &str, body: &str, expected: &str| {
        let read = read(name, body, &AsItIs).unwrap();
        assert!(read.contains(expected), "{name}: {read}");
    };
    let account = r#""accountId":"account_7""#;
    let item = format!(r#"{{{account},"itemId":"i","product":"WIFI","from":"2026-12-01"}}"#);
    absent("StartItem", &item, "market: None");
    let reprice = format!(r#"{{{account},"itemId":"i","from":"2026-12-01"}}"#);
    absent("RepriceItem", &reprice, "version: None");
    let exemption = format!(r#"{{{account},"taxes":["STATE"],"certificate":"VA"}}"#);
    absent("GrantExemption", &exemption, "until: None");
    absent("BillAccount", &format!("{{{account}}}"), "cycle: None");
    let excluded = format!(r#"{{{account},"reason":"BANKRUPTCY"}}"#);
    absent("ExcludeFromDunning", &excluded, "until: None");
    let paid = format!(
        r#"{{{account},"paymentId":"p","amount":{{"currency":"USD","minor":"100"}},
            "method":"PAYMENT_METHOD_CASH","receivedOn":"2026-12-01"}}"#
    );
    absent("RecordPayment", &paid, "invoice_id: None, reference: None");
}

/// A body that can be read, with one thing changed in it, and what is said of it.
const BAD: [(&str, &str, &str, &str); 37] = [
    ("StartItem", "account_7", "invoice_7", "accountId must be `account_`"),
    ("StartItem", "wifi-1", "", "itemId must not be empty"),
    ("StartItem", "WIFI", "", "product must not be empty"),
    ("StartItem", "boston", "bost\u{f6}n", "market must not hold"),
    ("StartItem", "2026-12-01", "secret", "from must be a date as in"),
    ("EndItem", "2026-12-01", "01.12.2026", "on must be a date as in"),
    ("RepriceItem", "2027-01-01", "secret", "version must be a date as in"),
    ("RepriceItem", "2027-02-01", "", "from must be a date as in"),
    ("ChargeFee", "f-1", "", "chargeId must not be empty"),
    ("ChangeBillDay", "15", "300", "billDay must be a day of the month"),
    ("GrantExemption", r#"["STATE"]"#, r#"["STATE",""]"#, "taxes[1] must not be empty"),
    ("GrantExemption", "VA-501", "", "certificate must not be empty"),
    ("GrantExemption", "2027-01-01", "secret", "until must be a date as in"),
    ("ExpireCampaign", "service_3", "", "itemId must not be empty"),
    ("CreditInvoice", "invoice_1042", "account_7", "invoiceId must be `invoice_`"),
    ("CreditInvoice", "BILLING-ERROR", "", "reason must not be empty"),
    ("SetAutopay", "PAYMENT_METHOD_CARD", "PAYMENT_METHOD_UNSPECIFIED", "source.method must be"),
    ("SetAutopay", "tok_1a2b", "", "source.token must not be empty"),
    ("SetAutopay", "visa 4242", "", "source.label must not be empty"),
    ("FailCollection", "c-1", "", "collectionId must not be empty"),
    ("FailCollection", "card_declined", "", "code must not be empty"),
    ("MakeArrangement", "2026-12-15", "secret", "promises[1].on must be a date as in"),
    ("MakeArrangement", "USD", "secret", "promises[0].amount.currency must be three capital"),
    ("MakeArrangement", "a-1", "", "arrangementId must not be empty"),
    ("DisputeCharge", "invoice_1042", "", "chargeId must not be empty"),
    ("DisputeCharge", "NOT-MINE", "", "reason must not be empty"),
    ("ExcludeFromDunning", "2027-01-01", "secret", "until must be a date as in"),
    ("OpenRun", "RUN_KIND_BILL", "RUN_KIND_UNSPECIFIED", "kind must be a RunKind"),
    ("OpenRun", "2026-12-01", "secret", "date must be a date as in"),
    ("ContinueRun", "account_7", "", "after must not be empty"),
    ("BillAccount", "2026-12-01", "secret", "cycle must be a date as in"),
    ("AdjustAccount", "a-1", "", "adjustmentId must not be empty"),
    ("AdjustAccount", "OUTAGE", "", "reason must not be empty"),
    ("AdjustAccount", "Two days.", " ", "note must not be empty"),
    ("ReversePayment", "NSF", "", "reason must not be empty"),
    ("RefundAccount", "r-1", "", "refundId must not be empty"),
    ("RefundAccount", "PAYMENT_METHOD_CHECK", "PAYMENT_METHOD_UNSPECIFIED", "method must be a"),
];

#[test]
fn a_field_of_billing_that_cannot_be_read_is_named_and_not_repeated() {
    for (name, right, wrong, expected) in BAD {
        let (_, body) = GOOD.iter().find(|(good, _)| *good == name).unwrap();
        assert!(body.contains(right), "{name} has no {right}");
        let said = read(name, &body.replace(right, wrong), &AsItIs).unwrap_err();
        assert!(said.starts_with(expected), "{name} with {wrong:?}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
    for (name, field) in [
        ("AdjustAccount", "amount"),
        ("RefundAccount", "amount"),
        ("SetAutopay", "source"),
        ("ContinueRun", "after"),
    ] {
        let (_, body) = GOOD.iter().find(|(good, _)| *good == name).unwrap();
        let mut body: serde_json::Value = serde_json::from_str(body).unwrap();
        body.as_object_mut().unwrap().remove(field).unwrap();
        let said = read(name, &body.to_string(), &AsItIs).unwrap_err();
        assert!(said.starts_with(&format!("{field} ")), "{name} without {field}: {said}");
    }
}

#[test]
fn the_name_that_a_processor_gives_a_payment_has_a_reference() {
    let body = |reference: &str| {
        format!(
            r#"{{"accountId":"account_7","paymentId":"p","reference":"{reference}",
                "amount":{{"currency":"USD","minor":"100"}},"receivedOn":"2026-12-01",
                "method":"PAYMENT_METHOD_CARD"}}"#
        )
    };
    let taken = read("RecordPayment", &body("pi_3Nx"), &AsItIs).unwrap();
    assert!(taken.contains("reference_pi_3Nx"), "{taken}");
    let taken = read("RecordPayment", &body("pi.3Nx"), &AsItIs).unwrap();
    assert!(taken.contains("pi.3Nx") && taken.contains("reference_x-"), "{taken}");
    for wrong in ["a b", "a\u{e9}", &"x".repeat(129)] {
        let said = read("RecordPayment", &body(wrong), &AsItIs).unwrap_err();
        assert!(said.starts_with("reference must be 1 to 128 visible"), "{wrong}: {said}");
    }
}

#[test]
fn f55_what_an_adjustment_is_about_is_sealed_for_the_customer() {
    let (_, body) = GOOD.iter().find(|(name, _)| *name == "AdjustAccount").unwrap();
    let rule = read("AdjustAccount", body, &Seals).unwrap();
    assert!(rule.contains("{sealed:customer_7:9 letters}"), "{rule}");
    assert!(!rule.contains("Two days"), "{rule}");
    for (stolen, expected) in [
        ("{sealed:customer_8:x}", "note holds a sealed text: write it out"),
        ("Card 4111 1111 1111 1111.", "note holds what looks like a card number: leave it out"),
        ("SSN 123-45-6789.", "note holds what looks like a social security number: leave it out"),
    ] {
        let said = read("AdjustAccount", &body.replace("Two days.", stolen), &Seals).unwrap_err();
        assert_eq!(said, expected);
    }
}

#[test]
fn f48_autopay_takes_no_card_number() {
    let (_, body) = GOOD.iter().find(|(name, _)| *name == "SetAutopay").unwrap();
    for (right, wrong, field) in [
        ("tok_1a2b", "4111111111111111", "source.token"),
        ("tok_1a2b", "4111-1111-1111-1111", "source.token"),
        ("visa 4242", "4111 1111 1111 1111", "source.label"),
    ] {
        let said = read("SetAutopay", &body.replace(right, wrong), &Seals).unwrap_err();
        assert!(said.starts_with(&format!("{field} must not hold a card number")), "{said}");
        assert!(!said.contains("4111"), "{said}");
    }
}
