//! The HTTP API as a client of any language meets it: errors of one shape, pages, streams.

use std::{
    io::{BufRead, BufReader},
    time::Duration,
};

use anyhow::Context as _;
use e2e::World;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

struct Api {
    world: World,
    client: Client,
}

impl Api {
    fn start() -> anyhow::Result<Self> {
        Ok(Self { world: World::one_process()?, client: Client::new() })
    }

    fn post(&self, command: &str, key: &str, body: &Value) -> anyhow::Result<Response> {
        let url = format!("{}/v1/northeast/commands/{command}", self.world.api.url());
        let request = self.client.post(url).header("Idempotency-Key", key);
        Ok(request.body(body.to_string()).send()?)
    }

    fn open(&self, number: u32) -> anyhow::Result<Value> {
        let body = json!({
            "accountId": format!("account_{number}"),
            "holderName": "Ada",
            "email": "ada@example.net",
        });
        Ok(self
            .post("OpenAccount", &format!("open {number}"), &body)?
            .error_for_status()?
            .json()?)
    }

    fn problem(response: Response) -> anyhow::Result<(u16, Value)> {
        let kind = response.headers()["content-type"].to_str()?.to_owned();
        anyhow::ensure!(kind == "application/problem+json", "{kind}");
        let status = response.status().as_u16();
        let problem: Value = response.json()?;
        anyhow::ensure!(problem["status"] == status, "{problem}");
        Ok((status, problem))
    }
}

#[test]
fn an_idempotency_key_gives_the_first_answer_again() -> anyhow::Result<()> {
    let api = Api::start()?;
    let first = api.open(1)?;
    // Canonical JSON leaves out what is false.
    assert_eq!((&first["outcome"], &first["duplicate"]), (&json!("ACCEPTED"), &Value::Null));
    let again = api.open(1)?;
    assert_eq!((&again["events"], &again["duplicate"]), (&first["events"], &json!(true)));
    Ok(())
}

#[test]
fn a_page_of_another_site_and_an_actor_who_only_looks_change_nothing() -> anyhow::Result<()> {
    let api = Api::start()?;
    let url = format!("{}/v1/northeast/commands/OpenAccount", api.world.api.url());
    let body = json!({"accountId": "account_1", "holderName": "A", "email": "a@b"}).to_string();
    let send = |name: &str, value: &str| {
        api.client.post(&url).header(name, value).body(body.clone()).send()
    };
    assert_eq!(Api::problem(send("Origin", "https://example.net")?)?.0, 401);
    assert_eq!(Api::problem(send("Host", "rebound.example.net")?)?.0, 401);
    let (status, problem) = Api::problem(send("Demarc-Actor", "ann; roles=auditor")?)?;
    assert_eq!((status, &problem["code"]), (409, &json!("actor.may_only_look")));
    Ok(())
}

#[test]
fn each_kind_of_error_has_its_own_status_and_says_what_to_do() -> anyhow::Result<()> {
    let api = Api::start()?;
    let (status, problem) = Api::problem(api.post("SuspendSite", "a", &json!({"siteId": "7"}))?)?;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("siteId")));

    let site = json!({"siteId": "site_1", "verifiedAddressId": "A",
        "reason": "SUSPENSION_REASON_ABUSE"});
    let (status, problem) = Api::problem(api.post("SuspendSite", "b", &site)?)?;
    assert_eq!((status, &problem["code"]), (409, &json!("site.not_registered")));
    let (status, problem) = Api::problem(api.post("SuspendSite", "b", &site)?)?;
    assert_eq!((status, &problem["duplicate"]), (409, &json!(true)));

    let (status, problem) = Api::problem(api.post("SuspendSight", "c", &site)?)?;
    assert_eq!(status, 404);
    assert!(problem["detail"].to_string().contains("SuspendSite"), "it lists what there is");

    let large = json!({"text": "x".repeat(300 * 1024)});
    let (status, _) = Api::problem(api.post("AddComment", "d", &large)?)?;
    assert_eq!(status, 413);

    let get = |path: &str| api.client.get(format!("{}{path}", api.world.api.url())).send();
    for (path, expected) in [
        ("/v1/nowhere/events", 404),
        ("/v1/northeast/billing/nothing/account_1", 404),
        ("/v1/northeast/billing/balance/account_1", 404),
        ("/v1/northeast/events?from=x", 422),
        ("/v1/northeast/events?type=Nothing", 422),
        ("/v1/northeast/care/account/account_1?asOf=yesterday", 422),
        ("/nothing", 404),
        ("/v1/northeast/care/account/%ff", 422),
        ("/v1/northeast/events?from=18446744073709551616", 422),
        ("/v1/northeast/commands/OpenAccount", 405),
    ] {
        assert_eq!(Api::problem(get(path)?)?.0, expected, "{path}");
    }
    Ok(())
}

#[test]
fn f110_history_is_paged_and_filtered_and_the_past_is_shown() -> anyhow::Result<()> {
    let api = Api::start()?;
    for number in 1..=5 {
        api.open(number)?;
    }
    let first = api.world.api.get("events?limit=2&type=AccountOpened")?;
    let second = api.world.api.get(&format!(
        "events?limit=2&type=AccountOpened&from={}",
        first["next"].as_str().context("there is more")?
    ))?;
    let streams = |page: &Value| {
        let events = page["events"].as_array().cloned().unwrap_or_default();
        events.iter().map(|event| event["stream"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(streams(&first), ["account_1", "account_2"]);
    assert_eq!(streams(&second), ["account_3", "account_4"]);
    assert_eq!(streams(&api.world.api.get("events?stream=account_5")?), ["account_5"]);

    api.world.settled()?;
    let past = api.world.api.get("care/account?asOf=3")?;
    assert_eq!(past["rows"].as_array().map(Vec::len), Some(3));
    let flash = json!({"accountId": "account_1", "flashId": "f-1", "text": "Dog bites."});
    api.post("RaiseFlash", "flash", &flash)?.error_for_status()?;
    api.world.settled()?;
    let flashes = |moment: &str| {
        let state = api.world.api.get(&format!("audit/state/account_1{moment}"))?;
        anyhow::Ok(state["value"]["state"]["flashes"].clone())
    };
    assert_eq!((flashes("?asOf=1")?, flashes("")?), (json!([]), json!(["f-1"])));
    assert_eq!(api.world.api.get("audit/state/account_1?asOf=99")?["status"], 404);
    Ok(())
}

#[test]
fn f110_a_stream_of_events_resumes_after_the_last_one_that_was_seen() -> anyhow::Result<()> {
    let api = Api::start()?;
    for number in 1..=3 {
        api.open(number)?;
    }
    let stream = |last: &str| {
        let url = format!("{}/v1/northeast/events/stream", api.world.api.url());
        let request = api.client.get(url).timeout(Duration::from_secs(30));
        anyhow::Ok(BufReader::new(request.header("Last-Event-ID", last).send()?))
    };
    let ids = |stream: BufReader<Response>, count: usize| {
        let lines = stream.lines().map_while(Result::ok);
        let ids = lines.filter_map(|line| line.strip_prefix("id: ").map(str::to_owned));
        ids.take(count).collect::<Vec<_>>()
    };
    assert_eq!(ids(stream("0")?, 3), ["1", "2", "3"]);
    let waiting = stream("2")?;
    api.open(4)?;
    assert_eq!(ids(waiting, 2), ["3", "4"]);
    Ok(())
}

#[test]
fn the_api_describes_itself_and_its_health() -> anyhow::Result<()> {
    let api = Api::start()?;
    let get = |path: &str| api.client.get(format!("{}{path}", api.world.api.url())).send();
    let described: Value = get("/openapi.json")?.json()?;
    for command in contract::command::all() {
        let path = format!("/v1/{{biller}}/commands/{}", command.name);
        assert!(described["paths"].get(&path).is_some(), "{path}");
    }
    assert_eq!(get("/healthz")?.status(), 200);
    assert_eq!(get("/readyz")?.text()?, "ready\n");
    api.open(1)?;
    assert!(get("/metrics")?.text()?.contains("demarc_commands_total"));
    Ok(())
}
