//! E-mail addresses as people write them.
//!
//! What must stay true: an address is what is seen of it.

use domain::text::Text;

use super::legible::{is_invisible, one_line};
use crate::Invalid;

/// One e-mail address, without what stands around it.
pub(super) fn email_address(field: &str, value: &str) -> Result<Text, Invalid> {
    let address = value.trim();
    let is_between = |char: char| char.is_whitespace() || ",;<>()\"".contains(char);
    let is_host = |host: &str| !host.contains('@') && host.split('.').all(|it| !it.is_empty());
    let is_one =
        address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && is_host(host));
    if !is_one || address.contains(is_between) {
        return Err(Invalid::new(field, "must be one e-mail address"));
    }
    if address.contains(is_invisible) {
        let problem = "must not hold characters that cannot be seen: write the address out";
        return Err(Invalid::new(field, problem));
    }
    one_line(field, address)
}

#[cfg(test)]
mod tests {
    use super::email_address;

    fn problem(address: &str) -> Option<String> {
        email_address("email", address).err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn f65_an_e_mail_address_is_what_is_seen_of_it() {
        let unseen = "email must not hold characters that cannot be seen: write the address out";
        for char in ["\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{3164}", "\u{E000}"] {
            let address = format!("ana{char}@example.org");
            assert_eq!(problem(&address).as_deref(), Some(unseen), "{address:?}");
        }
        for address in ["ana@example.org\n", " jos\u{E9}@example.org ", "jose\u{301}@example.org"] {
            assert_eq!(problem(address), None, "{address:?}");
        }
        assert_eq!(email_address("email", " a@b.c\n").unwrap().as_str(), "a@b.c");
    }

    #[test]
    fn several_addresses_are_not_one() {
        let other = Some("email must be one e-mail address");
        let wrong =
            ["", "ana", "@b.c", "a@", "a@b@c", "a@b.c,d@e.f", "Ana <a@b.c>", "a@b\u{2028}.c"];
        let no_host = ["a@b..c", "a@.b.c", "a@b.", "a@."];
        for address in wrong.into_iter().chain(no_host) {
            assert_eq!(problem(address).as_deref(), other, "{address:?}");
        }
    }
}
