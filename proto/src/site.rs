//! Sites between protobuf and the domain.

use domain::{
    account::Account,
    site::{
        AcknowledgeNocRequest, ConfirmReinstatement, ConfirmSuspension, FailNocRequest, NocFailure,
        RegisterSite, ReinstatementGrounds, SiteEvent, SuspendSite, SuspensionReason,
        UnsuspendSite,
    },
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, id, required, sealed},
    pb::site::v1::{self as pb, site_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::RegisterSite>(),
    CommandType::of::<pb::SuspendSite>(),
    CommandType::of::<pb::UnsuspendSite>(),
    CommandType::of::<pb::AcknowledgeNocRequest>(),
    CommandType::of::<pb::ConfirmSuspension>(),
    CommandType::of::<pb::ConfirmReinstatement>(),
    CommandType::of::<pb::FailNocRequest>(),
];

impl CommandMessage for pb::RegisterSite {
    type Rule = RegisterSite;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_line("address", &mut self.address)
    }
}

impl TryFrom<pb::RegisterSite> for RegisterSite {
    type Error = Invalid;

    fn try_from(message: pb::RegisterSite) -> Result<Self, Invalid> {
        Ok(Self {
            site_id: id("siteId", &message.site_id)?,
            account_id: id("accountId", &message.account_id)?,
            address_id: code("addressId", &message.address_id)?,
            address: sealed("address", &message.address)?,
            market: code("market", &message.market)?,
        })
    }
}

impl CommandMessage for pb::SuspendSite {
    type Rule = SuspendSite;
}

impl TryFrom<pb::SuspendSite> for SuspendSite {
    type Error = Invalid;

    fn try_from(message: pb::SuspendSite) -> Result<Self, Invalid> {
        Ok(Self {
            site_id: id("siteId", &message.site_id)?,
            verified_address_id: code("verifiedAddressId", &message.verified_address_id)?,
            reason: reason("reason", message.reason)?,
        })
    }
}

impl CommandMessage for pb::UnsuspendSite {
    type Rule = UnsuspendSite;
}

impl TryFrom<pb::UnsuspendSite> for UnsuspendSite {
    type Error = Invalid;

    fn try_from(message: pb::UnsuspendSite) -> Result<Self, Invalid> {
        Ok(Self {
            site_id: id("siteId", &message.site_id)?,
            verified_address_id: code("verifiedAddressId", &message.verified_address_id)?,
            grounds: grounds("grounds", message.grounds)?,
        })
    }
}

impl CommandMessage for pb::AcknowledgeNocRequest {
    type Rule = AcknowledgeNocRequest;
}

impl TryFrom<pb::AcknowledgeNocRequest> for AcknowledgeNocRequest {
    type Error = Invalid;

    fn try_from(message: pb::AcknowledgeNocRequest) -> Result<Self, Invalid> {
        Ok(Self { site_id: id("siteId", &message.site_id)?, request: message.request })
    }
}

impl CommandMessage for pb::ConfirmSuspension {
    type Rule = ConfirmSuspension;
}

impl TryFrom<pb::ConfirmSuspension> for ConfirmSuspension {
    type Error = Invalid;

    fn try_from(message: pb::ConfirmSuspension) -> Result<Self, Invalid> {
        Ok(Self { site_id: id("siteId", &message.site_id)?, request: message.request })
    }
}

impl CommandMessage for pb::ConfirmReinstatement {
    type Rule = ConfirmReinstatement;
}

impl TryFrom<pb::ConfirmReinstatement> for ConfirmReinstatement {
    type Error = Invalid;

    fn try_from(message: pb::ConfirmReinstatement) -> Result<Self, Invalid> {
        Ok(Self {
            site_id: id("siteId", &message.site_id)?,
            request: message.request,
            vlan: message.vlan,
        })
    }
}

impl CommandMessage for pb::FailNocRequest {
    type Rule = FailNocRequest;
}

impl TryFrom<pb::FailNocRequest> for FailNocRequest {
    type Error = Invalid;

    fn try_from(message: pb::FailNocRequest) -> Result<Self, Invalid> {
        Ok(Self {
            site_id: id("siteId", &message.site_id)?,
            request: message.request,
            failure: failure("failure", message.failure)?,
        })
    }
}

pub(crate) fn encode(event: &SiteEvent) -> pb::SiteEvent {
    let fact = match event {
        SiteEvent::Registered { account_id, address_id, address, market } => {
            Fact::Registered(pb::SiteRegistered {
                account_id: account_id.to_string(),
                address_id: address_id.to_string(),
                address: address.to_string(),
                market: market.to_string(),
            })
        }
        SiteEvent::SuspensionRequested { request, reason } => {
            Fact::SuspensionRequested(pb::SiteSuspensionRequested {
                request: *request,
                reason: reason_number(*reason),
            })
        }
        SiteEvent::NocRequestAcknowledged { request } => {
            Fact::NocRequestAcknowledged(pb::SiteNocRequestAcknowledged { request: *request })
        }
        SiteEvent::Suspended { request, reason } => {
            Fact::Suspended(pb::SiteSuspended { request: *request, reason: reason_number(*reason) })
        }
        SiteEvent::ReinstatementRequested { request, grounds } => {
            Fact::ReinstatementRequested(pb::SiteReinstatementRequested {
                request: *request,
                grounds: grounds_number(*grounds),
            })
        }
        SiteEvent::Reinstated { request, vlan } => {
            Fact::Reinstated(pb::SiteReinstated { request: *request, vlan: *vlan })
        }
        SiteEvent::NocRequestFailed { request, failure } => {
            Fact::NocRequestFailed(pb::SiteNocRequestFailed {
                request: *request,
                failure: failure_number(*failure),
            })
        }
    };
    pb::SiteEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::SiteEvent) -> Result<SiteEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Registered(fact) => SiteEvent::Registered {
            account_id: id("accountId", &fact.account_id)?,
            address_id: code("addressId", &fact.address_id)?,
            address: sealed("address", &fact.address)?,
            market: code("market", &fact.market)?,
        },
        Fact::SuspensionRequested(fact) => SiteEvent::SuspensionRequested {
            request: fact.request,
            reason: reason("reason", fact.reason)?,
        },
        Fact::NocRequestAcknowledged(fact) => {
            SiteEvent::NocRequestAcknowledged { request: fact.request }
        }
        Fact::Suspended(fact) => {
            SiteEvent::Suspended { request: fact.request, reason: reason("reason", fact.reason)? }
        }
        Fact::ReinstatementRequested(fact) => SiteEvent::ReinstatementRequested {
            request: fact.request,
            grounds: grounds("grounds", fact.grounds)?,
        },
        Fact::Reinstated(fact) => SiteEvent::Reinstated { request: fact.request, vlan: fact.vlan },
        Fact::NocRequestFailed(fact) => SiteEvent::NocRequestFailed {
            request: fact.request,
            failure: failure("failure", fact.failure)?,
        },
    })
}

fn reason(field: &str, number: i32) -> Result<SuspensionReason, Invalid> {
    match pb::SuspensionReason::try_from(number) {
        Ok(pb::SuspensionReason::NonPayment) => Ok(SuspensionReason::NonPayment),
        Ok(pb::SuspensionReason::CustomerRequest) => Ok(SuspensionReason::CustomerRequest),
        Ok(pb::SuspensionReason::Abuse) => Ok(SuspensionReason::Abuse),
        Ok(pb::SuspensionReason::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a SuspensionReason"))
        }
    }
}

fn reason_number(reason: SuspensionReason) -> i32 {
    i32::from(match reason {
        SuspensionReason::NonPayment => pb::SuspensionReason::NonPayment,
        SuspensionReason::CustomerRequest => pb::SuspensionReason::CustomerRequest,
        SuspensionReason::Abuse => pb::SuspensionReason::Abuse,
    })
}

fn grounds(field: &str, number: i32) -> Result<ReinstatementGrounds, Invalid> {
    match pb::ReinstatementGrounds::try_from(number) {
        Ok(pb::ReinstatementGrounds::PaidInFull) => Ok(ReinstatementGrounds::PaidInFull),
        Ok(pb::ReinstatementGrounds::PaymentArrangement) => {
            Ok(ReinstatementGrounds::PaymentArrangement)
        }
        Ok(pb::ReinstatementGrounds::ReasonEnded) => Ok(ReinstatementGrounds::ReasonEnded),
        Ok(pb::ReinstatementGrounds::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be ReinstatementGrounds"))
        }
    }
}

fn grounds_number(grounds: ReinstatementGrounds) -> i32 {
    i32::from(match grounds {
        ReinstatementGrounds::PaidInFull => pb::ReinstatementGrounds::PaidInFull,
        ReinstatementGrounds::PaymentArrangement => pb::ReinstatementGrounds::PaymentArrangement,
        ReinstatementGrounds::ReasonEnded => pb::ReinstatementGrounds::ReasonEnded,
    })
}

fn failure(field: &str, number: i32) -> Result<NocFailure, Invalid> {
    match pb::NocFailure::try_from(number) {
        Ok(pb::NocFailure::TimedOut) => Ok(NocFailure::TimedOut),
        Ok(pb::NocFailure::NetworkRefused) => Ok(NocFailure::NetworkRefused),
        Ok(pb::NocFailure::VlanNotRestored) => Ok(NocFailure::VlanNotRestored),
        Ok(pb::NocFailure::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a NocFailure"))
        }
    }
}

fn failure_number(failure: NocFailure) -> i32 {
    i32::from(match failure {
        NocFailure::TimedOut => pb::NocFailure::TimedOut,
        NocFailure::NetworkRefused => pb::NocFailure::NetworkRefused,
        NocFailure::VlanNotRestored => pb::NocFailure::VlanNotRestored,
    })
}
