//! The door of the house: what personal data passes on its way in, before a rule sees it.
//!
//! What must stay true: a text is checked while it can be read, and sealed before anything is
//! decided, stored or sent on; a sealed text is never taken from outside, where it could be
//! another customer's.

mod email;
mod legible;
mod numbers;

use domain::{
    Aggregate, Event, Id,
    account::{Account, AccountEvent, AccountId},
    customer::Customer,
    guide::GuideEvent,
    interaction::InteractionEvent,
    order::{OrderEvent, Start},
    service::ServiceEvent,
    site::SiteEvent,
    task::TaskEvent,
    text::{holds_card_number, holds_ssn},
    ticket::TicketEvent,
};

use crate::{Invalid, invalid};
use email::email_address;
use legible::legible;
pub(crate) use legible::one_line;
use numbers::{is_pin, national, phone_number, ssn_digits};

/// How a sealed text begins, and a sealed secret.
const MARKS: [&str; 2] = ["{sealed:", "{secret:"];

/// Whose key makes digests of phone numbers: nobody's who could be erased, or two customers' same
/// number would be two.
const NUMBERS: &str = "telephone_numbers";

/// Who seals.
pub trait Door: Sync {
    /// The customer whose personal data belongs to a noun, by the noun's id; `None`: nothing is
    /// known of it.
    ///
    /// # Errors
    /// When it cannot be looked up now.
    fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed>;

    /// Seals a text for a customer.
    ///
    /// # Errors
    /// When there is no key to be had now.
    fn seal(&self, owner: &str, text: &str) -> Result<String, Closed>;

    /// Seals a secret for a customer beside what is shown of it: wherever it is opened with other
    /// texts, `shown` stands there.
    ///
    /// # Errors
    /// As for [`Self::seal`].
    fn seal_secret(&self, owner: &str, secret: &str, shown: &str) -> Result<String, Closed>;

    /// Numbers of a customer's that others know, as digits: their telephone numbers of record, and
    /// what is shown of their social security number.
    ///
    /// # Errors
    /// When they cannot be looked up now.
    fn known_numbers(&self, owner: &str) -> Result<Vec<String>, Closed>;

    /// A keyed digest of a secret that nobody needs to read again, such as a PIN.
    ///
    /// # Errors
    /// As for [`Self::seal`].
    fn digest(&self, owner: &str, secret: &str) -> Result<String, Closed>;
}

/// Whether a text holds what looks like something sealed.
pub(crate) fn holds_sealed(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
}

/// Why nothing is sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The customer has no key yet that would do: whoever keeps the door has one made, and reads
    /// the command once more.
    #[error("{owner} has no key yet")]
    NoKey {
        /// The customer.
        owner: String,
    },
    /// It cannot be done now; what is wrong is logged where it happened.
    #[error("personal data cannot be sealed now: see core's log")]
    Failed,
}

/// Why a command is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// A field cannot be read (422).
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It cannot be sealed now (503).
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Leaves every text as it is: for whoever only checks whether a command can be read, and for
/// tests. Nothing that came through it may be stored.
#[derive(Clone, Copy, Debug)]
pub struct AsItIs;

impl Door for AsItIs {
    fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        Ok(Some(noun_id.to_owned()))
    }

    fn seal(&self, _: &str, text: &str) -> Result<String, Closed> {
        Ok(text.to_owned())
    }

    fn seal_secret(&self, _: &str, secret: &str, _: &str) -> Result<String, Closed> {
        Ok(secret.to_owned())
    }

    fn known_numbers(&self, _: &str) -> Result<Vec<String>, Closed> {
        Ok(Vec::new())
    }

    fn digest(&self, _: &str, secret: &str) -> Result<String, Closed> {
        Ok(secret.to_owned())
    }
}

/// What the first fact about a noun says of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The customer.
    Customer(Id<Customer>),
    /// Whoever the account belongs to.
    Account(AccountId),
}

/// Whose a noun is, by its first fact; `None` for what belongs to no customer.
#[must_use]
pub fn owner(stream: &str, first: &Event) -> Option<Owner> {
    match first {
        Event::Account(AccountEvent::Opened { customer_id, .. }) => {
            let account_id = AccountId::parse(stream).ok()?;
            let customer_id = customer_id.clone().or_else(|| Customer::implied(&account_id));
            customer_id.map(Owner::Customer)
        }
        Event::Customer(_) => Id::parse(stream).ok().map(Owner::Customer),
        Event::Site(SiteEvent::Registered { account_id, .. })
        | Event::Service(ServiceEvent::Added { account_id, .. })
        | Event::Order(OrderEvent::Started(Start { account_id, .. }))
        | Event::Ticket(TicketEvent::Opened { account_id, .. })
        | Event::Guide(GuideEvent::Started { account_id, .. })
        | Event::Interaction(InteractionEvent::Recorded { account_id, .. })
        | Event::Task(TaskEvent::Assigned { account_id, .. }) => {
            Some(Owner::Account(account_id.clone()))
        }
        Event::Account(_)
        | Event::Site(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Device(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Decision(_) => None,
    }
}

/// Whose an account is of which nothing is known yet: a customer of its own.
#[must_use]
pub fn implied_owner(noun_id: &str) -> Option<String> {
    let account_id = Id::<Account>::parse(noun_id).ok()?;
    Customer::implied(&account_id).map(|customer_id| customer_id.to_string())
}

/// The customer to whom a command's personal data belongs, by the field that names a noun.
pub(crate) struct Keeper<'a> {
    door: &'a dyn Door,
    owner: String,
}

impl<'a> Keeper<'a> {
    /// By the id of an account, a site, an order, ... in a field of the command.
    pub(crate) fn of<A: Aggregate>(
        door: &'a dyn Door,
        field: &str,
        noun_id: &str,
    ) -> Result<Self, Unread> {
        let noun_id = invalid::id::<A>(field, noun_id)?;
        let unknown = || Invalid::new(field, "names nothing that is known");
        let owner = door.owner_of(noun_id.as_str())?.ok_or_else(unknown)?;
        Ok(Self { door, owner })
    }

    /// Checks a text and seals it where it stands.
    pub(crate) fn seal(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let text = legible(field, value)?;
        self.close(field, text.as_str(), value)
    }

    /// The same for what stands on one line, a name or an address: another line would end the
    /// subject of a letter.
    pub(crate) fn seal_line(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let text = one_line(field, value)?;
        let line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        self.close(field, &line, value)
    }

    /// The same for what somebody wrote about a customer. A card number is turned away here: what
    /// is stored is stored for ever.
    pub(crate) fn seal_remark(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        if holds_card_number(value) {
            let problem = "holds what looks like a card number: leave it out";
            return Err(Invalid::new(field, problem).into());
        }
        if holds_ssn(value) {
            let problem = "holds what looks like a social security number: leave it out";
            return Err(Invalid::new(field, problem).into());
        }
        self.seal(field, value)
    }

    /// The same for a phone number, however people write it: what is sealed are its digits, after a
    /// `+` where there is one.
    pub(crate) fn seal_phone(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let number = phone_number(field, value)?;
        self.close(field, &number, value)
    }

    /// What a phone number is known by, the same whoever has it: a digest of its digits, without
    /// the country's where that is North America's.
    pub(crate) fn digest_phone(&self, field: &str, value: &str) -> Result<String, Unread> {
        let number = phone_number(field, value)?;
        Ok(self.door.digest(NUMBERS, national(&number))?)
    }

    /// The same for an e-mail address.
    pub(crate) fn seal_email(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let address = email_address(field, value)?;
        self.close(field, address.as_str(), value)
    }

    /// Checks a PIN and puts its keyed digest in its place.
    pub(crate) fn digest_pin(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        if !is_pin(value) {
            let problem =
                "must be 4 to 10 digits, but not 9, not all the same and not a run as in 1234";
            return Err(Invalid::new(field, problem).into());
        }
        *value = self.door.digest(&self.owner, value)?;
        Ok(())
    }

    /// The same for a PIN that is chosen: it is no number that others know of the customer. Of the
    /// social security number only what everybody is shown counts, or guesses would tell the rest.
    pub(crate) fn digest_new_pin(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let known = self.door.known_numbers(&self.owner)?;
        let is_in = |number: &String| number.contains(&*value) || value.contains(&**number);
        if is_pin(value) && known.iter().any(is_in) {
            let problem = "must not be digits of the customer's telephone numbers or the last four \
                           of their social security number";
            return Err(Invalid::new(field, problem).into());
        }
        self.digest_pin(field, value)
    }

    /// Checks a social security number and seals it as a secret, of which the last four digits are
    /// shown.
    pub(crate) fn seal_ssn(&self, field: &str, value: &mut String) -> Result<(), Unread> {
        let Some(digits) = ssn_digits(value) else {
            let problem = "must be a social security number: 9 digits, or 3, 2 and 4 with dashes, \
                           that the SSA could have issued";
            return Err(Invalid::new(field, problem).into());
        };
        let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
        let whole = format!("{area}-{group}-{serial}");
        *value = self.door.seal_secret(&self.owner, &whole, &format!("***-**-{serial}"))?;
        Ok(())
    }

    fn close(&self, field: &str, text: &str, value: &mut String) -> Result<(), Unread> {
        if holds_sealed(text) {
            return Err(Invalid::new(field, "holds a sealed text: write it out").into());
        }
        *value = self.door.seal(&self.owner, text)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::account::Account;

    use super::{AsItIs, Closed, Door, Keeper, Unread};
    use crate::Invalid;

    /// Seals by turning a text around; is closed to one customer.
    struct Mirror;

    impl Door for Mirror {
        fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed> {
            Ok((noun_id != "account_0").then(|| noun_id.replace("account", "customer")))
        }

        fn seal(&self, owner: &str, text: &str) -> Result<String, Closed> {
            if owner == "customer_13" {
                return Err(Closed::Failed);
            }
            Ok(format!("{owner} {}", text.chars().rev().collect::<String>()))
        }

        fn seal_secret(&self, owner: &str, secret: &str, shown: &str) -> Result<String, Closed> {
            Ok(format!("{} {shown}", self.seal(owner, secret)?))
        }

        fn known_numbers(&self, _: &str) -> Result<Vec<String>, Closed> {
            Ok(vec!["7035550142".to_owned(), "6281".to_owned()])
        }

        fn digest(&self, owner: &str, secret: &str) -> Result<String, Closed> {
            Ok(format!("{owner} knows {} digits", secret.len()))
        }
    }

    fn sealed(account: &str, text: &str) -> Result<String, Unread> {
        let mut value = text.to_owned();
        Keeper::of::<Account>(&Mirror, "accountId", account)?.seal("text", &mut value)?;
        Ok(value)
    }

    #[test]
    fn a_text_is_sealed_for_the_customer_of_the_noun() {
        assert_eq!(sealed("account_7", "Ana").unwrap(), "customer_7 anA");
        let unknown = Invalid::new("accountId", "names nothing that is known");
        assert_eq!(sealed("account_0", "Ana"), Err(unknown.into()));
        assert_eq!(sealed("account_13", "Ana"), Err(Closed::Failed.into()));
    }

    #[test]
    fn a_text_is_checked_before_it_is_sealed() {
        let empty = Invalid::new("text", "must not be empty");
        assert_eq!(sealed("account_7", " "), Err(empty.into()));
        let unseen = Invalid::new("text", "must hold something that can be seen");
        assert_eq!(sealed("account_7", "\u{200B}"), Err(unseen.into()));
        let stolen = Invalid::new("text", "holds a sealed text: write it out");
        for token in ["{sealed:customer_8:abc}", "{secret:customer_8:abc:def}"] {
            assert_eq!(sealed("account_7", token), Err(stolen.clone().into()));
        }
    }

    #[test]
    fn f10_a_phone_number_is_sealed_as_its_digits_however_it_is_written() {
        let keeper = Keeper::of::<Account>(&AsItIs, "accountId", "account_7").unwrap();
        let digits = |number: &str| {
            let mut value = number.to_owned();
            keeper.seal_phone("number", &mut value).map(|()| value)
        };
        for written in ["(703) 555-0101", "703.555.0101", "7035550101"] {
            assert_eq!(digits(written).unwrap(), "7035550101");
        }
        assert_eq!(digits("+1 703 555 0101").unwrap(), "+17035550101");
        for wrong in ["", "555-010", "call me", "1234567890123456", "703+5550101", "٧٠٣٥٥٥٠١٠١"]
        {
            let invalid = Invalid::new("number", "must be a phone number of 7 to 15 digits");
            assert_eq!(digits(wrong), Err(invalid.into()), "{wrong}");
        }
    }

    #[test]
    fn f7_a_pin_is_checked_and_becomes_a_digest() {
        let keeper = Keeper::of::<Account>(&Mirror, "accountId", "account_7").unwrap();
        let digest = |pin: &str| {
            let mut value = pin.to_owned();
            keeper.digest_pin("pin", &mut value).map(|()| value)
        };
        assert_eq!(digest("2580").unwrap(), "customer_7 knows 4 digits");
        assert_eq!(digest("4921").unwrap(), "customer_7 knows 4 digits");
        let wrong = ["", "258", "12345678901", "078051120", "1111", "1234", "456789", "25a0"];
        for wrong in wrong {
            let unread = digest(wrong).unwrap_err().to_string();
            assert!(unread.starts_with("pin must be 4 to 10 digits"), "{wrong}: {unread}");
        }
    }

    #[test]
    fn f70_a_phone_number_is_known_by_one_digest_however_it_is_written() {
        let digest = |account: &str, number: &str| {
            let keeper = Keeper::of::<Account>(&AsItIs, "accountId", account).unwrap();
            keeper.digest_phone("number", number)
        };
        for written in ["+1 703 555 0142", "1-703-555-0142", "(703) 555-0142", "7035550142"] {
            assert_eq!(digest("account_8", written).unwrap(), "7035550142");
        }
        assert_eq!(digest("account_7", "+49 30 5550142").unwrap(), "49305550142");
        assert!(digest("account_7", "call me").is_err());
    }

    #[test]
    fn f7_a_pin_is_no_number_that_others_know() {
        let keeper = Keeper::of::<Account>(&Mirror, "accountId", "account_7").unwrap();
        let chosen = |pin: &str| {
            let mut value = pin.to_owned();
            keeper.digest_new_pin("pin", &mut value).map(|()| value)
        };
        assert_eq!(chosen("2580").unwrap(), "customer_7 knows 4 digits");
        for known in ["0142", "703555", "7035550142", "6281", "46281"] {
            let unread = chosen(known).unwrap_err().to_string();
            assert!(unread.starts_with("pin must not be digits of"), "{known}: {unread}");
        }
        let short = chosen("014").unwrap_err().to_string();
        assert!(short.starts_with("pin must be 4 to 10 digits"), "{short}");
    }

    #[test]
    fn f10_a_social_security_number_is_checked_and_sealed_as_a_secret() {
        let keeper = Keeper::of::<Account>(&Mirror, "accountId", "account_7").unwrap();
        let sealed = |ssn: &str| {
            let mut value = ssn.to_owned();
            keeper.seal_ssn("ssn", &mut value).map(|()| value)
        };
        for written in ["123456789", "123-45-6789"] {
            assert_eq!(sealed(written).unwrap(), "customer_7 9876-54-321 ***-**-6789");
        }
        let wrong = [
            "",
            "12345678",
            "1234567890",
            "123-456-789",
            "12-345-6789",
            "123 45 6789",
            "12345678a",
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "999123456",
            "123-00-4567",
            "123-45-0000",
            "١٢٣٤٥٦٧٨٩",
            "{secret:customer_8:a:b}",
        ];
        for wrong in wrong {
            let unread = sealed(wrong).unwrap_err().to_string();
            assert!(unread.starts_with("ssn must be a social security number"), "{unread}");
            assert!(wrong.is_empty() || !unread.contains(wrong), "{unread}");
        }
    }

    #[test]
    fn who_only_checks_seals_nothing() {
        let mut value = "Ana".to_owned();
        let keeper = Keeper::of::<Account>(&AsItIs, "accountId", "account_7").unwrap();
        keeper.seal("text", &mut value).unwrap();
        assert_eq!(value, "Ana");
    }
}
