//! The state of a noun as JSON, for whoever asks what was true at some moment.

mod billing;

use std::collections::BTreeMap;

use domain::{
    Noun,
    account::Account,
    calendar::Calendar,
    customer::{
        Agreement, Attempt, Contact, Customer, Details, Identity, Phone, PortalLogin, Profile,
    },
    device::Device,
    guide::{Guide, Place, Walk},
    interaction::Interaction,
    login::{Credential, Holder, Login},
    notification::Notification,
    order::{Order, OrderId, Stage, WorkOrder},
    provisioning::Provisioning,
    quota::Quota,
    reference::Reference,
    service::{Promotion, Service},
    site::{Site, Traffic},
    task::Task,
    telephone::{Assignment, Origin, Telephone},
    text::Code,
    ticket::{OpenedTicket, Ticket},
};
use serde_json::{Map, Value, json};

/// What a noun's events add up to.
#[must_use]
pub fn json(noun: &Noun) -> Value {
    match noun {
        Noun::Customer(customer) => of_customer(customer),
        Noun::Account(account) => of_account(account),
        Noun::Site(site) => of_site(site),
        Noun::Device(Device::Registered { site_id, model, serial }) => {
            json!({ "site": site_id.as_str(), "model": model.as_str(), "serial": serial.as_str() })
        }
        Noun::Service(service) => of_service(service),
        Noun::Order(Order::Started(order)) => of_order(order),
        Noun::Quota(quota) => of_quota(quota),
        Noun::Telephone(Telephone::Assigned(assignment)) => of_telephone(assignment),
        Noun::Telephone(Telephone::Number { taken_by }) => json!({ "takenBy": taken_by.as_str() }),
        Noun::Ledger(ledger) => billing::of_ledger(ledger),
        Noun::Subscription(subscription) => billing::of_subscription(subscription),
        Noun::Invoice(invoice) => billing::of_invoice(invoice),
        Noun::Series(series) => json!({ "last": series.last }),
        Noun::Reference(reference) => json!({ "taken": *reference != Reference::Free }),
        Noun::Autopay(autopay) => billing::of_autopay(autopay),
        Noun::Dunning(dunning) => billing::of_dunning(dunning),
        Noun::Run(run) => json!({ "stage": word(run) }),
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
        Noun::Ticket(Ticket::Opened(ticket)) => of_ticket(ticket),
        Noun::Interaction(Interaction::Recorded { account_id, category, subcategory, .. }) => {
            json!({
                "account": account_id.as_str(),
                "category": category.as_str(),
                "subcategory": subcategory.as_str(),
            })
        }
        Noun::Task(Task::Assigned { account_id, recipient, due_on, completed, .. }) => json!({
            "account": account_id.as_str(),
            "recipient": recipient.as_str(),
            "dueOn": due_on.to_string(),
            "completed": completed,
        }),
        Noun::Guide(Guide::Started(walk)) => of_walk(walk),
        Noun::Decision(domain::decision::Decision) => json!({ "changed": "nothing" }),
        Noun::Device(Device::Unregistered)
        | Noun::Order(Order::NotStarted)
        | Noun::Login(Login::NotCreated)
        | Noun::Calendar(Calendar::NoDayOpened)
        | Noun::Telephone(Telephone::Free)
        | Noun::Provisioning(Provisioning::NotStarted)
        | Noun::Notification(Notification::Undelivered)
        | Noun::Ticket(Ticket::NotOpened)
        | Noun::Guide(Guide::NotStarted)
        | Noun::Task(Task::NotAssigned)
        | Noun::Interaction(Interaction::NotRecorded) => Value::Null,
    }
}

fn of_customer(customer: &Customer) -> Value {
    match customer {
        Customer::Unregistered => Value::Null,
        Customer::Implied { profile } => json!({ "profile": of_profile(profile) }),
        Customer::Registered { name, account_ids, profile } => {
            let accounts: Vec<_> = account_ids.iter().map(|account| account.as_str()).collect();
            let profile = of_profile(profile);
            json!({ "name": name.as_str(), "accounts": accounts, "profile": profile })
        }
        Customer::Erased => json!({ "erased": true }),
    }
}

fn of_profile(profile: &Profile) -> Value {
    let contacts = by_id(&profile.contacts, of_contact);
    let logins = by_id(&profile.portal_logins, of_portal_login);
    let agreements = by_id(&profile.agreements, of_agreement);
    json!({
        "details": profile.details.as_ref().map(of_details),
        "contacts": contacts,
        "identity": of_identity(&profile.identity),
        "paperless": profile.paperless,
        "portalLogins": logins,
        "segment": profile.segment.as_ref().map(|(segment, routes)| json!({
            "segment": segment.as_str(),
            "changes": routes.changes.as_str(),
            "fiberUpgrades": routes.fiber_upgrades.as_str(),
        })),
        "agreements": agreements,
        "ssn": profile.ssn.as_ref().map(|ssn| ssn.as_str()),
    })
}

fn of_portal_login(login: &PortalLogin) -> Value {
    json!({ "email": login.email.as_str(), "enabled": login.enabled })
}

fn of_agreement(agreement: &Agreement) -> Value {
    json!({
        "order": agreement.order_id.as_str(),
        "title": agreement.title.as_str(),
        "signedOn": agreement.signed_on.to_string(),
        "endsOn": agreement.ends_on.map(|ends_on| ends_on.to_string()),
    })
}

fn by_id<T>(items: &BTreeMap<Code, T>, of: fn(&T) -> Value) -> Map<String, Value> {
    items.iter().map(|(id, item)| (id.to_string(), of(item))).collect()
}

fn of_contact(contact: &Contact) -> Value {
    json!({
        "name": contact.name.as_str(),
        "phone": contact.phone.as_ref().map(of_phone),
        "email": contact.email.as_ref().map(|email| email.as_str()),
        "authorizedUser": contact.authorized_user,
    })
}

/// Without the PIN's digest, which is worth nothing to whoever asks.
fn of_identity(identity: &Identity) -> Value {
    let attempt = |attempt: &Attempt| {
        json!({
            "authenticationId": attempt.authentication_id.as_str(),
            "method": word(attempt.method),
            "by": attempt.by.as_str(),
            "on": attempt.on.to_string(),
            "succeeded": attempt.succeeded,
        })
    };
    let attempts: Vec<_> = identity.attempts.iter().map(attempt).collect();
    json!({
        "pinSetOn": identity.pin.as_ref().map(|pin| pin.set_on.to_string()),
        "pinFailures": identity.pin_failures,
        "attempts": attempts,
    })
}

fn of_phone(phone: &Phone) -> Value {
    json!({ "number": phone.number.as_str(), "lineType": word(phone.line_type) })
}

fn of_details(details: &Details) -> Value {
    json!({
        "firstName": details.first_name.as_str(),
        "lastName": details.last_name.as_str(),
        "homePhone": details.home_phone.as_ref().map(of_phone),
        "businessPhone": details.business_phone.as_ref().map(of_phone),
        "otherPhone": details.other_phone.as_ref().map(of_phone),
        "customerType": details.customer_type.as_str(),
        "category": details.category.as_str(),
    })
}

fn of_account(account: &Account) -> Value {
    match account {
        Account::Unopened => Value::Null,
        Account::Erased => json!({ "holder": "erased" }),
        Account::Open { customer_id, holder_name, email, written, portal_closed_by } => {
            let flashes: Vec<_> = written.flashes.keys().map(|id| id.as_str()).collect();
            let closed_by: Vec<_> = portal_closed_by.iter().map(|site| site.as_str()).collect();
            json!({
                "customer": customer_id.as_ref().map(|customer| customer.as_str()),
                "holderName": holder_name.as_str(),
                "email": email.as_str(),
                "portal": if closed_by.is_empty() { "enabled" } else { "disabled" },
                "portalClosedBy": closed_by,
                "flashes": flashes,
            })
        }
    }
}

fn of_ticket(ticket: &OpenedTicket) -> Value {
    json!({
        "account": ticket.account_id.as_str(),
        "kind": word(ticket.kind),
        "site": ticket.site_id.as_ref().map(|site| site.as_str()),
        "queue": ticket.queue.as_ref().map(|queue| queue.as_str()),
        "resolved": ticket.resolution.is_some(),
        "entries": ticket.entries.count(),
    })
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
        Service::Added {
            account_id,
            site_id,
            device_id,
            package_id,
            service_code,
            service_type,
            promotion,
            status,
        } => json!({
            "account": account_id.as_str(),
            "site": site_id.as_str(),
            "device": device_id.as_str(),
            "package": package_id.as_str(),
            "serviceCode": service_code.as_str(),
            "serviceType": service_type.map(word),
            "campaign": promotion.as_ref().map(of_promotion),
            "status": word(status),
        }),
    }
}

fn of_promotion(promotion: &Promotion) -> Value {
    json!({
        "code": promotion.campaign_code.as_str(),
        "monthly": promotion.monthly.to_string(),
        "until": promotion.until.to_string(),
        "monthlyAfter": promotion.monthly_after.to_string(),
    })
}

fn of_telephone(assignment: &Assignment) -> Value {
    let ported = match &assignment.origin {
        Origin::Native => Value::Null,
        Origin::Ported { carrier, port_date } => {
            json!({ "carrier": carrier.as_str(), "on": port_date.to_string() })
        }
    };
    json!({
        "account": assignment.account_id.as_str(),
        "service": assignment.service_id.as_str(),
        "number": assignment.number.as_str(),
        "ported": ported,
    })
}

fn of_quota(quota: &Quota) -> Value {
    let visit = |(order_id, slot, points): (&OrderId, &Code, u32)| {
        let (order, slot) = (order_id.as_str(), slot.as_str());
        json!({ "order": order, "slot": slot, "points": points })
    };
    json!({ "visits": quota.visits().map(visit).collect::<Vec<_>>() })
}

fn of_order(order: &WorkOrder) -> Value {
    let WorkOrder { start, swap, campaign_code, device_id, schedule, stage } = order;
    let visit = schedule.as_ref().map(|schedule| match &schedule.appointment {
        Some(visit) => format!("{} {}", visit.date, visit.slot),
        None => "office only".to_owned(),
    });
    json!({
        "kind": word(start.job.kind()),
        "account": start.account_id.as_str(),
        "site": start.site_id.as_str(),
        "service": start.job.service_id().map(|id| id.as_str()),
        "package": start.job.package_id().map(|id| id.as_str()),
        "toPackage": swap.as_ref().map(|swap| swap.to_package_id.as_str()),
        "campaign": campaign_code.as_ref().map(|code| code.as_str()),
        "toDevice": device_id.as_ref().map(|id| id.as_str()),
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

fn of_walk(walk: &Walk) -> Value {
    let Walk { account_id, order_id, guide, answers, place } = walk;
    let answers: serde_json::Map<_, _> =
        answers.iter().map(|(step, answer)| (step.to_string(), json!(answer.as_str()))).collect();
    let (step, outcome) = match place {
        Place::Step(step) => (Some(step.as_str()), None),
        Place::End(outcome) => (None, Some(word(outcome))),
    };
    json!({
        "guide": guide.as_str(),
        "account": account_id.as_str(),
        "order": order_id.as_ref().map(|order| order.as_str()),
        "answers": answers,
        "step": step,
        "outcome": outcome,
    })
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
