//! Which changes to who may speak for a customer, and to how they are reached, a customer hears of
//! (F7, F10, F51, F53, 47 CFR 64.2010(f)).
//!
//! What must stay true: the letter goes to the address that was known before the change, and says
//! nothing of what is new: whoever made the change may read what goes there.

use domain::customer::CustomerEvent;
use event_store::Recorded;
use projection::{Fault, Rows};

use crate::{
    addressee::{self, Addressee, day, phones},
    occasion::Occasion,
    template::{Template, Words},
};

/// What a customer should know of a change, if they have an account to be written to at.
pub(crate) fn of(
    event: &CustomerEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let known = addressee::addressee(rows, &recorded.event.stream)?;
    let (Some(change), Some(account_id)) = (change(event, &known), known.account_id) else {
        return Ok(None);
    };
    let (change, date) = (Some(change), Some(day(rows, recorded)?));
    let words = Words { change, date, ..Words::default() };
    Ok(Some(Occasion { account_id, template: Template::AccountChanged, words }))
}

/// What was changed, in words that say nothing of what it is now.
fn change(event: &CustomerEvent, known: &Addressee) -> Option<&'static str> {
    match event {
        CustomerEvent::PinSet { .. } => Some("your PIN was set"),
        CustomerEvent::PortalLoginCreated { .. } => Some("a login to the portal was created"),
        CustomerEvent::PortalLoginDisabled { .. } => Some("a login to the portal was closed"),
        CustomerEvent::PortalLoginEnabled { .. } => Some("a login to the portal was opened again"),
        CustomerEvent::ContactAdded { .. } => Some("a contact was added"),
        CustomerEvent::ContactRemoved { .. } => Some("a contact was removed"),
        CustomerEvent::Confirmed(details) => {
            // What is entered for the first time changes nothing.
            let before = known.phones.as_ref()?;
            (*before != phones(details)).then_some("your telephone numbers were changed")
        }
        CustomerEvent::Registered { .. }
        | CustomerEvent::AccountAdded { .. }
        | CustomerEvent::Authenticated { .. }
        | CustomerEvent::AuthenticationFailed { .. }
        | CustomerEvent::PaperlessSet { .. }
        | CustomerEvent::SegmentSet { .. }
        | CustomerEvent::AgreementRecorded { .. }
        | CustomerEvent::SsnRecorded { .. }
        | CustomerEvent::SsnRevealed(_)
        | CustomerEvent::Erased { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        account::AccountEvent,
        customer::{CustomerEvent, CustomerId, Details, LineType, Phone},
        testing::fixtures::{
            TODAY, code, contact, customer, customer_id, details, id, portal_login, sealed,
        },
    };
    use read_side::testing::Story;

    use crate::{
        message::{MESSAGES, Message},
        template::Template,
        testing::with_site,
    };

    /// Of account_7, which they have alone.
    fn alone() -> CustomerId {
        id("customer_account_7")
    }

    fn told(story: &Story, version: u32) -> Option<Message> {
        let id = format!("notification_customer_account_7-{version}");
        story.rows().get(MESSAGES, id).unwrap()
    }

    fn after(events: impl IntoIterator<Item = CustomerEvent>) -> Story {
        events.into_iter().fold(with_site(), |story, event| story.then(event.on(&alone())))
    }

    fn with_phone(number: &str) -> CustomerEvent {
        let (number, line_type) = (sealed(number), LineType::Mobile);
        let other_phone = Some(Phone { number, line_type });
        CustomerEvent::Confirmed(Details { other_phone, ..details() })
    }

    #[test]
    fn f7_a_pin_that_is_set_is_told_at_the_address_of_record() {
        let (pin, by) = (sealed("digest of 2580"), code("jane"));
        let story = after([CustomerEvent::PinSet { pin, by, on: TODAY }]);
        let letter = told(&story, 1).unwrap();
        assert_eq!(
            (letter.to.as_str(), letter.account_id.as_str()),
            ("jo@example.com", "account_7")
        );
        assert_eq!(letter.template, Template::AccountChanged);
        assert_eq!(letter.subject, "A change to your account: your PIN was set");
        let body = "Hello Jo Doe,\n\non 2026-03-16 your account was changed: your PIN was set.\nIf \
                    it was not you, and nobody whom you asked to, please call us at once.";
        assert_eq!(letter.body, body);
    }

    #[test]
    fn f53_what_becomes_of_a_portal_login_is_told_at_the_address_of_record_and_not_at_its_own() {
        let (portal_login_id, reason) = (code("p-1"), code("CALLED"));
        let created = CustomerEvent::PortalLoginCreated {
            portal_login_id: portal_login_id.clone(),
            email: sealed("thief@example.com"),
        };
        let disabled = CustomerEvent::PortalLoginDisabled {
            portal_login_id: portal_login_id.clone(),
            reason: reason.clone(),
        };
        let enabled = CustomerEvent::PortalLoginEnabled { portal_login_id, reason };
        let story = after([created, disabled, enabled]);
        for (version, change) in [(1, "created"), (2, "closed"), (3, "opened again")] {
            let letter = told(&story, version).unwrap();
            assert_eq!(letter.to, "jo@example.com");
            assert!(letter.subject.ends_with(change), "{}", letter.subject);
            assert!(!letter.body.contains("thief"), "{}", letter.body);
        }
    }

    #[test]
    fn f10_other_telephone_numbers_are_told_without_the_numbers_and_a_first_entry_is_not() {
        let story = after([with_phone("7035550142"), with_phone("7035550199")]);
        assert_eq!(told(&story, 1), None, "a first entry");
        let letter = told(&story, 2).unwrap();
        assert!(letter.body.contains("your telephone numbers were changed"), "{}", letter.body);
        assert!(!letter.body.contains("0199"), "{}", letter.body);
        let married = Details { last_name: sealed("Roe"), ..details() };
        let story = after([CustomerEvent::Confirmed(details()), CustomerEvent::Confirmed(married)]);
        assert_eq!(told(&story, 2), None, "a name is no address");
    }

    #[test]
    fn f51_a_contact_that_is_added_or_removed_is_told() {
        let contact_id = code("c-1");
        let added =
            CustomerEvent::ContactAdded { contact_id: contact_id.clone(), contact: contact() };
        let story = after([added, CustomerEvent::ContactRemoved { contact_id }]);
        let letters = [told(&story, 1).unwrap(), told(&story, 2).unwrap()];
        assert!(letters[0].subject.ends_with("a contact was added"), "{}", letters[0].subject);
        assert!(letters[1].subject.ends_with("a contact was removed"), "{}", letters[1].subject);
        assert!(letters.iter().all(|letter| !letter.body.contains("Al Doe")), "{letters:?}");
    }

    #[test]
    fn f53_f56_who_has_many_accounts_is_written_to_at_the_first_and_who_has_none_at_none() {
        let opened = |email: &str| AccountEvent::Opened {
            customer_id: Some(customer_id()),
            holder_name: sealed("Harbor Cafe"),
            email: sealed(email),
        };
        let added = |account: &str| CustomerEvent::AccountAdded { account_id: id(account) };
        let story = with_site()
            .then(customer())
            .then(portal_login("p-1"))
            .then(opened("first@example.com").on(&id("account_9")))
            .then(added("account_9").on(&customer_id()))
            .then(opened("second@example.com").on(&id("account_8")))
            .then(added("account_8").on(&customer_id()))
            .then(portal_login("p-2"));
        let told = |version: u32| {
            let id = format!("notification_customer_4-{version}");
            story.rows().get::<Message>(MESSAGES, id).unwrap()
        };
        assert_eq!(told(2), None);
        assert_eq!(told(5).unwrap().to, "first@example.com");
    }
}
