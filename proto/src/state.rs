//! The state of a noun as JSON, for whoever asks what was true at some moment.

use domain::{
    Noun,
    account::Account,
    calendar::Calendar,
    device::Device,
    ledger::{Ledger, OpenCharge},
    login::{Credential, Holder, Login},
    notification::Notification,
    order::{Order, Stage, WorkOrder},
    provisioning::Provisioning,
    service::Service,
    site::{Site, Traffic},
};
use serde_json::{Value, json};

/// What a noun's events add up to.
#[must_use]
pub fn json(noun: &Noun) -> Value {
    match noun {
        Noun::Account(account) => of_account(account),
        Noun::Site(site) => of_site(site),
        Noun::Device(Device::Registered { site_id, model, serial }) => {
            json!({ "site": site_id.as_str(), "model": model.as_str(), "serial": serial.as_str() })
        }
        Noun::Service(service) => of_service(service),
        Noun::Order(Order::Started(order)) => of_order(order),
        Noun::Ledger(ledger) => of_ledger(ledger),
        Noun::Login(Login::Created(holder)) => of_login(holder),
        Noun::Calendar(Calendar::Open { today }) => json!({ "today": today.to_string() }),
        Noun::Provisioning(Provisioning::Started { subject, answers, finished }) => {
            let codes: Vec<_> = answers.iter().map(|code| code.as_str()).collect();
            json!({
                "action": word(subject.action),
                "site": subject.site_id.as_str(),
                "respCodes": codes,
                "finished": finished,
            })
        }
        Noun::Notification(Notification::Delivered { account_id, template, channel }) => json!({
            "account": account_id.as_str(),
            "template": template.as_str(),
            "channel": word(channel),
            "delivered": true,
        }),
        Noun::Decision(domain::decision::Decision) => json!({ "changed": "nothing" }),
        Noun::Device(Device::Unregistered)
        | Noun::Order(Order::NotStarted)
        | Noun::Login(Login::NotCreated)
        | Noun::Calendar(Calendar::NoDayOpened)
        | Noun::Provisioning(Provisioning::NotStarted)
        | Noun::Notification(Notification::Undelivered) => Value::Null,
    }
}

fn of_account(account: &Account) -> Value {
    match account {
        Account::Unopened => Value::Null,
        Account::Open { holder_name, email, comments, portal_closed_by } => {
            let comments: Vec<_> = comments.values().map(|text| text.as_str()).collect();
            let closed_by: Vec<_> = portal_closed_by.iter().map(|site| site.as_str()).collect();
            json!({
                "holderName": holder_name.as_str(),
                "email": email.as_str(),
                "portal": if closed_by.is_empty() { "enabled" } else { "disabled" },
                "portalClosedBy": closed_by,
                "comments": comments,
            })
        }
    }
}

fn of_site(site: &Site) -> Value {
    match site {
        Site::Unregistered => Value::Null,
        Site::Registered { account_id, address_id, address, market, traffic, requests } => json!({
            "account": account_id.as_str(),
            "addressId": address_id.as_str(),
            "address": address.as_str(),
            "market": market.as_str(),
            "nocRequests": requests,
            "traffic": of_traffic(*traffic),
        }),
    }
}

fn of_traffic(traffic: Traffic) -> Value {
    match traffic {
        Traffic::Flowing { .. } => json!({ "state": "flowing" }),
        Traffic::Stopping { request, reason, acknowledged } => json!({
            "state": "stopping",
            "reason": word(reason),
            "request": request,
            "acknowledged": acknowledged,
        }),
        Traffic::Stopped { reason, .. } => json!({ "state": "stopped", "reason": word(reason) }),
        Traffic::Resuming { reason, request, acknowledged, .. } => json!({
            "state": "resuming",
            "reason": word(reason),
            "request": request,
            "acknowledged": acknowledged,
        }),
    }
}

fn of_service(service: &Service) -> Value {
    match service {
        Service::NotAdded => Value::Null,
        Service::Added { account_id, site_id, device_id, package_id, service_code, status } => {
            json!({
                "account": account_id.as_str(),
                "site": site_id.as_str(),
                "device": device_id.as_str(),
                "package": package_id.as_str(),
                "serviceCode": service_code.as_str(),
                "status": word(status),
            })
        }
    }
}

fn of_order(order: &WorkOrder) -> Value {
    let WorkOrder { start, swap, schedule, stage } = order;
    let visit = schedule.as_ref().map(|schedule| match &schedule.appointment {
        Some(visit) => format!("{} {}", visit.date, visit.slot),
        None => "office only".to_owned(),
    });
    json!({
        "kind": word(start.kind),
        "account": start.account_id.as_str(),
        "site": start.site_id.as_str(),
        "service": start.service_id.as_str(),
        "package": start.package_id.as_str(),
        "toPackage": swap.as_ref().map(|swap| swap.to_package_id.as_str()),
        "visit": visit,
        "stage": match stage {
            Stage::Draft => "draft",
            Stage::Reviewed => "reviewed",
            Stage::Committed => "committed",
            Stage::Completed(_) => "completed",
            Stage::Cancelled => "cancelled",
        },
    })
}

fn of_ledger(ledger: &Ledger) -> Value {
    let open = |charge: &OpenCharge| {
        let due_on = charge.due_on.to_string();
        json!({ "dueOn": due_on, "remaining": charge.remaining })
    };
    let charges: Vec<_> = ledger.open_charges().iter().map(open).collect();
    json!({ "balance": ledger.balance(), "openCharges": charges })
}

/// Never with the hash of its password.
fn of_login(holder: &Holder) -> Value {
    let roles: Vec<_> = holder.roles.iter().map(|role| role.name()).collect();
    json!({
        "roles": roles,
        "credential": match holder.credential {
            Credential::Password { temporary: true, .. } => "temporary password",
            Credential::Password { temporary: false, .. } => "password",
            Credential::Token => "token",
        },
        "generation": holder.generation,
        "locked": holder.locked,
        "failedAttempts": holder.failures,
        "lockedOutUntil": holder.locked_out_until.map(|until| until.to_string()),
        "loggedInAt": holder.logged_in_at.map(|at| at.to_string()),
        "tokenUntil": holder.token_until.map(|until| until.to_string()),
    })
}

/// An enum's variant as a word: `NonPayment`.
fn word(variant: impl std::fmt::Debug) -> String {
    format!("{variant:?}")
}
