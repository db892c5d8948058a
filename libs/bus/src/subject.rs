//! The names under which things travel. Few subjects: ids belong into headers.
//!
//! A biller, noun, verb, service or durable is one token: [`check_name`] says which ones are fit.

/// The longest name that [`check_name`] lets through, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// A name that cannot be part of a subject.
#[derive(Debug, thiserror::Error)]
#[error("{what} {name:?} is not 1 to {NAME_BYTES_MAX} letters, digits, '-' or '_'")]
pub struct UnfitName {
    what: &'static str,
    name: String,
}

/// Whether `name` can be a token of a subject, and part of a stream's or a consumer's name.
pub fn check_name(what: &'static str, name: &str) -> Result<(), UnfitName> {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(fit) {
        return Ok(());
    }
    Err(UnfitName { what, name: name.to_owned() })
}

/// Where one kind of event is published, its body in protobuf.
pub fn event(biller: &str, noun: &str, verb: &str) -> String {
    format!("demarc.{biller}.event.{noun}.{verb}")
}

/// Every event of the biller, in protobuf.
pub fn events(biller: &str) -> String {
    format!("demarc.{biller}.event.>")
}

/// Where one kind of event is published, its body in JSON.
pub fn event_json(biller: &str, noun: &str, verb: &str) -> String {
    format!("demarc.{biller}.json.{noun}.{verb}")
}

/// Every event of the biller, in JSON.
pub fn events_json(biller: &str) -> String {
    format!("demarc.{biller}.json.>")
}

/// Where one kind of command is requested.
pub fn command(biller: &str, noun: &str, verb: &str) -> String {
    format!("demarc.{biller}.command.{noun}.{verb}")
}

/// Every command of the biller.
pub fn commands(biller: &str) -> String {
    format!("demarc.{biller}.command.>")
}

/// Where a service answers queries.
pub fn query(biller: &str, service: &str) -> String {
    format!("demarc.{biller}.query.{service}")
}

/// Where the blocks of the log are published.
pub fn log(biller: &str) -> String {
    format!("demarc.{biller}.log")
}

/// Where the owner of the log answers with blocks from any position.
pub fn log_read(biller: &str) -> String {
    format!("demarc.{biller}.log.read")
}

/// Where the owner of the log answers with its last position.
pub fn log_head(biller: &str) -> String {
    format!("demarc.{biller}.log.head")
}

/// The stream that holds the blocks of the log.
pub fn log_stream(biller: &str) -> String {
    format!("LOG_{biller}")
}

/// The stream that holds every event in protobuf.
pub fn events_stream(biller: &str) -> String {
    format!("EVENTS_{biller}")
}

/// The stream that holds every event in JSON.
pub fn json_stream(biller: &str) -> String {
    format!("JSON_{biller}")
}

/// Whether `subject` falls under `pattern`: `*` stands for one token, a final `>` for one or more.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for wanted in pattern.split('.') {
        match (wanted, tokens.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (wanted, Some(token)) if wanted == token => {}
            (_, _) => return false,
        }
    }
    tokens.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_token_and_an_angle_for_the_rest() {
        assert!(matches("demarc.acme.log.read", "demarc.acme.log.read"));
        assert!(matches("demarc.*.command.>", "demarc.acme.command.site.suspend"));
        assert!(matches("demarc.acme.query.*", "demarc.acme.query.care"));
        assert!(!matches("demarc.acme.query.*", "demarc.acme.query.care.search"));
        assert!(!matches("demarc.acme.command.>", "demarc.acme.command"));
        assert!(!matches("demarc.acme.log", "demarc.acme.log.read"));
        assert!(!matches("demarc.acme.log.read", "demarc.acme.log"));
    }

    #[test]
    fn a_name_that_would_split_or_widen_a_subject_is_unfit() {
        assert!(check_name("biller", "acme-east_2").is_ok());
        assert!(check_name("biller", "").is_err());
        assert!(check_name("biller", "acme.east").is_err());
        assert!(check_name("biller", "*").is_err());
        assert!(check_name("biller", &"a".repeat(65)).is_err());
    }
}
