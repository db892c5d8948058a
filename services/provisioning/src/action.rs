//! What the network is asked to do, in rows, in effects and on the wire.

use contract::pb::provisioning::v1 as pb;
use domain::provisioning::ProvisioningAction;
use serde::{Deserialize, Serialize};

/// What the network is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Bring a new service up.
    Activate,
    /// Reset the device and give the line another package (F29).
    Reprovision,
    /// Move the line out of the service VLAN.
    Suspend,
    /// Move the line back into the service VLAN (F89).
    Reinstate,
    /// Take a service off the line (F67).
    Deactivate,
}

impl From<ProvisioningAction> for Action {
    fn from(action: ProvisioningAction) -> Self {
        match action {
            ProvisioningAction::Activate => Self::Activate,
            ProvisioningAction::Reprovision => Self::Reprovision,
            ProvisioningAction::Suspend => Self::Suspend,
            ProvisioningAction::Reinstate => Self::Reinstate,
            ProvisioningAction::Deactivate => Self::Deactivate,
        }
    }
}

impl Action {
    pub(crate) fn to_proto(self) -> pb::ProvisioningAction {
        match self {
            Self::Activate => pb::ProvisioningAction::Activate,
            Self::Reprovision => pb::ProvisioningAction::Reprovision,
            Self::Suspend => pb::ProvisioningAction::Suspend,
            Self::Reinstate => pb::ProvisioningAction::Reinstate,
            Self::Deactivate => pb::ProvisioningAction::Deactivate,
        }
    }
}
