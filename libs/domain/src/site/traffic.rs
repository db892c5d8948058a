//! Whether traffic flows at a site, and what was asked of the NOC.

use super::{SiteEvent, SuspensionReason};

/// Whether traffic flows, and what was asked of the NOC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// It flows.
    Flowing {
        /// The request that brought it back, if it was ever gone.
        reinstatement: Option<u32>,
    },
    /// It flows; the NOC was asked to stop it.
    Stopping {
        /// The request that is under way.
        request: u32,
        /// Why.
        reason: SuspensionReason,
        /// Whether the NOC has seen the request.
        acknowledged: bool,
    },
    /// It does not flow.
    Stopped {
        /// The request that stopped it.
        suspension: u32,
        /// Why.
        reason: SuspensionReason,
    },
    /// It does not flow; the NOC was asked to let it.
    Resuming {
        /// The request that stopped it.
        suspension: u32,
        /// Why it was stopped.
        reason: SuspensionReason,
        /// The request that is under way.
        request: u32,
        /// Whether the NOC has seen the request.
        acknowledged: bool,
    },
}

impl Traffic {
    /// Whether it flows and nobody asked the NOC to stop it.
    #[must_use]
    pub fn is_flowing(self) -> bool {
        match self {
            Self::Flowing { .. } => true,
            Self::Stopping { .. } | Self::Stopped { .. } | Self::Resuming { .. } => false,
        }
    }

    pub(super) fn after(self, event: &SiteEvent) -> Self {
        match (event, self) {
            (SiteEvent::SuspensionRequested { request, reason }, _) => {
                Self::Stopping { request: *request, reason: *reason, acknowledged: false }
            }
            (SiteEvent::Suspended { request, reason }, _) => {
                Self::Stopped { suspension: *request, reason: *reason }
            }
            (
                SiteEvent::ReinstatementRequested { request, .. },
                Self::Stopped { suspension, reason } | Self::Resuming { suspension, reason, .. },
            ) => Self::Resuming { suspension, reason, request: *request, acknowledged: false },
            (SiteEvent::Reinstated { request, .. }, _) => {
                Self::Flowing { reinstatement: Some(*request) }
            }
            (SiteEvent::NocRequestAcknowledged { .. }, Self::Stopping { request, reason, .. }) => {
                Self::Stopping { request, reason, acknowledged: true }
            }
            (
                SiteEvent::NocRequestAcknowledged { .. },
                Self::Resuming { suspension, reason, request, .. },
            ) => Self::Resuming { suspension, reason, request, acknowledged: true },
            (SiteEvent::NocRequestFailed { .. }, Self::Stopping { .. }) => {
                Self::Flowing { reinstatement: None }
            }
            (SiteEvent::NocRequestFailed { .. }, Self::Resuming { suspension, reason, .. }) => {
                Self::Stopped { suspension, reason }
            }
            (
                SiteEvent::Registered { .. }
                | SiteEvent::ReinstatementRequested { .. }
                | SiteEvent::NocRequestAcknowledged { .. }
                | SiteEvent::NocRequestFailed { .. },
                unchanged,
            ) => unchanged,
        }
    }
}
