//! Who is believed, and who is not.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    BODY_BYTES_MAX, Event, HEADER_BYTES_MAX, Kind, Notice, SIGNATURES_MAX, WebhookError, sign,
    verify,
};
use crate::{Currency, Secret};

const NOW_S: i64 = 1_772_000_000;
const TOLERANCE: Duration = Duration::from_secs(300);
const PAID: &str = r#"{"id":"evt_1","kind":"paid","collectionId":"c1","reference":"ch_1",
    "amountMinor":4999,"currency":"USD"}"#;

fn key() -> Secret {
    Secret::new("whsec_that_nobody_sees".to_owned())
}

fn verified(header: &str, body: &str) -> Result<Event, WebhookError> {
    verify(&key(), header, body.as_bytes(), NOW_S, TOLERANCE)
}

fn signed(body: &str) -> Result<Event, WebhookError> {
    verified(&sign(&key(), NOW_S, body.as_bytes()), body)
}

fn paid() -> Event {
    Event::Money(Notice {
        id: "evt_1".to_owned(),
        kind: Kind::Paid,
        collection_id: "c1".to_owned(),
        reference: "ch_1".to_owned(),
        amount_minor: 4_999,
        currency: Currency::parse("USD").unwrap(),
    })
}

/// The signature alone.
fn v1(secret: &Secret, at_s: i64, body: &str) -> String {
    sign(secret, at_s, body.as_bytes()).split_once(",v1=").unwrap().1.to_owned()
}

#[test]
fn a_signature_is_the_one_that_everybody_else_computes() {
    // printf '1772000000.{}' | openssl dgst -sha256 -hmac whsec_that_nobody_sees
    let expected = "56e9d06de5125774e1e43942d5e07b7a2fa0a9f49f7c6d6bd3716ef876a7c5fb";
    assert_eq!(sign(&key(), NOW_S, b"{}"), format!("t=1772000000,v1={expected}"));
}

#[test]
fn what_is_signed_is_read() {
    assert_eq!(signed(PAID), Ok(paid()));
    for (kind, expected) in [
        ("refunded", Kind::Refunded),
        ("reversed", Kind::Reversed),
        ("failed", Kind::Failed { code: "unspecified".to_owned(), may_retry: false }),
        (
            r#"failed","code":"no_account","mayRetry":true,"x":""#,
            Kind::Failed { code: "no_account".to_owned(), may_retry: true },
        ),
        (
            r#"failed","code":"Account of Ana Ruiz"#,
            Kind::Failed { code: "unspecified".to_owned(), may_retry: false },
        ),
    ] {
        match signed(&PAID.replacen("paid", kind, 1)).unwrap() {
            Event::Money(notice) => assert_eq!(notice.kind, expected),
            Event::Other { id } => panic!("{id} is about money"),
        }
    }
}

#[test]
fn a_kind_that_is_not_known_is_received_whatever_it_holds() {
    let other = Event::Other { id: "evt_2".to_owned() };
    for body in [
        r#"{"id":"evt_2","kind":"payout_made"}"#,
        r#"{"id":"evt_2","kind":"Paid","amountMinor":"much","currency":[]}"#,
    ] {
        assert_eq!(signed(body), Ok(other.clone()));
    }
}

#[test]
fn a_sender_that_changes_its_key_signs_with_both() {
    let old = Secret::new("whsec_old".to_owned());
    let (ours, others) = (v1(&key(), NOW_S, PAID), v1(&old, NOW_S, PAID));
    for header in [
        format!("t={NOW_S},v1={others},v1={ours}"),
        format!("t={NOW_S},v1={ours},v1={others}"),
        format!("v0=none,v1={ours}, t={NOW_S} ,v2=x=y"),
        format!("t={NOW_S},v1={}", ours.to_ascii_uppercase()),
    ] {
        assert_eq!(verified(&header, PAID), Ok(paid()), "{header}");
    }
    assert_eq!(
        verified(&format!("t={NOW_S},v1={others}"), PAID),
        Err(WebhookError::WrongSignature)
    );
}

#[test]
fn a_header_that_is_none_is_refused_by_what_is_wrong() {
    let ours = v1(&key(), NOW_S, PAID);
    let many = vec![format!("v1={ours}"); SIGNATURES_MAX + 1].join(",");
    for (header, problem) in [
        (String::new(), "has a field without a name"),
        ("t".to_owned(), "has a field without a name"),
        (format!("t={NOW_S},"), "has a field without a name"),
        (format!("v1={ours}"), "has no t"),
        (format!("T={NOW_S},v1={ours}"), "has no t"),
        (format!("t={NOW_S}"), "has no v1"),
        (format!("t={NOW_S},v0={ours}"), "has no v1"),
        (format!("t={NOW_S},t={NOW_S},v1={ours}"), "has more than one t"),
        (format!("t={NOW_S},{many}"), "has too many v1"),
        (format!("t={NOW_S},v1="), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t={NOW_S},v1={}", &ours[1..]), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t={NOW_S},v1={ours}00"), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t={NOW_S},v1={}", "zz".repeat(32)), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t={NOW_S},v1={}", "é".repeat(32)), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t={NOW_S},v1={ours},v1=00"), "has a v1 that is not 64 hexadecimal digits"),
        (format!("t=,v1={ours}"), "has a t that is no time"),
        (format!("t=-1,v1={ours}"), "has a t that is no time"),
        (format!("t=+{NOW_S},v1={ours}"), "has a t that is no time"),
        (format!("t=1e9,v1={ours}"), "has a t that is no time"),
        (format!("t=99999999999999999999,v1={ours}"), "has a t that is no time"),
        (format!("t={NOW_S},v1={ours},x={}", "y".repeat(HEADER_BYTES_MAX)), "is too long"),
    ] {
        assert_eq!(verified(&header, PAID), Err(WebhookError::Header(problem)), "{header}");
    }
}

#[test]
fn whatever_is_changed_after_it_was_signed_is_not_believed() {
    let ours = v1(&key(), NOW_S, PAID);
    let wrong = Err(WebhookError::WrongSignature);
    assert_eq!(verified(&format!("t={NOW_S},v1={ours}"), &PAID.replace("4999", "1")), wrong);
    assert_eq!(verified(&format!("t={NOW_S},v1={ours}"), &format!("{PAID} ")), wrong);
    assert_eq!(verified(&format!("t={},v1={ours}", NOW_S + 1), PAID), wrong);
    // The same number, and yet not what was signed.
    assert_eq!(verified(&format!("t=0{NOW_S},v1={ours}"), PAID), wrong);
    // The dot is part of it: no digit moves from the time into the body.
    let shorter = NOW_S / 10;
    assert_eq!(verified(&format!("t={shorter},v1={ours}"), &format!("0.{PAID}")), wrong);
    let empty = Secret::new(String::new());
    let header = sign(&empty, NOW_S, PAID.as_bytes());
    assert_eq!(verified(&header, PAID), wrong);
    let nobody = verify(&empty, &header, PAID.as_bytes(), NOW_S, TOLERANCE);
    assert_eq!(nobody, Err(WebhookError::NoSecret));
}

#[test]
fn what_is_replayed_late_or_signed_too_early_is_not_believed() {
    let at = |signed_s: i64| verified(&sign(&key(), signed_s, PAID.as_bytes()), PAID);
    for accepted in [NOW_S - 300, NOW_S, NOW_S + 300] {
        assert_eq!(at(accepted), Ok(paid()));
    }
    for old in [NOW_S - 301, 1, 0] {
        assert_eq!(at(old), Err(WebhookError::TooOld));
    }
    for future in [NOW_S + 301, 999_999_999_999_999] {
        assert_eq!(at(future), Err(WebhookError::FromTheFuture));
    }
    let header = sign(&key(), NOW_S, PAID.as_bytes());
    for now_s in [i64::MIN, i64::MAX] {
        assert!(verify(&key(), &header, PAID.as_bytes(), now_s, TOLERANCE).is_err());
    }
}

#[test]
fn a_body_that_is_no_event_is_refused_though_it_is_signed() {
    let money = "a field of an event about money";
    for (body, field) in [
        ("", "JSON"),
        ("{", "JSON"),
        ("\u{0}", "JSON"),
        (&"[".repeat(10_000), "JSON"),
        ("[]", "id"),
        ("null", "id"),
        (r#"{"kind":"paid"}"#, "id"),
        (r#"{"id":7,"kind":"paid"}"#, "id"),
        (r#"{"id":"a b","kind":"paid"}"#, "id"),
        (r#"{"id":"evt_1"}"#, "kind"),
        (r#"{"id":"evt_1","kind":""}"#, "kind"),
        (r#"{"id":"evt_1","kind":"paid"}"#, money),
        (&PAID.replace("4999", "49.99"), money),
        (&PAID.replace("4999", "99999999999999999999"), money),
        (&PAID.replace("USD", "usd"), money),
        (&PAID.replace("4999", "0"), "amountMinor"),
        (&PAID.replace("4999", "-4999"), "amountMinor"),
        (&PAID.replace("c1", "c 1"), "collectionId"),
        (&PAID.replace("ch_1", ""), "reference"),
    ] {
        assert_eq!(signed(body), Err(WebhookError::Body(field)), "{body}");
    }
    let long = format!("{PAID}{}", " ".repeat(BODY_BYTES_MAX));
    assert_eq!(signed(&long), Err(WebhookError::TooLong));
}

#[test]
fn the_key_is_shown_by_nothing() {
    assert_eq!(format!("{:?}", key()), "Secret");
}

/// Headers that are nearly right, and some that are not at all.
fn header() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("t"), Just("v1"), Just("v0"), Just(" v1"), Just("")];
    let value = prop_oneof![
        "[0-9]{0,20}",
        "[0-9a-fA-F]{64}",
        "[0-9a-f]{0,66}",
        "\\PC{0,8}",
        Just(NOW_S.to_string()),
    ];
    let field = (name, prop_oneof![Just("="), Just("=="), Just("")], value)
        .prop_map(|(name, sign, value)| format!("{name}{sign}{value}"));
    prop_oneof![
        prop::collection::vec(field, 0..12).prop_map(|fields| fields.join(",")),
        "\\PC{0,200}",
    ]
}

/// Bodies that are nearly events, and some that are nothing.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let event = ("[a-z ]{0,3}", "(paid|failed|reversed|x)", "-?[0-9]{1,20}").prop_map(
        |(id, kind, amount)| format!(r#"{{"id":"{id}","kind":"{kind}","amountMinor":{amount}}}"#),
    );
    prop_oneof![prop::collection::vec(any::<u8>(), 0..64), event.prop_map(String::into_bytes)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_that_was_not_signed_is_believed_and_nothing_panics(
        header in header(),
        body in prop::collection::vec(any::<u8>(), 0..64),
        now_s in any::<i64>(),
        tolerance_s in any::<u64>(),
    ) {
        let tolerance = Duration::from_secs(tolerance_s);
        let said = verify(&key(), &header, &body, now_s, tolerance);
        prop_assert!(
            matches!(said, Err(WebhookError::Header(_) | WebhookError::WrongSignature)),
            "{said:?}"
        );
    }

    #[test]
    fn whatever_is_signed_is_judged_by_its_content(
        body in body(),
        signed_s in 0..1_000_000_000_000_000_i64,
    ) {
        let header = sign(&key(), signed_s, &body);
        let said = verify(&key(), &header, &body, signed_s, Duration::ZERO);
        prop_assert!(
            matches!(said, Ok(Event::Other { .. }) | Err(WebhookError::Body(_))),
            "{said:?}"
        );
    }

    #[test]
    fn one_other_bit_is_not_believed(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let header = sign(&key(), NOW_S, PAID.as_bytes());
        let mut body = PAID.as_bytes().to_vec();
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        let said = verify(&key(), &header, &body, NOW_S, TOLERANCE);
        prop_assert_eq!(said, Err(WebhookError::WrongSignature));
    }
}
