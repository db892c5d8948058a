//! Why an event could not be applied: the read model that says so stops, the others go on.

use std::error::Error;

use storage::TableError;

/// The reason a read model cannot apply an event or read one of its rows.
///
/// It names what was attempted; the cause, if there is one, is the error's source.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    what: String,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync + 'static>>,
}

impl Fault {
    /// A fault without a cause of its own, for example `"invoice has no account"`.
    pub fn new(what: impl Into<String>) -> Self {
        Fault { what: what.into(), cause: None }
    }

    /// A fault with its cause, for example `Fault::because("invoice issued is not decoded", e)`.
    pub fn because(
        what: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync + 'static>>,
    ) -> Self {
        Fault { what: what.into(), cause: Some(cause.into()) }
    }

    /// Whether the rows could not be read, which is no fault of the event.
    pub(crate) fn is_of_the_directory(&self) -> bool {
        let mut below = self.source();
        while let Some(cause) = below {
            if cause.is::<TableError>() {
                return true;
            }
            below = cause.source();
        }
        false
    }
}

/// An error and everything below it, outermost first, for a status an operator reads.
pub(crate) fn chain_of(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        below = cause.source();
    }
    text
}

/// What a panic said, as far as it said something.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panicked without a message".to_owned())
}
