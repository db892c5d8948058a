//! Why a processor said neither yes nor no.

/// The processor said neither yes nor no. Names what was asked by its id and nothing else of it.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    /// It is not known whether money was moved. The same id may be asked again, after a pause.
    #[error("the processor gave no answer about {id}: ask again under the same id")]
    Unreachable {
        /// About what.
        id: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The processor takes no such request, whoever it is about: the address, the key or the
    /// agreement with it is wrong. Nothing was moved by this asking; what was asked before may have
    /// moved it. The same id may be asked again, once a person has set that right.
    #[error(
        "the processor refused the request about {id} with status {status}: check its settings"
    )]
    Misconfigured {
        /// About what.
        id: String,
        /// The status of HTTP.
        status: u16,
    },
    /// The id was used before for another amount, currency, token or reference. Nothing was moved
    /// by this asking.
    #[error("{id} was asked before with another content: what is new has a new id")]
    Reused {
        /// Which id.
        id: String,
    },
    /// What was to be asked is fit for no processor. Nobody was asked.
    #[error("{field} {problem}")]
    Unfit {
        /// The field, like `amount_minor`.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl ProcessorError {
    /// Whether it is right to ask again under the same id. It is wrong to take silence for a no.
    #[must_use]
    pub fn may_ask_again(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Misconfigured { .. } => true,
            Self::Reused { .. } | Self::Unfit { .. } => false,
        }
    }
}
