//! Personal data is sealed at the door: no file of any service ever holds it, and a customer who is
//! erased cannot be read again by anybody.

use std::{fs, path::Path};

use anyhow::ensure;
use e2e::{Wish, World};
use serde_json::{Value, json};

/// What nobody may find in a file, a log line or a message on its way.
const PLAIN: [&str; 6] =
    ["Zelda", "Quimby", "zelda@example.org", "Wistaria", "parrot", "beware of the gander"];

/// A social security number, as it might be written.
const SSN: [&str; 2] = ["527-44-6281", "527446281"];

fn wish(command: &'static str, json: Value) -> Wish {
    Wish { command, key: format!("{command} {json}"), json }
}

/// Zelda Quimby has two accounts, a site with a line, and something was said.
fn story() -> Vec<Wish> {
    let mut story = vec![
        wish("OpenDay", json!({"date": "2026-09-28"})),
        wish("RegisterCustomer", json!({"customerId": "customer_77", "name": "Zelda Quimby"})),
    ];
    for account in ["account_701", "account_702"] {
        story.push(wish(
            "OpenAccount",
            json!({"accountId": account, "customerId": "customer_77",
                "holderName": "Zelda Quimby", "email": "zelda@example.org"}),
        ));
    }
    story.extend([
        wish(
            "RegisterSite",
            json!({"siteId": "site_701", "accountId": "account_701", "addressId": "A-701",
                "address": "9 Wistaria  Lane", "market": "phoenix"}),
        ),
        wish(
            "RegisterDevice",
            json!({"deviceId": "device_701", "siteId": "site_701", "model": "CM1000",
                "serial": "SN701"}),
        ),
        wish(
            "AddService",
            json!({"serviceId": "service_701", "accountId": "account_701", "siteId": "site_701",
                "deviceId": "device_701", "packageId": "classic", "orderId": "order_701"}),
        ),
        wish(
            "ScheduleOrder",
            json!({"orderId": "order_701", "orderType": "INSTALL", "officeOnly": true,
                "comments": "Visitors beware of the gander."}),
        ),
        wish("ReviewOrder", json!({"orderId": "order_701"})),
        wish("CommitOrder", json!({"orderId": "order_701"})),
        wish(
            "CheckInOrder",
            json!({"orderId": "order_701", "status": "CHECK_IN_STATUS_COMPLETED",
                "startBillingDate": "2026-09-28", "confirmed": true}),
        ),
        wish(
            "AddComment",
            json!({"accountId": "account_701", "commentId": "c-1",
                "text": "Her parrot unplugs the modem."}),
        ),
    ]);
    story
}

#[test]
fn personal_data_is_in_no_file_and_after_erasure_nobody_reads_it() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    for wish in story() {
        world.api.insist(&wish)?;
    }
    world.settled()?;
    is_shown(&world)?;
    // Whose the keys are is not on the disk yet: it is found again in the log.
    world.kill();
    world.start_again()?;
    is_shown(&world)?;
    in_no_file(&world)?;
    let owed = world.api.get("billing/balance/account_701")?["value"]["balance"].clone();

    let erase = ["--actor", "jane; roles=agent", "send", "EraseCustomer", "--data"];
    let body = r#"{"customerId":"customer_77"}"#;
    let refused = world.client(&[&erase[..], &[body]].concat())?;
    ensure!(refused.code == 3 && refused.err.contains("actor.role_may_not"));
    world
        .client(&["--actor", "sam; roles=manager", "send", "EraseCustomer", "--data", body])?
        .well()?;
    is_erased(&world)?;
    world.kill();
    world.start_again()?;
    is_erased(&world)?;
    world.settled()?;
    ensure!(world.api.get("billing/balance/account_701")?["value"]["balance"] == owed);
    world.client(&["verify"])?.well()?;

    let late = wish(
        "AddComment",
        json!({"accountId": "account_702", "commentId": "c-2", "text": "Zelda called."}),
    );
    let (status, problem) = world.api.send(&late)?;
    ensure!(status == 409 && problem["code"] == "account.holder_erased", "{problem}");
    world.stop()?;
    in_no_file(&world)
}

#[test]
fn f10_a_social_security_number_is_shown_whole_only_to_who_may_and_says_why() -> anyhow::Result<()>
{
    let mut world = World::one_process()?;
    let customer = "customer_78";
    world.api.insist(&wish("OpenDay", json!({"date": "2026-09-28"})))?;
    let named = json!({"customerId": customer, "name": "Zelda Quimby"});
    world.api.insist(&wish("RegisterCustomer", named))?;
    let told = json!({"customerId": customer, "ssn": SSN[1]});
    world.api.insist(&wish("RecordSsn", told))?;
    world.api.until_row("care/customer/customer_78", "ssn", "***-**-6281")?;
    for pin in ["6281", "46281"] {
        let chosen = wish("SetPin", json!({"customerId": customer, "pin": pin}));
        let (status, problem) = world.api.send(&chosen)?;
        ensure!(status == 422 && !problem.to_string().contains(pin), "{problem}");
    }

    let body = r#"{"customerId":"customer_78","revealId":"v-1","reason":"Credit check."}"#;
    let reveal = |actor: &str| {
        let send = ["--json", "--actor", actor, "send", "RevealSsn", "--key", actor, "--data"];
        world.client(&[&send[..], &[body]].concat())
    };
    let refused = reveal("jane; roles=agent")?;
    ensure!(refused.code == 3 && refused.err.contains("actor.role_may_not"), "{}", refused.err);
    let seen = reveal("bea; roles=billing")?;
    ensure!(seen.out.contains(SSN[0]), "{}", seen.out);
    let again = reveal("bea; roles=billing")?;
    ensure!(again.code == 0 && !again.out.contains("6281"), "{}", again.out);

    world.settled()?;
    let events = world.api.get("events?stream=customer_78")?.to_string();
    ensure!(events.contains("ssnRevealed") && events.contains("Credit check."), "{events}");
    ensure!(events.contains("***-**-6281"), "{events}");
    let state = world.api.get("audit/state/customer_78")?.to_string();
    for shown in [events, state] {
        ensure!(!SSN.iter().any(|ssn| shown.contains(ssn)), "{shown}");
    }
    in_no_file(&world)?;

    let erase = ["--actor", "sam; roles=manager", "send", "EraseCustomer", "--data"];
    let erase = [&erase[..], &[r#"{"customerId":"customer_78"}"#]].concat();
    world.client(&erase)?.well()?;
    world.api.until_row("care/customer/customer_78", "ssn", "[erased]")?;
    world.stop()?;
    in_no_file(&world)
}

/// An account that waits for the installation of its telephone.
fn voice(number: usize) -> Vec<Wish> {
    let id = |noun: &str| format!("{noun}_{number}");
    vec![
        wish(
            "OpenAccount",
            json!({"accountId": id("account"), "holderName": "Zelda Quimby",
                "email": "zelda@example.org"}),
        ),
        wish(
            "RegisterSite",
            json!({"siteId": id("site"), "accountId": id("account"),
                "addressId": format!("A-{number}"), "address": "9 Wistaria Lane",
                "market": "phoenix"}),
        ),
        wish(
            "RegisterDevice",
            json!({"deviceId": id("device"), "siteId": id("site"), "model": "CM1000",
                "serial": format!("SN{number}")}),
        ),
        wish(
            "AddService",
            json!({"serviceId": id("service"), "accountId": id("account"), "siteId": id("site"),
                "deviceId": id("device"), "packageId": "voice", "orderId": id("order")}),
        ),
    ]
}

#[test]
fn f70_a_number_that_is_sealed_for_two_customers_is_still_one_number() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    world.api.insist(&wish("OpenDay", json!({"date": "2026-09-28"})))?;
    for wish in [voice(801), voice(802)].concat() {
        world.api.insist(&wish)?;
    }
    let assign = |telephone: &str, of: usize, number: &str| {
        let json = json!({"telephoneId": telephone, "accountId": format!("account_{of}"),
            "serviceId": format!("service_{of}"), "number": number,
            "origin": "TELEPHONE_ORIGIN_NATIVE"});
        wish("AssignTelephone", json)
    };
    world.api.insist(&assign("telephone_1", 801, "+1 (703) 555-0142"))?;
    let (status, problem) = world.api.send(&assign("telephone_2", 802, "703.555.0142"))?;
    ensure!(status == 409 && problem["code"] == "telephone.number_in_use", "{problem}");
    world.api.insist(&wish(
        "ReleaseTelephone",
        json!({"telephoneId": "telephone_1", "accountId": "account_801"}),
    ))?;
    world.api.insist(&assign("telephone_3", 802, "703.555.0142"))?;
    world.settled()?;
    let events = world.api.get("events?limit=1000")?.to_string();
    ensure!(events.contains("telephone_number-"), "{events}");
    let streams = events.split("telephone_number-").skip(1);
    for stream in streams.map(|rest| rest.chars().take(20).collect::<String>()) {
        ensure!(!stream.contains("5550142"), "{stream}");
    }
    world.stop()?;
    let mut searched = 0;
    search_for(&["7035550142", "703.555.0142"], &world.data(), &mut searched)
}

#[test]
fn a_sealed_text_is_not_taken_from_outside() -> anyhow::Result<()> {
    let world = World::one_process()?;
    for (field, problem) in [("text", "sealed text"), ("commentId", "sealed text")] {
        let mut body = json!({"accountId": "account_1", "commentId": "c-1", "text": "Hello."});
        body[field] = json!("{sealed:customer_77:wVj}");
        let (status, refused) = world.api.send(&wish("AddComment", body))?;
        let said = refused["detail"].as_str().unwrap_or_default();
        ensure!(status == 422 && said.contains(field) && said.contains(problem), "{refused}");
    }
    Ok(())
}

/// What an agent, an auditor and somebody who follows the log can see.
fn everything_shown(world: &World) -> anyhow::Result<String> {
    let paths = [
        "care/account/account_701",
        "care/account/account_702",
        "care/notes/account_701",
        "care/site/site_701",
        "care/order/order_701",
        "care/customer/customer_77",
        "notifications/message",
        "audit/history/account_701",
        "audit/state/order_701",
        "events?limit=1000",
    ];
    let documents = paths.iter().map(|path| Ok(world.api.get(path)?.to_string()));
    documents.collect::<anyhow::Result<String>>()
}

fn is_shown(world: &World) -> anyhow::Result<()> {
    let shown = everything_shown(world)?;
    for plain in PLAIN {
        ensure!(shown.contains(plain), "an agent sees {plain}: {shown}");
    }
    ensure!(shown.contains("9 Wistaria Lane"), "white space in an address is a space");
    Ok(())
}

/// Whoever was told of an erasure finds nothing any more.
fn is_erased(world: &World) -> anyhow::Result<()> {
    let shown = everything_shown(world)?;
    for plain in PLAIN {
        ensure!(!shown.contains(plain), "{plain} is still shown: {shown}");
    }
    ensure!(!shown.contains("{sealed:") && shown.contains("[erased]"), "{shown}");
    Ok(())
}

fn in_no_file(world: &World) -> anyhow::Result<()> {
    let mut searched = 0;
    let plain = [&PLAIN[..], &SSN].concat();
    search_for(&plain, &world.data(), &mut searched)?;
    search_for(&plain, &world.said("serve"), &mut searched)?;
    ensure!(searched > 10, "only {searched} files were searched");
    Ok(())
}

fn search_for(texts: &[&str], path: &Path, searched: &mut usize) -> anyhow::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            search_for(texts, &entry?.path(), searched)?;
        }
        return Ok(());
    }
    let bytes = fs::read(path)?;
    *searched += 1;
    for plain in texts {
        let found = bytes.windows(plain.len()).any(|part| part == plain.as_bytes());
        ensure!(!found, "{plain} is in {}", path.display());
    }
    Ok(())
}
