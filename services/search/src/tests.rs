//! Who is found by what, in which order, and by nothing any more.

use std::collections::BTreeSet;

use domain::{
    Fact,
    account::AccountEvent,
    biller::ServiceType,
    customer::{CustomerEvent, Details, LineType, Phone},
    device::DeviceEvent,
    ledger::{LedgerEvent, PaymentMethod},
    service::ServiceEvent,
    site::{SiteEvent, SuspensionReason},
    telephone::{Assignment, Origin, TelephoneEvent},
    testing::fixtures::{
        TODAY, account, account_id, code, comment, contact, customer, customer_id, debt, details,
        device_in, disconnected, id, other_account, portal_login, resuming, sealed, service,
        service_id, site, site_id, suspended_site, usd,
    },
};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, any, prop_assert_eq, proptest},
    sample::Index,
};
use serde_json::{Value, json};

use crate::testing::{Told, keys, told, told_with};

fn opened(account: &str, name: &str) -> Fact {
    opened_for(None, account, name)
}

fn opened_for(customer: Option<&str>, account: &str, name: &str) -> Fact {
    AccountEvent::Opened {
        customer_id: customer.map(id),
        holder_name: sealed(name),
        email: sealed("nobody@example.net"),
    }
    .on(&id(account))
}

fn site_of(account: &str, site: &str, address: &str) -> Fact {
    let address_id = code(&format!("ADDR-{site}"));
    let (account_id, address, market) = (id(account), sealed(address), code("phoenix"));
    SiteEvent::Registered { account_id, address_id, address, market }.on(&id(site))
}

fn service_of(account: &str, service: &str, service_type: ServiceType) -> [Fact; 2] {
    let added = ServiceEvent::Added {
        account_id: id(account),
        site_id: id(&service.replace("service", "site")),
        device_id: id("device_3"),
        package_id: code("basic"),
        service_code: code("HSD100"),
        service_type: Some(service_type),
    };
    let activated = ServiceEvent::Activated { start_billing_date: TODAY, promotion: None };
    [added.on(&id(service)), activated.on(&id(service))]
}

fn owes(account: &str, minor: i64) -> Fact {
    let fact = LedgerEvent::PaymentReceived {
        account_id: id(account),
        payment_id: code("p-1"),
        amount: usd(-minor),
        method: PaymentMethod::Cash,
        received_on: TODAY,
        invoice_id: None,
        reference: None,
    };
    fact.on(&id(account))
}

fn assigned(number: &str) -> Fact {
    let assignment = Assignment {
        account_id: account_id(),
        service_id: service_id(),
        number: sealed(number),
        number_id: None,
        origin: Origin::Native,
    };
    TelephoneEvent::Assigned(assignment).on(&id("telephone_1"))
}

#[test]
fn f64_f81_f92_an_account_is_found_by_whatever_a_caller_says() {
    let mac = DeviceEvent::Registered {
        site_id: site_id(),
        model: code("ONT-G"),
        serial: code("AA:BB:CC:00:11:22"),
    };
    let told = told(service("basic"))
        .then(mac.on(&id("device_4")))
        .then(assigned("+17035550142"))
        .then(other_account().remove(0));
    for said in [
        "account_7",
        "7",
        "customer_account_7",
        "site_88",
        "service_5",
        "device_3",
        "S-1",
        "A-17",
        "a-17",
        "jo@example.com",
        "JO@EXAMPLE.COM",
        "jo doe",
        "doe, jo",
        "Doe",
        "17 elm",
        "elm st doe",
        "+1 (703) 555-0142",
        "703 555 0142",
        "7035550142",
        "5550142",
        "0142",
        "aa:bb:cc:00:11:22",
        "AABBCC001122",
        "AABB.CC00.1122",
    ] {
        assert_eq!(told.by(said), ["account_7"], "{said}");
    }
    assert_eq!(told.by("account_8"), ["account_8"]);
    assert_eq!(told.by("nobody"), [""; 0]);
}

#[test]
fn f81_f82_a_found_account_shows_the_address_and_its_id() {
    let told = told(suspended_site(SuspensionReason::NonPayment));
    let answer = told.asked(&[("q", "elm")]);
    let expected = json!({
        "accountId": "account_7",
        "customerId": null,
        "name": "Jo Doe",
        "email": "jo@example.com",
        "phones": [],
        "sites": [{
            "siteId": "site_88",
            "addressId": "A-17",
            "address": "17 Elm St",
            "suspended": true,
        }],
        "services": [],
        "devices": [],
        "balance": { "minor": 0, "currency": "USD", "text": "0.00 USD" },
        "match": { "by": "exact", "words": 1 },
    });
    assert_eq!(answer["found"], json!([expected]));
    assert_eq!((&answer["next"], &answer["more"]), (&Value::Null, &json!(false)));
}

#[test]
fn f64_the_very_word_comes_before_its_beginning_and_that_before_a_slip() {
    let told = told([
        opened("account_1", "Ana Lopez"),
        opened("account_2", "Ana Lopezoni"),
        opened("account_3", "Ana Lopes"),
        opened("account_4", "Ana Lopez"),
        opened("account_5", "Ana Gomez"),
    ]);
    assert_eq!(told.by("lopez"), ["account_4", "account_1", "account_2", "account_3"]);
    assert_eq!(told.by("ana lopez"), ["account_4", "account_1", "account_2", "account_3"]);
    let by = |at: usize| told.asked(&[("q", "lopez ana")])["found"][at]["match"]["by"].clone();
    assert_eq!([by(0), by(2), by(3)], ["exact", "prefix", "near"]);
    assert_eq!(told.by("4"), ["account_4"], "a number of its own");
}

#[test]
fn f64_who_has_all_the_words_comes_alone_and_who_has_some_where_nobody_has_all() {
    let told = told([
        opened("account_1", "Ana Lopez"),
        site_of("account_1", "site_1", "4 Oak Street"),
        opened("account_2", "Ana Lopez"),
        site_of("account_2", "site_2", "9 Elm Street"),
        opened("account_3", "Bea Oak"),
    ]);
    assert_eq!(told.by("ana lopez oak"), ["account_1"]);
    assert_eq!(told.by("ana lopez pine"), ["account_2", "account_1"]);
    let words = told.asked(&[("q", "ana pine oak street")]);
    assert_eq!(told.by("ana pine oak street"), ["account_1", "account_2"]);
    assert_eq!(words["found"][0]["match"]["words"], 3);
    assert_eq!(words["found"][1]["match"]["words"], 2);
    assert_eq!(told.by("zoe pine oak birch"), [""; 0], "half of the words at least");
}

#[test]
fn f64_pages_follow_each_other_and_hold_everybody_once() {
    let names = ["Ana Lopez", "Ana Lopezoni", "Ana Lopes"];
    let facts = (0..60).map(|at| opened(&format!("account_{at}"), names[at % 3]));
    let told = told(facts);
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = told.asked(&[("q", "lopez"), ("limit", "7"), ("after", &after)]);
        let found = page["found"].as_array().unwrap();
        assert!(found.len() <= 7 && page["more"] == false, "{page}");
        seen.extend(found.iter().map(|it| it["accountId"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!(seen.len(), 60);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 60);
    let grade = |account: &String| account["account_".len()..].parse::<usize>().unwrap() % 3;
    assert!(seen.is_sorted_by_key(grade), "better ones first: {seen:?}");
}

#[test]
fn f64_filters_leave_those_whose_services_stand_so_and_who_owe_so() {
    let suspended = SiteEvent::Suspended { request: 1, reason: SuspensionReason::NonPayment };
    let told = told([opened("account_1", "Ana"), site_of("account_1", "site_1", "1 Oak")])
        .and(service_of("account_1", "service_1", ServiceType::Internet))
        .and([opened("account_2", "Ana"), site_of("account_2", "site_2", "2 Oak")])
        .and(service_of("account_2", "service_2", ServiceType::Internet))
        .and([suspended.on(&id("site_2")), opened("account_3", "Ana")])
        .and(service_of("account_3", "service_3", ServiceType::Voice))
        .and([opened("account_4", "Bea"), owes("account_2", 6_000), owes("account_3", 4_000)])
        .and([owes("account_4", -500)]);
    for (asked, expected) in [
        (&[("type", "internet")][..], &["account_2", "account_1"][..]),
        (&[("type", "internet"), ("status", "suspended")], &["account_2"]),
        (&[("type", "voice"), ("status", "suspended")], &[]),
        (&[("status", "active")], &["account_3", "account_1"]),
        (&[("status", "none")], &["account_4"]),
        (&[("balance", ">39.99")], &["account_3", "account_2"]),
        (&[("balance", ">40.00")], &["account_2"]),
        (&[("balance", "<0")], &["account_4"]),
        (&[("balance", ">-0.01")], &["account_3", "account_2", "account_1"]),
        (&[("q", "ana"), ("balance", ">0")], &["account_3", "account_2"]),
        (&[("q", "ana oak"), ("status", "active")], &["account_1"]),
        (&[("q", "bea"), ("status", "active")], &[]),
    ] {
        assert_eq!(told.found(asked), expected, "{asked:?}");
    }
}

#[test]
fn f64_a_filter_follows_what_happens() {
    let active = |told: &Told| told.found(&[("status", "active")]).len();
    let told = told(service("basic"));
    assert_eq!(active(&told), 1);
    let reason = SuspensionReason::NonPayment;
    let told = told.then(SiteEvent::Suspended { request: 1, reason }.on(&site_id()));
    assert_eq!((active(&told), told.found(&[("status", "suspended")]).len()), (0, 1));
    let told = told.then(resuming(2));
    assert_eq!(active(&told), 0, "asked for is not done");
    let told = told.then(SiteEvent::Reinstated { request: 2, vlan: 100 }.on(&site_id()));
    assert_eq!(active(&told), 1);
    let told = told.then(disconnected());
    assert_eq!((active(&told), told.found(&[("status", "disconnected")]).len()), (0, 1));
    let told = told.then(debt(4_999, TODAY));
    assert_eq!(told.found(&[("balance", ">49.98")]), ["account_7"]);
    let paid = told.then(owes("account_7", -4_999));
    assert_eq!(paid.found(&[("balance", ">0")]), [""; 0]);
}

#[test]
fn f64_whom_only_a_look_at_the_card_tells_apart_makes_short_pages_that_go_on() {
    let facts = (0..700).flat_map(|at| {
        let account = format!("account_{at}");
        let owed = if at == 3 { 1_500 } else { 1_100 };
        [opened(&account, "Ana"), owes(&account, owed)]
    });
    let told = told(facts);
    let mut page = told.asked(&[("q", "ana"), ("balance", ">14")]);
    for _ in 0..3 {
        assert_eq!((&page["found"], &page["more"]), (&json!([]), &json!(true)));
        let next = page["next"].as_str().unwrap().to_owned();
        page = told.asked(&[("q", "ana"), ("balance", ">14"), ("after", &next)]);
    }
    assert_eq!(page["found"][0]["accountId"], "account_3");
    assert_eq!((&page["next"], &page["more"]), (&Value::Null, &json!(false)));
}

#[test]
fn f64_all_accounts_of_a_customer_are_found_by_what_is_known_of_them() {
    let details = Details {
        last_name: sealed("Harbor"),
        other_phone: Some(Phone { number: sealed("7035550199"), line_type: LineType::Mobile }),
        ..details()
    };
    let added = CustomerEvent::ContactAdded { contact_id: code("c-1"), contact: contact() };
    let told = told([customer(), opened_for(Some("customer_4"), "account_1", "Branch North")])
        .and([CustomerEvent::Confirmed(details).on(&customer_id())])
        .and([added.on(&customer_id()), portal_login("p-1")])
        .and([opened_for(Some("customer_4"), "account_2", "Branch South")]);
    for said in
        ["customer_4", "harbor cafe", "703-555-0199", "al doe", "al@example.com", "jo@example.com"]
    {
        assert_eq!(told.by(said), ["account_2", "account_1"], "{said}");
    }
    let removed = CustomerEvent::ContactRemoved { contact_id: code("c-1") };
    let told = told.then(removed.on(&customer_id()));
    assert_eq!(told.by("al@example.com"), [""; 0]);
    let phones = told.asked(&[("q", "north")])["found"][0]["phones"].clone();
    assert_eq!(phones, json!(["7035550101", "7035550199"]));
}

#[test]
fn f64_a_name_that_was_corrected_is_found_by_the_new_one_and_not_by_the_old() {
    let alone = id("customer_account_7");
    let named = |name: &str| {
        let details = Details { last_name: sealed(name), ..details() };
        CustomerEvent::Confirmed(details).on(&alone)
    };
    let told = told(account()).then(named("Smith"));
    assert_eq!((told.by("smith"), told.by("555-0101")), (told.by("account_7"), told.by("7")));
    let told = told.then(named("Wistaria"));
    assert_eq!(told.by("wistaria"), ["account_7"]);
    assert_eq!(told.by("smith"), [""; 0]);
    assert_eq!(told.by("doe"), ["account_7"], "the account itself has its holder's name");
}

#[test]
fn a_number_that_was_released_finds_nobody() {
    let told = told(service("basic")).then(assigned("7035550142"));
    assert_eq!(told.by("0142"), ["account_7"]);
    let (account_id, service_id) = (account_id(), service_id());
    let released = TelephoneEvent::Released { account_id, service_id }.on(&id("telephone_1"));
    assert_eq!(told.then(released).by("7035550142"), [""; 0]);
}

#[test]
fn whoever_was_erased_is_found_by_nothing_and_leaves_nothing_in_the_index() {
    let before = told([opened("account_1", "Ana Lopez")]).rows().dump().unwrap();
    let keys = keys();
    let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
    let alone = id("customer_account_7");
    let confirmed = CustomerEvent::Confirmed(details()).on(&alone);
    let told = told_with(keys, service("basic")).then(assigned("7035550142")).and([
        confirmed,
        debt(4_999, TODAY),
        opened("account_1", "Ana Lopez"),
    ]);
    assert_eq!(told.by("doe"), ["account_7"]);
    let told = told.and([erased.on(&alone), AccountEvent::HolderErased.on(&account_id())]);
    for said in ["account_7", "7", "jo doe", "jo@example.com", "0142", "A-17", "site_88", "elm"] {
        assert_eq!(told.by(said), [""; 0], "{said}");
    }
    for filter in [("status", "active"), ("type", "internet"), ("balance", ">0")] {
        assert_eq!(told.found(&[filter]), [""; 0], "{filter:?}");
    }
    assert_eq!(told.rows().dump().unwrap().len(), before.len(), "the other's rows and no more");
    // Money, lines and disconnects go on.
    let told = told.and([debt(100, TODAY), disconnected(), comment("c-1", "Late.")]);
    assert_eq!(told.found(&[("balance", ">0")]), [""; 0]);
    assert_eq!(told.by("lopez"), ["account_1"]);
}

#[test]
fn what_is_sealed_is_found_while_there_is_a_key_and_forgotten_after_it() {
    let keys = keys();
    let vault = keys.vault.clone();
    let token = |text: &str| sealed(&vault.seal("customer_account_7", text).unwrap().unwrap());
    let named = AccountEvent::Opened {
        customer_id: None,
        holder_name: token("Zelda Quimby"),
        email: token("zelda@example.org"),
    };
    let (account_id, address_id, address) = (account_id(), code("A-17"), token("9 Wistaria Lane"));
    let registered =
        SiteEvent::Registered { account_id, address_id, address, market: code("phoenix") };
    let facts = [named.on(&id("account_7")), registered.on(&site_id())];
    let told = told_with(keys.clone(), facts.clone());
    assert_eq!(told.by("zelda wistaria"), ["account_7"]);
    let rows = told.rows().dump().unwrap();
    for plain in ["elda", "uimby", "istaria"] {
        let is_there = |bytes: &[u8]| bytes.windows(plain.len()).any(|it| it == plain.as_bytes());
        assert!(!rows.iter().any(|(key, row)| is_there(key) || is_there(row)), "{plain}");
    }
    // The terms are known although the text cannot be read any more.
    vault.destroy("customer_account_7").unwrap();
    let told = told.then(AccountEvent::HolderErased.on(&id("account_7")));
    assert_eq!((told.by("zelda"), told.by("wistaria")), (vec![], vec![]));
    // Whoever hears of it all later finds what can be read.
    let late = told_with(keys, facts);
    assert_eq!((late.by("zelda"), late.by("A-17")), (vec![], vec!["account_7".to_owned()]));
}

/// No two of them are nearly the same, and none begins another.
const NAMES: [&str; 5] = ["Ana", "Lopez", "Schmidt", "Okafor", "Zelda"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn f64_whoever_is_called_so_is_found_and_nobody_else(
        named in vec((0_usize..5, 0_usize..5), 1..25),
        erased in vec(any::<Index>(), 0..8),
    ) {
        let account = |at: usize| format!("account_{at}");
        let facts = named.iter().enumerate().map(|(at, (first, last))| {
            opened(&account(at), &format!("{} {}", NAMES[*first], NAMES[*last]))
        });
        let gone: BTreeSet<_> = erased.iter().map(|index| index.index(named.len())).collect();
        let ends = gone.iter().map(|at| AccountEvent::HolderErased.on(&id(&account(*at))));
        let told = told(facts.chain(ends));
        for (number, name) in NAMES.iter().enumerate() {
            let is_called = |at: &usize| [named[*at].0, named[*at].1].contains(&number);
            let expected: Vec<_> = (0..named.len())
                .rev()
                .filter(|at| is_called(at) && !gone.contains(at))
                .map(account)
                .collect();
            prop_assert_eq!(told.found(&[("q", name), ("limit", "100")]), expected);
        }
    }
}

#[test]
fn terms_of_another_key_are_noticed() {
    let (one, other) = (keys(), keys());
    let search = |keys| crate::model::Search { keys };
    let told = told_with(one.clone(), site());
    assert!(!search(one).is_of_another_key(told.rows()).unwrap());
    assert!(search(other).is_of_another_key(told.rows()).unwrap());
}

#[test]
fn an_event_that_shows_on_no_card_changes_no_row() {
    let told = told(device_in("phoenix", "SB8200"));
    let before = told.rows().dump().unwrap();
    assert_eq!(told.then(comment("c-1", "Hello.")).rows().dump().unwrap(), before);
}
