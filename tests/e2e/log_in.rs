//! Who gets in: temporary passwords, sessions, locks, tokens for programs, and who does not.

use std::{
    io::{BufRead as _, BufReader},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use bus::{Message, subject};
use e2e::{GOOD_PASSWORD as GOOD, House, World, token};
use identity::{
    Claims, Keyring,
    token::{Bearer, SESSION_SECONDS},
};
use serde_json::{Value, json};

/// A token that this house has signed, whatever it says.
fn signed(house: &House, claims: &Claims) -> anyhow::Result<String> {
    Ok(Keyring::open(&house.world.data().join("core/keys"))?.sign(claims))
}

fn account(number: u32) -> Value {
    json!({ "accountId": format!("account_{number}"), "holderName": "A", "email": "a@b" })
}

fn now() -> anyhow::Result<i64> {
    let since = std::time::UNIX_EPOCH.elapsed()?;
    Ok(i64::try_from(since.as_secs())?)
}

fn of_admin(biller: &str) -> Bearer {
    Bearer {
        biller: biller.into(),
        name: "admin".into(),
        roles: vec!["administrator".into()],
        generation: 2,
        must_change: false,
    }
}

#[test]
fn f63_a_temporary_password_opens_nothing_but_its_own_change() -> anyhow::Result<()> {
    let house = House::new("")?;
    assert_eq!(house.get("events", None)?.0, 401);
    let (status, session) = house.log_in("admin", &house.temporary)?;
    assert_eq!((status, &session["mustChange"]), (200, &json!(true)));
    let first = token(&session)?;
    let (status, problem) = house.get("events", Some(&first))?;
    assert_eq!((status, &problem["code"]), (403, &json!("login.password_must_be_changed")));
    let weak = json!({ "password": house.temporary, "newPassword": "Password1234" });
    assert_eq!(house.post("password", Some(&first), &weak)?.0, 422);
    let wrong = json!({ "password": "a wrong password", "newPassword": GOOD });
    assert_eq!(house.post("password", Some(&first), &wrong)?.0, 401);

    let change = json!({ "password": house.temporary, "newPassword": GOOD });
    let (status, session) = house.post("password", Some(&first), &change)?;
    assert_eq!((status, &session["mustChange"]), (200, &json!(false)));
    assert_eq!(house.get("events", Some(&token(&session)?))?.0, 200);
    assert_eq!(house.get("events", Some(&first))?.0, 401, "the former session has ended");
    assert_eq!(house.log_in("admin", &house.temporary)?.0, 401);
    assert_eq!(house.log_in("admin", GOOD)?.1["mustChange"], false);
    Ok(())
}

#[test]
fn no_password_and_no_hash_is_shown_anywhere() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    house.log_in("admin", "not the password")?;
    let logged_in = |page: &Value| page.to_string().contains("LoginPasswordChanged");
    let mut shown = house.get("events", Some(&admin))?.1;
    ensure!(logged_in(&shown), "{shown}");
    let start = Instant::now();
    let mut history = json!(null);
    while !logged_in(&history) && start.elapsed() < Duration::from_secs(30) {
        history = house.get("audit/history/login_admin", Some(&admin))?.1;
    }
    let state = house.get("audit/state/login_admin", Some(&admin))?.1;
    assert_eq!(state["value"]["state"]["credential"], "password", "{state}");
    shown = json!([shown, history, state]);
    let said = std::fs::read_to_string(house.world.said("serve"))?;
    for secret in ["argon2", GOOD, &house.temporary, "not the password", &admin] {
        assert!(!shown.to_string().contains(secret), "{secret} is shown");
        assert!(!said.contains(secret), "{secret} is in a log line");
    }
    ensure!(logged_in(&history), "{history}");
    Ok(())
}

#[test]
fn f63_five_wrong_passwords_lock_a_login_until_it_is_unlocked() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    assert_eq!(house.add(&admin, "jane", "the first of many")?.0, 200);
    for attempt in 0..8 {
        assert_eq!(house.log_in("jane", &format!("wrong password {attempt}"))?.0, 401);
    }
    assert_eq!(house.log_in("jane", "the first of many")?.0, 401, "it is locked");
    let counted = |kind: &str| {
        let path = format!("events?stream=login_jane&type={kind}");
        anyhow::Ok(house.get(&path, Some(&admin))?.1["events"].as_array().map(Vec::len))
    };
    assert_eq!(counted("LoginAttemptFailed")?, Some(5), "nothing is recorded while it is locked");
    assert_eq!(counted("LoginLockedOut")?, Some(1));
    assert_eq!(house.log_in("nobody", "the first of many")?.0, 401);
    let nobody = house.get("events?stream=login_nobody", Some(&admin))?.1;
    ensure!(nobody.get("events").is_none(), "a stranger leaves no facts: {nobody}");

    let unlock = json!({ "loginId": "login_jane" });
    assert_eq!(house.post("commands/UnlockLogin", Some(&admin), &unlock)?.0, 200);
    assert_eq!(house.log_in("jane", "the first of many")?.0, 200);
    Ok(())
}

#[test]
fn who_has_logged_out_or_is_locked_or_has_other_roles_is_refused() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    house.add(&admin, "jane", "the first of many")?;
    let first = token(&house.log_in("jane", "the first of many")?.1)?;
    let change = json!({ "password": "the first of many", "newPassword": GOOD });
    let session = token(&house.post("password", Some(&first), &change)?.1)?;
    assert_eq!(house.post("commands/OpenAccount", Some(&session), &account(1))?.0, 200);
    let (status, problem) = house.add(&session, "lee", "the first of many")?;
    assert_eq!((status, &problem["code"]), (409, &json!("actor.role_may_not")));

    assert_eq!(house.post("logout", Some(&session), &json!({}))?.0, 200);
    assert_eq!(house.post("commands/OpenAccount", Some(&session), &account(2))?.0, 401);

    let session = token(&house.log_in("jane", GOOD)?.1)?;
    let roles = json!({ "loginId": "login_jane", "roles": ["ROLE_AUDITOR"] });
    assert_eq!(house.post("commands/SetRoles", Some(&admin), &roles)?.0, 200);
    assert_eq!(house.get("events", Some(&session))?.0, 401);

    let session = token(&house.log_in("jane", GOOD)?.1)?;
    let (status, problem) = house.post("commands/OpenAccount", Some(&session), &account(2))?;
    assert_eq!((status, &problem["code"]), (409, &json!("actor.may_only_look")));
    let lock = json!({ "loginId": "login_jane" });
    assert_eq!(house.post("commands/LockLogin", Some(&admin), &lock)?.0, 200);
    assert_eq!(house.get("events", Some(&session))?.0, 401);
    assert_eq!(house.log_in("jane", GOOD)?.0, 401);
    Ok(())
}

#[test]
fn a_stream_of_events_ends_with_the_session_that_asked_for_it() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    let stream = house.client.get(house.url("events/stream")).bearer_auth(&admin);
    let stream = BufReader::new(stream.timeout(Duration::from_secs(30)).send()?);
    let mut ids = stream.lines().map_while(Result::ok).filter(|line| line.starts_with("id: "));
    ensure!(ids.next().is_some(), "it shows what was there");
    let (_, receipt) = house.post("logout", Some(&admin), &json!({}))?;
    let ended = receipt["events"][0]["position"].as_str().context("it is a fact")?.to_owned();
    let start = Instant::now();
    ensure!(ids.all(|id| id != format!("id: {ended}")), "it shows what came afterwards");
    ensure!(start.elapsed() < Duration::from_secs(20), "it goes on");
    Ok(())
}

#[test]
fn a_token_counts_at_one_biller_for_a_time_and_if_this_demarc_has_signed_it() -> anyhow::Result<()>
{
    let (house, admin) = House::settled("")?;
    let midwest = format!("{}/v1/midwest/events", house.world.api.url());
    let answer = house.client.get(midwest).bearer_auth(&admin).send()?;
    assert_eq!(answer.status(), 403);

    let live = signed(&house, &Claims::new(of_admin("northeast"), now()?, SESSION_SECONDS))?;
    assert_eq!(house.get("events", Some(&live))?.0, 200, "that is how they look");
    let expired = signed(&house, &Claims::new(of_admin("northeast"), now()? - 60, 59))?;
    let elsewhere = signed(&house, &Claims::new(of_admin("nowhere"), now()?, SESSION_SECONDS))?;
    let old = Bearer { generation: 1, ..of_admin("northeast") };
    let old = signed(&house, &Claims::new(old, now()?, SESSION_SECONDS))?;
    let foreign = tempfile::tempdir()?;
    let foreign = Keyring::open(foreign.path())?;
    let foreign = foreign.sign(&Claims::new(of_admin("northeast"), now()?, SESSION_SECONDS));
    let mut forged = live.clone();
    forged.truncate(live.len() - 20);
    forged.push_str("AAAAAAAAAAAAAAAAAAAA");
    for (token, expected) in
        [(expired, 401), (elsewhere, 403), (old, 401), (foreign, 401), (forged, 401)]
    {
        assert_eq!(house.get("events", Some(&token))?.0, expected);
    }
    let answer = house.client.get(house.url("events")).header("Demarc-Actor", "eve; roles=agent");
    assert_eq!(answer.send()?.status(), 401);
    let page = house.client.get(house.url("events")).header("Origin", "https://example.net");
    assert_eq!(page.bearer_auth(&admin).send()?.status(), 401);
    Ok(())
}

#[test]
fn a_person_logs_in_and_out_at_the_command_line() -> anyhow::Result<()> {
    let house = House::new("")?;
    let refused = house.typed(&["status"], "")?;
    ensure!(refused.code == 1 && refused.err.contains("demarc login"), "{}", refused.err);
    let lines = format!("{}\n{GOOD}\n", house.temporary);
    let ran = house.typed(&["login", "--name", "admin"], &lines)?.well()?;
    ensure!(ran.out.contains("logged in as admin (administrator)"), "{}", ran.out);
    house.typed(&["status"], "")?.well()?;

    let added = house.typed(&["--json", "logins", "add", "jane", "--roles", "agent,lead"], "")?;
    let added: Value = serde_json::from_str(&added.well()?.out)?;
    let temporary = added["temporaryPassword"].as_str().context("it is shown")?;
    let ran = house.typed(&["login", "--name", "jane"], &format!("{temporary}\n"))?.well()?;
    ensure!(ran.out.contains("demarc password"), "{}", ran.out);
    house.typed(&["password"], &format!("{temporary}\n{GOOD}\n"))?.well()?;
    let body = account(1).to_string();
    house.typed(&["send", "OpenAccount", "--data", &body], "")?.well()?;
    house.typed(&["logout"], "")?.well()?;
    let refused = house.typed(&["send", "OpenAccount", "--data", &body], "")?;
    ensure!(refused.code == 1 && refused.err.contains("demarc login"), "{}", refused.err);
    Ok(())
}

#[test]
fn a_program_acts_with_a_token_until_that_is_taken_back() -> anyhow::Result<()> {
    let house = House::new("")?;
    let lines = format!("{}\n{GOOD}\n", house.temporary);
    house.typed(&["login", "--name", "admin"], &lines)?.well()?;
    let ran = house.typed(&["token", "--service", "importer", "--roles", "agent"], "")?.well()?;
    let token = ran.out.trim();
    assert_eq!(house.post("commands/OpenAccount", Some(token), &account(1))?.0, 200);
    let (status, problem) = house.post("commands/OpenDay", Some(token), &json!({}))?;
    assert_eq!(status, 422, "{problem}");
    let day = json!({ "date": "2026-10-01" });
    let (status, problem) = house.post("commands/OpenDay", Some(token), &day)?;
    assert_eq!((status, &problem["code"]), (409, &json!("actor.role_may_not")));
    assert_eq!(house.log_in("importer", "")?.0, 401, "a program has no password");
    let history = house.get("events?stream=login_importer&type=LoginTokenIssued", Some(token))?.1;
    assert_eq!(history["events"][0]["actor"], "admin; roles=administrator");
    let (status, problem) =
        house.post("logins/importer/token", Some(token), &json!({"days": 1}))?;
    assert_eq!((status, &problem["code"]), (409, &json!("actor.role_may_not")));

    let end = r#"{"loginId":"login_importer","generation":1}"#;
    house.typed(&["send", "EndSessions", "--data", end], "")?.well()?;
    assert_eq!(house.post("commands/OpenAccount", Some(token), &account(2))?.0, 401);
    Ok(())
}

#[test]
fn a_key_that_is_forgotten_ends_every_session_and_one_that_is_retired_none() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    let data = house.world.data();
    let data = data.to_str().context("a path of a test is text")?;
    let keys = format!("{}/v1/keys", house.world.api.url());
    let known = |count: usize| {
        let keys: Value = house.client.get(&keys).send()?.json()?;
        anyhow::Ok(keys["keys"].as_array().map(Vec::len) == Some(count))
    };
    let until = |count: usize| {
        let start = Instant::now();
        while !known(count)? {
            ensure!(start.elapsed() < Duration::from_secs(30), "the keys were not read again");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    };
    until(1)?;
    house.typed(&["keys", "rotate", "--data", data], "")?.well()?;
    until(2)?;
    assert_eq!(house.get("events", Some(&admin))?.0, 200);
    assert_eq!(house.log_in("admin", GOOD)?.0, 200);
    house.typed(&["keys", "rotate", "--data", data, "--forget"], "")?.well()?;
    until(1)?;
    assert_eq!(house.get("events", Some(&admin))?.0, 401);
    assert_eq!(house.log_in("admin", GOOD)?.0, 200);
    Ok(())
}

#[test]
fn over_nats_whoever_has_a_token_acts_as_its_login() -> anyhow::Result<()> {
    let mut world = World::core_and(&[])?;
    let create = r#"{"loginId":"login_importer","roles":["ROLE_AGENT"]}"#;
    world.client(&["send", "CreateProgram", "--data", create])?.well()?;
    let ran = world.client(&["token", "--service", "importer", "--roles", "agent"])?.well()?;
    let token = ran.out.trim().to_owned();
    let nats = world.nats()?;
    let bus = nats.bus("importer")?;
    let ask = |token: &str| {
        let message = Message::new(account(1).to_string().into())
            .with_header("content-type", "application/json")
            .with_header("authorization", &format!("Bearer {token}"))
            .with_header("demarc-actor", "eve; roles=administrator");
        let subject = subject::command("northeast", "account", "open");
        nats.runtime.block_on(bus.request(&subject, message, Duration::from_secs(10)))
    };
    let forged = ask(&format!("{token}AAAA"))?;
    assert_eq!(forged.headers.get("demarc-outcome"), Some("invalid"));
    assert_eq!(ask(&token)?.headers.get("demarc-outcome"), Some("accepted"));
    let opened = world.api.events(Some("AccountOpened"))?;
    assert_eq!(opened[0]["actor"], "importer; roles=agent");
    Ok(())
}
