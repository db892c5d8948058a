//! How the program ends: one exit code per kind of failure, and what a person or a script reads.
//!
//! What must stay true: 0 done, 1 failed, 2 misused, 3 rejected by the domain, 4 invalid input,
//! 5 unavailable. A reader that went away (`demarc events | head`) is no failure.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde_json::json;

use crate::{
    client::ClientError,
    output::{BAD, DIM, paint},
};

/// The command line asks for something that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misused(pub(crate) String);

/// The data given with a command cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct InvalidInput(pub(crate) String);

/// Commands were rejected by the domain, each for a reason of its own that was said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Rejected(pub(crate) String);

/// Demands that a text can be sent in a header.
pub(crate) fn demand_printable(option: &str, text: Option<&str>) -> Result<(), InvalidInput> {
    match text {
        Some(text) if text.bytes().any(|byte| !matches!(byte, b' '..=b'~')) => {
            Err(InvalidInput(format!("{option} must be printable ASCII")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Ends the program, after saying on standard error what went wrong.
pub(crate) fn with(result: &anyhow::Result<()>, json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if reader_went_away(error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be said when standard error is closed too.
            let _ = report(error, json);
            ExitCode::from(code(error))
        }
    }
}

fn reader_went_away(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Misused>().is_some() {
        return 2;
    }
    if error.downcast_ref::<Rejected>().is_some() {
        return 3;
    }
    if error.downcast_ref::<InvalidInput>().is_some() {
        return 4;
    }
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Unreachable { .. }) => 5,
        Some(ClientError::Refused(problem)) => problem.exit_code(),
        Some(ClientError::Url { .. }) => 2,
        Some(ClientError::NotSent { .. } | ClientError::Unreadable { .. }) | None => 1,
    }
}

fn report(error: &anyhow::Error, json: bool) -> io::Result<()> {
    let mut stderr = anstream::stderr().lock();
    let refused = match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(problem)) => Some(problem),
        Some(_) | None => None,
    };
    match (refused, json) {
        (Some(problem), true) => writeln!(stderr, "{}", problem.document()),
        (None, true) => {
            let causes: Vec<_> = error.chain().skip(1).map(ToString::to_string).collect();
            writeln!(stderr, "{}", json!({"error": error.to_string(), "causes": causes}))
        }
        (Some(problem), false) => write!(stderr, "{}", problem.in_words()),
        (None, false) => {
            writeln!(stderr, "{} {error}", paint(BAD, "error:"))?;
            error
                .chain()
                .skip(1)
                .try_for_each(|cause| writeln!(stderr, "  {} {cause}", paint(DIM, "because")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{InvalidInput, Misused, Rejected, code, demand_printable, reader_went_away};
    use crate::client::{ClientError, Problem};

    fn refused(status: u16) -> anyhow::Error {
        ClientError::Refused(Problem::read(status, r#"{"title":"no"}"#)).into()
    }

    #[test]
    fn every_kind_of_failure_has_its_exit_code() {
        assert_eq!(code(&anyhow::anyhow!("something")), 1);
        assert_eq!(code(&Misused("no such command".into()).into()), 2);
        assert_eq!(code(&anyhow::anyhow!("no such file").context(Misused("f".into()))), 2);
        assert_eq!(code(&refused(409)), 3);
        assert_eq!(code(&Rejected("2 lines".into()).into()), 3);
        assert_eq!(code(&refused(422)), 4);
        assert_eq!(code(&InvalidInput("no JSON".into()).into()), 4);
        assert_eq!(code(&refused(503)), 5);
        assert_eq!(code(&refused(404)), 1);
    }

    #[test]
    fn what_no_header_can_carry_is_invalid_input() {
        assert!(demand_printable("--key", Some("import-1 ~")).is_ok());
        assert!(demand_printable("--key", None).is_ok());
        for wrong in ["ключ", "a\nb", "a\u{7f}"] {
            let refused = demand_printable("--key", Some(wrong)).unwrap_err();
            assert_eq!(refused.to_string(), "--key must be printable ASCII");
            assert_eq!(code(&refused.into()), 4);
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(reader_went_away(&anyhow::Error::from(closed).context("events")));
        assert!(!reader_went_away(&io::Error::from(io::ErrorKind::NotFound).into()));
    }
}
