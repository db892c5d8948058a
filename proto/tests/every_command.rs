//! Every command of the proto files can be sent, and hostile input is named and never echoed.

use std::collections::BTreeSet;

use contract::{AsItIs, command, descriptor::descriptors};
use domain::actor::MAY_SEND;
use proptest::prelude::{any, prop, proptest};

#[test]
fn every_message_that_is_a_command_is_in_the_list() {
    let listed: BTreeSet<_> =
        command::all().map(|command| format!(".{}.{}", command.package, command.name)).collect();
    let mut used = BTreeSet::new();
    let mut messages = BTreeSet::new();
    for file in &descriptors().file {
        for message in &file.message_type {
            let name = format!(".{}.{}", file.package(), message.name());
            let is_event = message.name().ends_with("Event");
            used.extend(message.field.iter().map(|field| field.type_name().to_owned()));
            if !is_event && file.package() != "demarc.envelope.v1" {
                messages.insert(name);
            }
        }
    }
    let commands: BTreeSet<_> = messages.difference(&used).cloned().collect();
    assert_eq!(listed, commands, "a command that is sent is one that nothing contains");
}

#[test]
fn f86_every_command_says_who_may_send_it() {
    // What only the gateway makes has no message: nobody can send it.
    let made_by_gateway = ["ChangePassword", "IssueToken", "RecordFailedAttempt", "RecordLogIn"];
    let table = MAY_SEND.iter().map(|(command, _)| *command);
    let table: BTreeSet<_> = table.filter(|name| !made_by_gateway.contains(name)).collect();
    let commands: BTreeSet<_> = command::all().map(|command| command.name).collect();
    let missing: Vec<_> = commands.difference(&table).collect();
    assert!(missing.is_empty(), "add to libs/domain/src/actor/may_send.rs: {missing:?}");
    assert_eq!(table, commands, "there is no such command");
}

#[test]
fn a_command_has_one_subject() {
    let subjects: BTreeSet<_> =
        command::all().map(|command| (command.noun(), command.verb())).collect();
    assert_eq!(subjects.len(), command::all().count());
    let suspend = command::on_subject("site", "suspend").unwrap();
    assert_eq!(suspend.name, "SuspendSite");
}

/// A command, a body that it does not take, and what is said of that.
const INVALID: &[(&str, &str, &str)] = &[
    ("SuspendSite", r#"{"siteId":"site_88"}"#, "verifiedAddressId must not be empty"),
    ("SuspendSite", r#"{"siteId":"4111 1111"}"#, "siteId must be `site_`"),
    ("OpenAccount", r#"{"accountId":"account_1","email":"secret"}"#, "email must be"),
    (
        "SuspendSite",
        r#"{"siteId":"site_88","verifiedAddressId":"A"}"#,
        "reason must be a SuspensionReason",
    ),
    ("RecordPayment", r#"{"accountId":"account_1","paymentId":"p"}"#, "amount is required"),
    (
        "RecordCharge",
        r#"{"accountId":"account_1","chargeId":"c","lines":[{"description":"x","amount":{"currency":"usd"}}]}"#,
        "lines[0].amount.currency must be three capital letters",
    ),
    (
        "ConfirmCustomer",
        r#"{"customerId":"customer_4","firstName":"A","lastName":"B","homePhone":{"number":"4111"}}"#,
        "homePhone.number must be a phone number of 7 to 15 digits",
    ),
    (
        "ConfirmCustomer",
        r#"{"customerId":"customer_4","firstName":"A","lastName":"B","otherPhone":{"number":"411 1111"}}"#,
        "otherPhone.lineType must be a LineType",
    ),
    ("SetPin", r#"{"customerId":"customer_4","pin":"41111111111"}"#, "pin must be 4 to 10"),
    (
        "AuthenticateCustomer",
        r#"{"customerId":"customer_4","method":"AUTHENTICATION_METHOD_PHOTO_ID","pin":"4111"}"#,
        "pin must be absent where the method is another",
    ),
    ("OpenDay", r#"{"date":"16.11.2026"}"#, "date must be a date as in"),
    ("ScheduleOrder", r#"{"orderId":"order_1","orderType":"X"}"#, "officeOnly must be true"),
    (
        "StartServiceChange",
        r#"{"orderId":"order_1","serviceId":"service_1","saleType":"X","saleReason":"Y",
            "acknowledgedFlashes":["f-1",""]}"#,
        "acknowledgedFlashes[1] must not be empty",
    ),
    (
        "SendEmail",
        r#"{"accountId":"account_1","emailId":"e","subject":"a\nb","text":"secret"}"#,
        "subject must be one line",
    ),
    (
        "ChangeBillTo",
        r#"{"accountId":"account_1","name":"Jo","address":"1\n2\n3\n4\n5\nsecret"}"#,
        "address must be at most 5 lines",
    ),
    ("EndSessions", r#"{"loginId":"login_jane"}"#, "generation is required"),
    (
        "CreateLogin",
        r#"{"loginId":"login_jane","roles":["ROLE_AGENT"],"passwordHash":"secret secret"}"#,
        "passwordHash must be what argon2id made",
    ),
    ("SetRoles", r#"{"loginId":"login_jane"}"#, "roles must be at least one"),
    (
        "SetRoles",
        r#"{"loginId":"login_jane","roles":["ROLE_AGENT","ROLE_UNSPECIFIED"]}"#,
        "roles[1] must be a Role",
    ),
    ("SuspendSite", r#"{"sight":"secret"}"#, "sight is not a field of this command"),
    ("SuspendSite", r#"{"si`ght":"secret"}"#, "si`ght is not a field of this command"),
    ("SuspendSite", r#"{"":"secret"}"#, "body holds a field without a name"),
    ("SuspendSite", r#"{"siteId":"#, "body must be JSON"),
    ("SuspendSite", r#"{"siteId":7}"#, "siteId holds a value of the wrong type at line 1"),
    ("SuspendSite", r#"["secret"]"#, "body holds a value of the wrong type"),
    ("SuspendSite", r#"{"siteId":"site_88"} secret"#, "body must be JSON"),
    ("ChangeBillDay", r#"{"billDay":"secret"}"#, "billDay holds a value of the wrong type"),
    (
        "SuspendSite",
        r#"{"reason":"secret, expected one of `secret`"}"#,
        "reason must be one of SUSPENSION_REASON_UNSPECIFIED, SUSPENSION_REASON_NON_PAYMENT",
    ),
    (
        "MakeArrangement",
        r#"{"promises":[{"on":"2026-12-01"},{"amount":{"minor":"secret"}}]}"#,
        "promises[1].amount.minor holds a value of the wrong type",
    ),
    (
        "MakeArrangement",
        r#"{"promises":[{"on":"2026-12-01","amount":{"minr":"secret"}}]}"#,
        "promises[0].amount.minr is not a field of this command",
    ),
    (
        "MakeArrangement",
        r#"{"promises":[{"amount":{"":"secret"}}]}"#,
        "promises[0].amount holds a field without a name",
    ),
    ("CreateLogin", r#"{"roles":["ROLE_AGENT","secret"]}"#, "roles[1] must be one of ROLE_"),
    ("SuspendSite", r#"{"siteId":"secret","siteId":"secret"}"#, "siteId is given twice, or beside"),
    (
        "MakeArrangement",
        r#"{"promises":[{},{"amount":{"minor":"1","currency":"USD","minor":"1"}}]}"#,
        "promises[1].amount.minor is given twice, or beside a field that excludes it, at line 1",
    ),
    (
        "ScheduleOrder",
        r#"{"officeOnly":true,"appointment":{"date":"2026-12-01"}}"#,
        "appointment is given twice, or beside a field that excludes it, at line 1",
    ),
    (
        "SendEmail",
        r#"{"orderId":"secret","subject":"secret","ticketId":"secret"}"#,
        "ticketId is given twice, or beside a field that excludes it, at line 1",
    ),
    (
        "AddComment",
        "{\"accountId\":\"account_7\",\"commentId\":\"c\",\"text\":\"\u{200B}\"}",
        "text must hold something that can be seen",
    ),
    (
        "OpenAccount",
        "{\"accountId\":\"account_7\",\"email\":\"a@example.com\",\"holderName\":\"\u{202E}\"}",
        "holderName must not hold controls that turn the direction of text",
    ),
    (
        "RecordCharge",
        "{\"accountId\":\"account_7\",\"chargeId\":\"c\",\"dueOn\":\"2026-12-01\",\"lines\":[{},\
         {\"description\":\"\u{2066}secret\"}]}",
        "lines[0].description must not be empty",
    ),
    (
        "RecordCharge",
        "{\"lines\":[{\"description\":\"Visit\"},{\"description\":\"\u{2066}secret\"}]}",
        "lines[1].description must not hold controls that turn the direction of text",
    ),
];

#[test]
fn an_invalid_field_is_named_and_its_value_is_not_repeated() {
    for (name, body, expected) in INVALID {
        let invalid =
            command::named(name).unwrap().from_json(body.as_bytes(), &AsItIs).unwrap_err();
        let text = invalid.to_string();
        assert!(text.starts_with(expected), "{name} {body}: {text}");
        assert!(!text.contains("secret") && !text.contains("4111"), "{text}");
    }
}

#[test]
fn a_card_number_is_turned_away_in_every_field_for_free_text() {
    let account = r#""accountId":"account_1""#;
    let ticket = r#""accountId":"account_1","ticketId":"ticket_1""#;
    let cases = [
        ("AddComment", account, r#","commentId":"c""#, "text"),
        ("LeaveMemo", account, r#","memoId":"m""#, "text"),
        ("RaiseFlash", account, r#","flashId":"f""#, "text"),
        ("ChangeBillTo", account, r#","name":"Jo""#, "address"),
        ("SendEmail", account, r#","emailId":"e","subject":"Hi""#, "text"),
        ("SendEmail", account, r#","emailId":"e","text":"Hi""#, "subject"),
        ("OpenTicket", ticket, r#","kind":"TICKET_KIND_OTHER""#, "summary"),
        ("AddTicketEntry", ticket, r#","entryId":"s""#, "text"),
        ("ResolveTicket", ticket, "", "resolution"),
        ("ReopenTicket", ticket, "", "reason"),
        (
            "RecordInteraction",
            account,
            r#","interactionId":"interaction_1","category":"A","subcategory":"B""#,
            "summary",
        ),
        (
            "AdjustAccount",
            account,
            r#","adjustmentId":"a","reason":"R","amount":{"currency":"USD","minor":"1"}"#,
            "note",
        ),
        (
            "ScheduleOrder",
            r#""orderId":"order_1""#,
            r#","orderType":"UPGRADE","officeOnly":true"#,
            "comments",
        ),
    ];
    for (name, about, rest, field) in cases {
        let read = |words: &str| {
            let body = format!(r#"{{{about}{rest},"{field}":"{words}"}}"#);
            command::named(name).unwrap().from_json(body.as_bytes(), &AsItIs)
        };
        let said = read("Paid by card 4111-1111 1111 1111.").unwrap_err().to_string();
        assert_eq!(said, format!("{field} holds what looks like a card number: leave it out"));
        assert!(read("Order 411111111111111 is late.").is_ok(), "{name}.{field}");
    }
}

#[test]
fn the_json_of_a_command_is_its_protobuf() {
    let json =
        br#"{"siteId":"site_88","verifiedAddressId":"A-1","reason":"SUSPENSION_REASON_ABUSE"}"#;
    let suspend = command::named("SuspendSite").unwrap();
    let from_json = format!("{:?}", suspend.from_json(json, &AsItIs).unwrap());
    let protobuf = suspend.json_to_proto(json).unwrap();
    assert_eq!(format!("{:?}", suspend.from_proto(&protobuf, &AsItIs).unwrap()), from_json);
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for command in command::all() {
            let _ = command.from_proto(&bytes, &AsItIs);
            let _ = command.from_json(&bytes, &AsItIs);
        }
        for fact in contract::descriptor::facts() {
            let _ = contract::decode(&fact.kind, &bytes);
        }
    }

    #[test]
    fn hostile_texts_are_invalid_or_read(text in "\\PC{0,80}") {
        let body = serde_json::json!({ "accountId": text, "holderName": text, "email": text });
        let open = command::named("OpenAccount").unwrap();
        let read = open.from_json(body.to_string().as_bytes(), &AsItIs);
        assert!(read.is_err(), "an account id begins with its category");
    }
}
