//! What each fact about a customer changes in their row.

use domain::{
    Event,
    account::AccountId,
    biller::Segment,
    customer::{
        Agreement, AuthenticationMethod, Contact, CustomerEvent, CustomerId, Details, LineType,
        PIN_FAILURES_MAX, Phone,
    },
    text::Code,
};
use event_store::Recorded;
use projection::{Fault, Rows};

use super::{
    AgreementRow, AuthenticatedRow, ContactRow, CustomerRow, DetailsRow, LineTypeRow, MethodRow,
    PhoneRow, PinRow, PortalLoginRow, SegmentRow, TABLE,
};

/// Changes the row of the customer that the event is about. Whoever has one account alone has no
/// row until more is known of them: the account says all.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Customer(event) = event else { return Ok(()) };
    let customer_id = &*recorded.event.stream;
    let row = rows.get::<CustomerRow>(TABLE, customer_id)?;
    if row.is_none() && matches!(event, CustomerEvent::Erased { .. }) {
        return Ok(());
    }
    let mut row = row.unwrap_or_else(|| unknown(customer_id));
    match event {
        CustomerEvent::Registered { name } => row.name = Some(name.to_string()),
        CustomerEvent::AccountAdded { account_id } => row.account_ids.push(account_id.to_string()),
        CustomerEvent::Confirmed(details) => row.details = Some(details_row(details)),
        CustomerEvent::ContactAdded { contact_id, contact } => {
            row.contacts.push(contact_row(contact_id, contact));
        }
        CustomerEvent::ContactRemoved { contact_id } => {
            row.contacts.retain(|contact| contact.contact_id != contact_id.as_str());
        }
        CustomerEvent::PinSet { .. } => {
            if let PinRow::None = row.pin {
                row.pin = PinRow::Set;
            }
        }
        CustomerEvent::Authenticated { method, by, on, .. } => {
            row.authenticated = Some(authenticated_row(*method, by, on.to_string()));
            if let PinRow::Locked = row.pin {
                row.pin = PinRow::Set;
            }
        }
        CustomerEvent::AuthenticationFailed { attempts, .. } => {
            if *attempts >= PIN_FAILURES_MAX {
                row.pin = PinRow::Locked;
            }
        }
        CustomerEvent::PaperlessSet { paperless } => row.paperless = *paperless,
        CustomerEvent::PortalLoginCreated { portal_login_id, email } => {
            row.portal_logins.push(PortalLoginRow {
                portal_login_id: portal_login_id.to_string(),
                email: email.to_string(),
                enabled: true,
                reason: None,
            });
        }
        CustomerEvent::PortalLoginDisabled { portal_login_id, reason } => {
            row.switch(portal_login_id, false, reason);
        }
        CustomerEvent::PortalLoginEnabled { portal_login_id, reason } => {
            row.switch(portal_login_id, true, reason);
        }
        CustomerEvent::SegmentSet { segment, routes } => {
            row.segment = Some(segment_row(segment, routes));
        }
        CustomerEvent::AgreementRecorded { agreement_id, agreement } => {
            row.agreements.push(agreement_row(agreement_id, agreement));
        }
        CustomerEvent::SsnRecorded { ssn } => row.ssn = Some(ssn.to_string()),
        CustomerEvent::SsnRevealed(_) => {}
        CustomerEvent::Erased { .. } => row.erased = true,
    }
    rows.put(TABLE, customer_id, &row)
}

impl CustomerRow {
    fn switch(&mut self, portal_login_id: &Code, enabled: bool, reason: &Code) {
        let mut logins = self.portal_logins.iter_mut();
        if let Some(login) = logins.find(|login| login.portal_login_id == portal_login_id.as_str())
        {
            login.enabled = enabled;
            login.reason = Some(reason.to_string());
        }
    }
}

/// A customer before the first fact; one who has an account alone has it from the beginning.
fn unknown(customer_id: &str) -> CustomerRow {
    let parsed = CustomerId::parse(customer_id).ok();
    let sole_account = parsed.and_then(|id| AccountId::parse(id.suffix()).ok());
    CustomerRow {
        customer_id: customer_id.to_owned(),
        name: None,
        account_ids: sole_account.iter().map(ToString::to_string).collect(),
        details: None,
        contacts: Vec::new(),
        pin: PinRow::None,
        authenticated: None,
        paperless: false,
        portal_logins: Vec::new(),
        segment: None,
        agreements: Vec::new(),
        ssn: None,
        erased: false,
    }
}

fn details_row(details: &Details) -> DetailsRow {
    DetailsRow {
        first_name: details.first_name.to_string(),
        last_name: details.last_name.to_string(),
        home_phone: details.home_phone.as_ref().map(phone_row),
        business_phone: details.business_phone.as_ref().map(phone_row),
        other_phone: details.other_phone.as_ref().map(phone_row),
        customer_type: details.customer_type.to_string(),
        category: details.category.to_string(),
    }
}

fn contact_row(contact_id: &Code, contact: &Contact) -> ContactRow {
    ContactRow {
        contact_id: contact_id.to_string(),
        name: contact.name.to_string(),
        phone: contact.phone.as_ref().map(phone_row),
        email: contact.email.as_ref().map(ToString::to_string),
        authorized_user: contact.authorized_user,
    }
}

fn segment_row(segment: &Code, routes: &Segment) -> SegmentRow {
    SegmentRow {
        segment: segment.to_string(),
        changes: routes.changes.to_string(),
        fiber_upgrades: routes.fiber_upgrades.to_string(),
    }
}

fn agreement_row(agreement_id: &Code, agreement: &Agreement) -> AgreementRow {
    AgreementRow {
        agreement_id: agreement_id.to_string(),
        order_id: agreement.order_id.to_string(),
        title: agreement.title.to_string(),
        signed_on: agreement.signed_on.to_string(),
        ends_on: agreement.ends_on.map(|ends_on| ends_on.to_string()),
    }
}

fn authenticated_row(method: AuthenticationMethod, by: &Code, on: String) -> AuthenticatedRow {
    let method = match method {
        AuthenticationMethod::Pin => MethodRow::Pin,
        AuthenticationMethod::CallBack => MethodRow::CallBack,
        AuthenticationMethod::PhotoId => MethodRow::PhotoId,
        AuthenticationMethod::PortalLogin => MethodRow::PortalLogin,
    };
    AuthenticatedRow { method, by: by.to_string(), on }
}

fn phone_row(phone: &Phone) -> PhoneRow {
    let line_type = match phone.line_type {
        LineType::Landline => LineTypeRow::Landline,
        LineType::Mobile => LineTypeRow::Mobile,
        LineType::Voip => LineTypeRow::Voip,
        LineType::Unknown => LineTypeRow::Unknown,
    };
    PhoneRow { number: phone.number.to_string(), line_type }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        biller::Segment,
        customer::{AuthenticationMethod, Contact, CustomerEvent},
        testing::fixtures::{
            TODAY, account, account_id, agreement, code, contact, customer, customer_id, details,
            id, portal_login, sealed,
        },
    };
    use read_side::testing::Story;
    use serde_json::json;

    use crate::{customer::TABLE, model::Care};

    fn added(account: &str) -> Fact {
        CustomerEvent::AccountAdded { account_id: id(account) }.on(&customer_id())
    }

    #[test]
    fn f56_a_customer_shows_all_accounts_and_that_they_were_erased() {
        let story =
            Story::of(Care).then(customer()).then(added("account_8")).then(added("account_9"));
        let mut row = json!({
            "customerId": "customer_4",
            "name": "Harbor Cafe",
            "accountIds": ["account_8", "account_9"],
            "details": null,
            "contacts": [],
            "pin": "none",
            "authenticated": null,
            "paperless": false,
            "portalLogins": [],
            "segment": null,
            "agreements": [],
            "ssn": null,
            "erased": false,
        });
        assert_eq!(story.row::<serde_json::Value>(TABLE, "customer_4"), row);
        let erased = CustomerEvent::Erased { account_ids: vec![id("account_8"), id("account_9")] };
        row["erased"] = json!(true);
        assert_eq!(
            story.then(erased.on(&customer_id())).row::<serde_json::Value>(TABLE, "customer_4"),
            row
        );
    }

    #[test]
    fn whoever_has_one_account_alone_is_erased_without_a_row() {
        let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
        let story = Story::of(Care).and(account());
        assert!(story.try_then(erased.on(&id("customer_account_7"))).is_ok());
    }

    #[test]
    fn f10_what_was_confirmed_is_shown_of_whoever_has_one_account_alone_too() {
        let confirmed = CustomerEvent::Confirmed(details()).on(&id("customer_account_7"));
        let row: serde_json::Value =
            Story::of(Care).and(account()).then(confirmed).row(TABLE, "customer_account_7");
        let expected = json!({
            "customerId": "customer_account_7",
            "name": null,
            "accountIds": ["account_7"],
            "details": {
                "firstName": "Jo",
                "lastName": "Doe",
                "homePhone": { "number": "7035550101", "lineType": "landline" },
                "businessPhone": null,
                "otherPhone": null,
                "customerType": "RESIDENTIAL",
                "category": "STANDARD",
            },
            "contacts": [],
            "pin": "none",
            "authenticated": null,
            "paperless": false,
            "portalLogins": [],
            "segment": null,
            "agreements": [],
            "ssn": null,
            "erased": false,
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn f42_f51_contacts_are_shown_with_who_speaks_for_the_customer() {
        let add = |contact_id: &str, authorized_user| {
            let contact = Contact { authorized_user, ..contact() };
            CustomerEvent::ContactAdded { contact_id: code(contact_id), contact }.on(&customer_id())
        };
        let removed = CustomerEvent::ContactRemoved { contact_id: code("c-1") };
        let story = Story::of(Care).and([customer(), add("c-1", false), add("c-2", true)]);
        let row: serde_json::Value =
            story.then(removed.on(&customer_id())).row(TABLE, "customer_4");
        let expected = json!([{
            "contactId": "c-2",
            "name": "Al Doe",
            "phone": { "number": "7035550102", "lineType": "mobile" },
            "email": "al@example.com",
            "authorizedUser": true,
        }]);
        assert_eq!(row["contacts"], expected);
    }

    #[test]
    fn f7_the_pin_is_shown_as_set_or_locked_and_who_was_authenticated_for_whom() {
        let (by, on) = (code("jane"), TODAY);
        let set = CustomerEvent::PinSet { pin: sealed("digest"), by: by.clone(), on };
        let failed = |attempts| CustomerEvent::AuthenticationFailed {
            authentication_id: code("a-1"),
            attempts,
            by: by.clone(),
            on,
        };
        let authenticated = CustomerEvent::Authenticated {
            authentication_id: code("a-2"),
            method: AuthenticationMethod::PhotoId,
            by: by.clone(),
            on,
        };
        let shown = |events: &[&CustomerEvent]| {
            let facts =
                events.iter().map(|event| CustomerEvent::on((*event).clone(), &customer_id()));
            Story::of(Care)
                .then(customer())
                .and(facts)
                .row::<serde_json::Value>(TABLE, "customer_4")
        };
        assert_eq!(shown(&[&set, &failed(4)])["pin"], "set");
        let locked = shown(&[&set, &failed(5)]);
        assert_eq!((&locked["pin"], &locked["authenticated"]), (&json!("locked"), &json!(null)));
        assert!(!locked.to_string().contains("digest"));
        assert_eq!(shown(&[&set, &failed(5), &set])["pin"], "locked", "another PIN opens nothing");
        let open = shown(&[&set, &failed(5), &authenticated]);
        assert_eq!(open["pin"], "set");
        let expected = json!({ "method": "photoId", "by": "jane", "on": "2026-03-16" });
        assert_eq!(open["authenticated"], expected);
    }

    #[test]
    fn f41_f47_f50_f53_f57_the_profile_shows_bills_logins_agreements_and_whom_to_contact() {
        let reason = code("LEFT");
        let events = [
            CustomerEvent::PaperlessSet { paperless: true },
            CustomerEvent::PortalLoginDisabled { portal_login_id: code("p-1"), reason },
            CustomerEvent::SegmentSet {
                segment: code("enterprise"),
                routes: Segment {
                    changes: code("MACD"),
                    fiber_upgrades: code("account-executive"),
                },
            },
            CustomerEvent::AgreementRecorded { agreement_id: code("m-1"), agreement: agreement() },
        ];
        let story = Story::of(Care).and([customer(), portal_login("p-1"), portal_login("p-2")]);
        let row: serde_json::Value =
            story.and(events.map(|event| event.on(&customer_id()))).row(TABLE, "customer_4");
        assert_eq!(row["paperless"], true);
        let email = "jo@example.com";
        let logins = json!([
            { "portalLoginId": "p-1", "email": email, "enabled": false, "reason": "LEFT" },
            { "portalLoginId": "p-2", "email": email, "enabled": true, "reason": null },
        ]);
        assert_eq!(row["portalLogins"], logins);
        let contact = json!({
            "segment": "enterprise",
            "changes": "MACD",
            "fiberUpgrades": "account-executive",
        });
        assert_eq!(row["segment"], contact);
        let agreements = json!([{
            "agreementId": "m-1",
            "orderId": "order_1001",
            "title": "Two years of fiber",
            "signedOn": "2026-03-16",
            "endsOn": "2028-03-15",
        }]);
        assert_eq!(row["agreements"], agreements);
    }
}
