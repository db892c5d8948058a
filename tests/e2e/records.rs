//! What agents write down about a customer, and where the next one finds it.

use e2e::{Home, Office, TODAY};
use serde_json::{Value, json};

/// Somebody with Classic, whose records are empty.
fn office() -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    Ok(office)
}

fn comment(id: &str, text: &str) -> Value {
    json!({ "accountId": "account_7", "commentId": id, "text": text })
}

fn interaction(id: &str, category: &str, subcategory: &str, summary: &str) -> Value {
    json!({"interactionId": id, "accountId": "account_7", "category": category,
        "subcategory": subcategory, "summary": summary})
}

/// Opens a ticket of this kind about the account.
fn ticket(id: &str, kind: &str, summary: &str) -> Value {
    json!({ "ticketId": id, "accountId": "account_7", "kind": kind, "summary": summary })
}

#[test]
fn f36_f40_a_comment_and_a_memo_wait_for_the_next_agent() -> anyhow::Result<()> {
    let office = office()?;
    office.jane.sends("AddComment", comment("c-1", "Upgraded as agreed."))?;
    office.jane.sends("AddComment", comment("c-1", "Upgraded as agreed."))?;
    office.jane.refused("account.comment_id_used", "AddComment", comment("c-1", "Other."))?;
    let card = comment("c-2", "Pays with 4111 1111 1111 1111.");
    let says = office.jane.unread("AddComment", card)?;
    assert!(says.contains("card number") && !says.contains("4111"), "{says}");
    let memo = json!({ "accountId": "account_7", "memoId": "m-1", "text": "Sent a manual." });
    office.jane.sends("LeaveMemo", memo)?;

    let lee = office.desk("lee; roles=agent")?;
    let overview = lee.sees("care/account/account_7")?;
    assert_eq!(overview["comments"].as_array().map(Vec::len), Some(1), "{overview:#}");
    assert_eq!(
        (&overview["comments"][0]["text"], &overview["comments"][0]["actor"]),
        (&json!("Upgraded as agreed."), &json!("jane; roles=agent"))
    );
    assert_eq!(
        (&overview["memos"][0]["text"], &overview["memos"][0]["actor"]),
        (&json!("Sent a manual."), &json!("jane; roles=agent"))
    );
    Ok(())
}

#[test]
fn f54_task_15_shows_the_notes_on_calls_work_orders_and_the_account() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    jane.sends(
        "RecordInteraction",
        interaction("interaction_1", "Technical", "Slow service", "Slow."),
    )?;
    let call = json!({"orderId": "order_7", "serviceId": "service_7", "problem": "SLOW"});
    jane.sends("StartTroubleCall", call)?;
    let visit = json!({"orderId": "order_7", "orderType": "REPAIR", "comments": "Ring twice.",
        "appointment": {"date": "2026-10-09", "slot": "08-10"}});
    jane.sends("ScheduleOrder", visit)?;
    jane.sends("AddComment", comment("c-1", "A technician comes tomorrow."))?;
    jane.sees("care/account/account_7")?;

    let typed = office.world.client(&["task", "15", "account_7"])?.well()?.out;
    for said in ["Slow.", "Technical: Slow service", "Ring twice.", "A technician comes tomorrow."]
    {
        assert!(typed.contains(said), "{said:?} is not shown: {typed}");
    }
    let notes = jane.sees("care/notes/account_7")?["notes"].clone();
    let about: Vec<_> = notes.as_array().into_iter().flatten().map(|it| &it["about"]).collect();
    assert_eq!(about, ["account", "workOrder", "call"], "newest first: {notes:#}");
    Ok(())
}

#[test]
fn f66_an_interaction_is_seen_by_the_next_agent_and_by_a_supervisor() -> anyhow::Result<()> {
    let office = office()?;
    let (jane, lee) = (&office.jane, office.desk("lee; roles=agent")?);
    let new_order = interaction("interaction_1", "Orders", "New order created", "Wants Gigablast.");
    jane.sends("RecordInteraction", new_order.clone())?;
    let paid = interaction("interaction_2", "Payments", "Payment received", "Paid by check.");
    lee.sends("RecordInteraction", paid)?;
    let mut unknown = new_order;
    unknown["interactionId"] = json!("interaction_3");
    unknown["subcategory"] = json!("Weather");
    jane.refused("interaction.subcategory_not_known", "RecordInteraction", unknown.clone())?;
    unknown["category"] = json!("Gossip");
    jane.refused("interaction.category_not_known", "RecordInteraction", unknown)?;

    let summaries = |rows: Vec<Value>| -> Vec<Value> {
        rows.into_iter().map(|row| row["summary"].clone()).collect()
    };
    let of_account = jane.lists("care/interactions-of-account", "account_7")?;
    assert_eq!(summaries(of_account), ["Paid by check.", "Wants Gigablast."]);
    let typed = ["show", "care", "interactions-of-account", "--of", "account_7", "--limit", "1"];
    let typed = office.world.client(&typed)?.well()?.out;
    assert!(typed.contains("Paid by check.") && !typed.contains("Wants Gigablast."), "{typed}");
    assert!(typed.contains("--of account_7 --after account_7/"), "the next page: {typed}");
    let supervisor = office.desk("sam; roles=lead")?;
    let of_day = supervisor.lists("care/interactions-of-day", &format!("{TODAY}/jane"))?;
    assert_eq!(summaries(of_day.clone()), ["Wants Gigablast."]);
    assert_eq!(
        (&of_day[0]["category"], &of_day[0]["subcategory"]),
        (&json!("Orders"), &json!("New order created"))
    );
    Ok(())
}

#[test]
fn f61_an_email_from_account_case_or_order_goes_out_and_stays_in_the_history() -> anyhow::Result<()>
{
    let office = office()?;
    let jane = &office.jane;
    jane.sends("OpenTicket", ticket("ticket_7", "TICKET_KIND_CREDIT", "Was without service."))?;
    for (email, about) in [
        ("e-1", json!({})),
        ("e-2", json!({ "ticketId": "ticket_7" })),
        ("e-3", json!({ "orderId": "order_install-7" })),
    ] {
        let mut wish = json!({"accountId": "account_7", "emailId": email,
            "subject": format!("About {email}"), "text": "We see to it."});
        for (field, value) in about.as_object().into_iter().flatten() {
            wish[field] = value.clone();
        }
        jane.sends("SendEmail", wish)?;
    }
    let history = jane.lists("care/activity", "account_7")?;
    let of = |what: &'static str| history.iter().filter(move |row| row["what"] == what);
    let written: Vec<_> = of("emailWritten").map(|row| &row["about"]).collect();
    assert_eq!(written, ["order_install-7", "ticket_7", "account_7"], "newest first: {history:#?}");
    assert!(of("emailWritten").all(|row| row["text"] == "We see to it."), "{history:#?}");
    assert!(of("messageDelivered").count() >= 3, "{history:#?}");
    let sent = jane.sees("notifications/by-account/account_7")?.to_string();
    for subject in ["About e-1", "About e-2", "About e-3"] {
        assert!(sent.contains(subject), "{subject} was not sent: {sent}");
    }
    Ok(())
}

#[test]
fn f62_a_case_for_a_credit_is_found_with_what_came_of_it() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    jane.sends(
        "OpenTicket",
        ticket("ticket_7", "TICKET_KIND_CREDIT", "Two days without service."),
    )?;
    jane.sends("OpenTicket", ticket("ticket_8", "TICKET_KIND_TROUBLE", "Is slow."))?;
    let cases = jane.lists("care/tickets-of-account", "account_7")?;
    let found: Vec<_> = cases.iter().map(|it| (&it["ticketId"], &it["kind"])).collect();
    let (credit, trouble) = (json!("credit"), json!("trouble"));
    assert_eq!(found, [(&json!("ticket_8"), &trouble), (&json!("ticket_7"), &credit)]);
    let entry = json!({"ticketId": "ticket_7", "accountId": "account_7", "entryId": "e-1",
        "text": "Counted the days."});
    jane.sends("AddTicketEntry", entry)?;
    let resolved = json!({"ticketId": "ticket_7", "accountId": "account_7",
        "resolution": "Two days are credited."});
    jane.sends("ResolveTicket", resolved)?;
    let case = jane.sees("care/ticket/ticket_7")?;
    assert_eq!(
        (&case["status"], &case["resolution"]),
        (&json!("resolved"), &json!("Two days are credited."))
    );
    assert!(case["steps"].to_string().contains("Counted the days."), "{case:#}");
    Ok(())
}
