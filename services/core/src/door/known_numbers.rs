//! Which numbers of a customer do others know? None of them makes a PIN (47 CFR 64.2010).
//!
//! What must stay true: of a social security number only the digits count that are shown, so that
//! nobody learns the others by guessing.

use domain::{Aggregate, Event, customer::Customer, sealed::Sealed};
use event_store::Reader;
use vault::{Vault, VaultError};

/// How many of a customer's events are read at once.
const PAGE_EVENTS: usize = 500;
/// Fewest digits of which something can be part.
const DIGITS_MIN: usize = 4;

/// The digits of a customer's telephone numbers of record, and of what is shown of their social
/// security number.
pub(super) fn of(reader: &Reader, vault: &Vault, customer_id: &str) -> anyhow::Result<Vec<String>> {
    let customer = customer(reader, customer_id)?;
    let (Customer::Registered { profile, .. } | Customer::Implied { profile }) = &customer else {
        return Ok(Vec::new());
    };
    let details = profile.details.as_ref();
    let of_record = details.into_iter().flat_map(|details| {
        [&details.home_phone, &details.business_phone, &details.other_phone].into_iter().flatten()
    });
    let of_contacts = profile.contacts.values().filter_map(|contact| contact.phone.as_ref());
    let phones = of_record.chain(of_contacts).map(|phone| &phone.number);
    let mut numbers = Vec::new();
    for number in phones.chain(&profile.ssn) {
        let digits = digits(vault, number)?;
        if digits.len() >= DIGITS_MIN {
            numbers.push(digits);
        }
    }
    Ok(numbers)
}

/// The customer as the log has them.
fn customer(reader: &Reader, customer_id: &str) -> anyhow::Result<Customer> {
    let mut customer = Customer::UNKNOWN.clone();
    let mut from = 1;
    loop {
        let page = reader.read_stream(customer_id, from, PAGE_EVENTS)?;
        let Some(last) = page.last() else { return Ok(customer) };
        from = last.event.version + 1;
        for recorded in &page {
            let event = contract::decode(&recorded.event.kind, &recorded.event.data)?;
            if let Event::Customer(event) = event {
                customer = customer.evolve(&event);
            }
        }
    }
}

fn digits(vault: &Vault, number: &Sealed) -> Result<String, VaultError> {
    let shown = vault.opened(number.as_str())?;
    Ok(shown.chars().filter(char::is_ascii_digit).collect())
}
