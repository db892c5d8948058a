//! Whoever calls is found by what they say, and by nothing once they are erased; what an agent
//! opened is at hand.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anyhow::{Context as _, ensure};
use e2e::{Wish, World};
use serde_json::{Value, json};

fn wish(command: &'static str, json: Value) -> Wish {
    // A key is a header: plain letters, and few.
    let mut hasher = DefaultHasher::new();
    json.to_string().hash(&mut hasher);
    Wish { command, key: format!("{command} {}", hasher.finish()), json }
}

/// Three accounts of two customers, one with a line that is in use.
fn town() -> Vec<Wish> {
    let mut story = vec![
        wish("OpenDay", json!({"date": "2026-09-28"})),
        wish("RegisterCustomer", json!({"customerId": "customer_77", "name": "Zelda Quimby"})),
    ];
    let accounts = [
        ("account_701", "Ana López", Some("customer_77")),
        ("account_702", "Zelda Quimby", Some("customer_77")),
        ("account_703", "Ana Lopes", None),
    ];
    for (account, name, customer) in accounts {
        let mut body = json!({"accountId": account, "holderName": name,
            "email": format!("{account}@example.org")});
        if let Some(customer) = customer {
            body["customerId"] = json!(customer);
        }
        story.push(wish("OpenAccount", body));
    }
    story.extend([
        wish(
            "RegisterSite",
            json!({"siteId": "site_701", "accountId": "account_701", "addressId": "A-701",
                "address": "9 Oak Lane", "market": "phoenix"}),
        ),
        wish(
            "RegisterDevice",
            json!({"deviceId": "device_701", "siteId": "site_701", "model": "CM1000",
                "serial": "SN-701-X"}),
        ),
        wish(
            "AddService",
            json!({"serviceId": "service_701", "accountId": "account_701", "siteId": "site_701",
                "deviceId": "device_701", "packageId": "classic", "orderId": "order_701"}),
        ),
        wish(
            "RecordCharge",
            json!({"accountId": "account_703", "chargeId": "ch-1", "dueOn": "2026-10-01",
                "lines": [{"description": "Fee",
                    "amount": {"currency": "USD", "minor": "2500"}}]}),
        ),
        wish(
            "ConfirmCustomer",
            json!({"customerId": "customer_account_703", "firstName": "Ana",
                "lastName": "Lopes", "otherPhone": {"number": "(703) 555-0142",
                "lineType": "LINE_TYPE_MOBILE"}, "customerType": "RESIDENTIAL",
                "category": "STANDARD"}),
        ),
    ]);
    story
}

fn told(world: &World) -> anyhow::Result<()> {
    for wish in town() {
        world.api.insist(&wish)?;
    }
    world.settled()
}

/// The accounts that an answer names.
fn accounts(answer: &Value) -> anyhow::Result<Vec<&str>> {
    let found = answer["found"].as_array().with_context(|| answer.to_string())?;
    Ok(found.iter().filter_map(|it| it["accountId"].as_str()).collect())
}

fn finds(world: &World, asked: &str, expected: &[&str]) -> anyhow::Result<Value> {
    let answer = world.api.get(&format!("search?{asked}"))?;
    ensure!(accounts(&answer)? == expected, "{asked}: {answer:#}");
    Ok(answer)
}

#[test]
fn f64_f81_f92_whoever_calls_is_found_by_what_they_say() -> anyhow::Result<()> {
    let world = World::one_process()?;
    told(&world)?;
    for (asked, expected) in [
        ("q=ana lopez oak", &["account_701"][..]),
        ("q=lopez", &["account_701", "account_703"]),
        ("q=L%C3%93PEZ", &["account_701", "account_703"]),
        ("q=lop", &["account_703", "account_701"]),
        ("q=9 oak lane", &["account_701"]),
        ("q=A-701", &["account_701"]),
        ("q=sn-701-x", &["account_701"]),
        ("q=account_702", &["account_702"]),
        ("q=702", &["account_702"]),
        ("q=customer_77", &["account_702", "account_701"]),
        ("q=account_703@example.org", &["account_703"]),
        ("q=%2B1 703 555 0142", &["account_703"]),
        ("q=0142", &["account_703"]),
        ("type=internet&status=pending", &["account_701"]),
        ("status=none", &["account_703", "account_702"]),
        ("balance=%3E24.99", &["account_703"]),
        ("balance=%3E25.00", &[]),
        ("q=ana&status=pending", &["account_701"]),
        ("q=nobody", &[]),
    ] {
        finds(&world, asked, expected)?;
    }
    let answer = finds(&world, "q=oak", &["account_701"])?;
    let found = &answer["found"][0];
    ensure!(found["name"] == "Ana López" && found["sites"][0]["address"] == "9 Oak Lane");
    ensure!(found["sites"][0]["addressId"] == "A-701" && found["match"]["by"] == "exact");

    let page = finds(&world, "q=ana&limit=1", &["account_703"])?;
    let next = page["next"].as_str().context("there is more")?;
    let last = finds(&world, &format!("q=ana&limit=1&after={next}"), &["account_701"])?;
    ensure!(last["next"].is_null(), "{last}");
    Ok(())
}

#[test]
fn f64_what_cannot_be_looked_for_is_refused_by_its_name() -> anyhow::Result<()> {
    let world = World::one_process()?;
    let endless = format!("q={}", "x".repeat(10_000));
    for (asked, field) in [
        ("", "q"),
        (endless.as_str(), "q"),
        ("q=a%00b", "q"),
        ("q=a%1B[2J", "q"),
        ("q=%FF%FE", "q"),
        ("q=%E2%80%8B", "q"),
        ("q=ana&after=x", "after"),
        ("q=ana&type=bread", "type"),
        ("status=late", "status"),
        ("balance=100", "balance"),
        ("q=ana&limit=0", "limit"),
        ("q=ana&colour=red", "query"),
    ] {
        let problem = world.api.get(&format!("search?{asked}"))?;
        ensure!(problem["status"] == 422, "{asked}: {problem}");
        ensure!(problem["errors"][0]["field"] == field, "{asked}: {problem}");
        ensure!(!problem.to_string().contains("xxx"), "it is not repeated: {problem}");
    }
    let refused = world.client(&["search"])?;
    ensure!(refused.code == 4 && refused.err.contains("a filter"), "{}", refused.err);
    Ok(())
}

#[test]
fn whoever_was_erased_or_is_called_otherwise_now_is_not_found_any_more() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    told(&world)?;
    let married = json!({"customerId": "customer_account_703", "firstName": "Ana",
        "lastName": "Wistaria", "customerType": "RESIDENTIAL", "category": "STANDARD"});
    let called = json!({"customerId": "customer_account_703", "authenticationId": "a-1",
        "method": "AUTHENTICATION_METHOD_CALL_BACK"});
    world.api.insist(&wish("AuthenticateCustomer", called))?;
    world.api.insist(&wish("ConfirmCustomer", married))?;
    world.settled()?;
    finds(&world, "q=wistaria", &["account_703"])?;
    finds(&world, "q=0142", &[])?;

    let erase = json!({"customerId": "customer_77"});
    world.api.insist(&wish("EraseCustomer", erase))?;
    world.settled()?;
    for again in 0..2 {
        for asked in [
            "q=zelda",
            "q=quimby",
            "q=oak",
            "q=account_701",
            "q=702",
            "q=customer_77",
            "q=sn-701-x",
            "type=internet",
        ] {
            finds(&world, asked, &[]).with_context(|| format!("round {again}"))?;
        }
        finds(&world, "q=lopes", &["account_703"])?;
        world.kill();
        std::fs::remove_dir_all(world.data().join("search"))?;
        // The index comes back from the log.
        world.start_again()?;
        world.settled()?;
    }
    Ok(())
}

#[test]
fn f64_f93_an_agent_searches_opens_and_comes_back() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    told(&world)?;
    let jane = ["--actor", "jane; roles=agent"];
    let typed = |world: &World, words: &[&str]| -> anyhow::Result<String> {
        Ok(world.client(&[&jane[..], words].concat())?.well()?.out)
    };
    let shown = typed(&world, &["search", "ana", "lopez", "oak"])?;
    ensure!(shown.contains("account_701") && shown.contains("A-701"), "{shown}");
    ensure!(typed(&world, &["search", "nobody"])?.contains("nobody fits"));
    let json: Value =
        serde_json::from_str(&typed(&world, &["search", "--owing", "10", "--json"])?)?;
    ensure!(accounts(&json)? == ["account_703"], "{json}");

    ensure!(typed(&world, &["recent"])?.contains("nothing was opened yet"));
    for opened in [
        ["show", "care", "account", "account_702"],
        ["show", "care", "order", "order_701"],
        ["show", "billing", "balance", "account_703"],
        ["show", "care", "account", "account_702"],
    ] {
        typed(&world, &opened)?;
    }
    let missing = world.client(&[&jane[..], &["show", "care", "account", "account_9"]].concat())?;
    ensure!(missing.code == 1);
    let recent = typed(&world, &["recent"])?;
    ensure!(recent.contains("order_701") && recent.contains("9 Oak Lane"), "{recent}");
    let opened = |world: &World| -> anyhow::Result<Vec<String>> {
        let recent: Value = serde_json::from_str(&typed(world, &["recent", "--json"])?)?;
        let list = recent["recentlyOpened"].as_array().cloned().unwrap_or_default();
        Ok(list.iter().map(|it| it["id"].as_str().unwrap_or_default().to_owned()).collect())
    };
    ensure!(opened(&world)? == ["account_702", "account_703", "order_701"]);
    let others: Value = world.api.get("recently-opened")?;
    ensure!(others["recentlyOpened"] == json!([]), "each has a list of their own: {others}");

    world.stop()?;
    world.start_again()?;
    world.settled()?;
    ensure!(opened(&world)? == ["account_702", "account_703", "order_701"], "a restart");
    world.api.insist(&wish("EraseCustomer", json!({"customerId": "customer_77"})))?;
    world.settled()?;
    let recent = typed(&world, &["recent"])?;
    ensure!(recent.contains("account_702") && !recent.contains("Zelda"), "{recent}");
    Ok(())
}

#[test]
fn f64_search_runs_beside_core_where_the_services_are_processes() -> anyhow::Result<()> {
    let world = World::core_and(&["care"])?;
    told(&world)?;
    finds(&world, "q=ana lopez oak", &["account_701"])?;
    Ok(())
}

#[test]
fn f64_nobody_searches_who_has_not_logged_in() -> anyhow::Result<()> {
    let world = World::with_log_in()?;
    for path in ["search?q=ana", "recently-opened"] {
        let problem = world.api.get(path)?;
        ensure!(problem["status"] == 401, "{path}: {problem}");
    }
    Ok(())
}
