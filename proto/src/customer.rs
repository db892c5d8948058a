//! Customers between protobuf and the domain: commands here, facts in `facts`.

mod facts;

pub(crate) use facts::{decode, encode};

use domain::customer::{
    AddContact, Agreement, AuthenticateCustomer, AuthenticationMethod, ConfirmCustomer, Contact,
    CreatePortalLogin, Customer, DisablePortalLogin, EnablePortalLogin, EraseCustomer, Proof,
    RecordAgreement, RecordSsn, RegisterCustomer, RemoveContact, RevealSsn, SetPaperless, SetPin,
    SetSegment,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, date, id, optional, sealed},
    pb::customer::v1 as pb,
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::RegisterCustomer>(),
    CommandType::of::<pb::ConfirmCustomer>(),
    CommandType::of::<pb::AddContact>(),
    CommandType::of::<pb::RemoveContact>(),
    CommandType::of::<pb::SetPin>(),
    CommandType::of::<pb::AuthenticateCustomer>(),
    CommandType::of::<pb::RecordSsn>(),
    CommandType::of::<pb::RevealSsn>(),
    CommandType::of::<pb::SetPaperless>(),
    CommandType::of::<pb::CreatePortalLogin>(),
    CommandType::of::<pb::DisablePortalLogin>(),
    CommandType::of::<pb::EnablePortalLogin>(),
    CommandType::of::<pb::SetSegment>(),
    CommandType::of::<pb::RecordAgreement>(),
    CommandType::of::<pb::EraseCustomer>(),
];

impl CommandMessage for pb::RegisterCustomer {
    type Rule = RegisterCustomer;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_line("name", &mut self.name)
    }
}

impl TryFrom<pb::RegisterCustomer> for RegisterCustomer {
    type Error = Invalid;

    fn try_from(message: pb::RegisterCustomer) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            name: sealed("name", &message.name)?,
        })
    }
}

impl CommandMessage for pb::ConfirmCustomer {
    type Rule = ConfirmCustomer;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_line("firstName", &mut self.first_name)?;
        keeper.seal_line("lastName", &mut self.last_name)?;
        let phones = [
            ("homePhone.number", &mut self.home_phone),
            ("businessPhone.number", &mut self.business_phone),
            ("otherPhone.number", &mut self.other_phone),
        ];
        for (field, phone) in phones {
            if let Some(phone) = phone {
                keeper.seal_phone(field, &mut phone.number)?;
            }
        }
        Ok(())
    }
}

impl TryFrom<pb::ConfirmCustomer> for ConfirmCustomer {
    type Error = Invalid;

    fn try_from(message: pb::ConfirmCustomer) -> Result<Self, Invalid> {
        let customer_id = id("customerId", &message.customer_id)?;
        let confirmed = pb::CustomerConfirmed {
            first_name: message.first_name,
            last_name: message.last_name,
            home_phone: message.home_phone,
            business_phone: message.business_phone,
            other_phone: message.other_phone,
            customer_type: message.customer_type,
            category: message.category,
        };
        Ok(Self { customer_id, details: facts::details(confirmed)? })
    }
}

impl CommandMessage for pb::AddContact {
    type Rule = AddContact;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_line("name", &mut self.name)?;
        if let Some(phone) = &mut self.phone {
            keeper.seal_phone("phone.number", &mut phone.number)?;
        }
        if self.email.is_empty() {
            return Ok(());
        }
        keeper.seal_email("email", &mut self.email)
    }
}

impl TryFrom<pb::AddContact> for AddContact {
    type Error = Invalid;

    fn try_from(message: pb::AddContact) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            contact_id: code("contactId", &message.contact_id)?,
            contact: Contact {
                name: sealed("name", &message.name)?,
                phone: facts::phone("phone", message.phone)?,
                email: optional("email", &message.email, sealed)?,
                authorized_user: message.authorized_user,
            },
        })
    }
}

impl CommandMessage for pb::RemoveContact {
    type Rule = RemoveContact;
}

impl TryFrom<pb::RemoveContact> for RemoveContact {
    type Error = Invalid;

    fn try_from(message: pb::RemoveContact) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            contact_id: code("contactId", &message.contact_id)?,
        })
    }
}

impl CommandMessage for pb::SetPin {
    type Rule = SetPin;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.digest_new_pin("pin", &mut self.pin)
    }
}

impl TryFrom<pb::SetPin> for SetPin {
    type Error = Invalid;

    fn try_from(message: pb::SetPin) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            pin: sealed("pin", &message.pin)?,
        })
    }
}

impl CommandMessage for pb::AuthenticateCustomer {
    type Rule = AuthenticateCustomer;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        if self.method() == pb::AuthenticationMethod::Pin {
            let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
            return keeper.digest_pin("pin", &mut self.pin);
        }
        if self.pin.is_empty() {
            return Ok(());
        }
        Err(Invalid::new("pin", "must be absent where the method is another").into())
    }
}

impl TryFrom<pb::AuthenticateCustomer> for AuthenticateCustomer {
    type Error = Invalid;

    fn try_from(message: pb::AuthenticateCustomer) -> Result<Self, Invalid> {
        let proof = match facts::method("method", message.method)? {
            AuthenticationMethod::Pin => Proof::Pin(sealed("pin", &message.pin)?),
            AuthenticationMethod::CallBack => Proof::CallBack,
            AuthenticationMethod::PhotoId => Proof::PhotoId,
            AuthenticationMethod::PortalLogin => Proof::PortalLogin,
        };
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            authentication_id: code("authenticationId", &message.authentication_id)?,
            proof,
        })
    }
}

impl CommandMessage for pb::RecordSsn {
    type Rule = RecordSsn;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_ssn("ssn", &mut self.ssn)
    }
}

impl TryFrom<pb::RecordSsn> for RecordSsn {
    type Error = Invalid;

    fn try_from(message: pb::RecordSsn) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            ssn: sealed("ssn", &message.ssn)?,
        })
    }
}

impl CommandMessage for pb::RevealSsn {
    type Rule = RevealSsn;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_remark("reason", &mut self.reason)
    }
}

impl TryFrom<pb::RevealSsn> for RevealSsn {
    type Error = Invalid;

    fn try_from(message: pb::RevealSsn) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            reveal_id: code("revealId", &message.reveal_id)?,
            reason: sealed("reason", &message.reason)?,
        })
    }
}

impl CommandMessage for pb::SetPaperless {
    type Rule = SetPaperless;
}

impl TryFrom<pb::SetPaperless> for SetPaperless {
    type Error = Invalid;

    fn try_from(message: pb::SetPaperless) -> Result<Self, Invalid> {
        let customer_id = id("customerId", &message.customer_id)?;
        Ok(Self { customer_id, paperless: message.paperless })
    }
}

impl CommandMessage for pb::CreatePortalLogin {
    type Rule = CreatePortalLogin;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_email("email", &mut self.email)
    }
}

impl TryFrom<pb::CreatePortalLogin> for CreatePortalLogin {
    type Error = Invalid;

    fn try_from(message: pb::CreatePortalLogin) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            portal_login_id: code("portalLoginId", &message.portal_login_id)?,
            email: sealed("email", &message.email)?,
        })
    }
}

impl CommandMessage for pb::DisablePortalLogin {
    type Rule = DisablePortalLogin;
}

impl TryFrom<pb::DisablePortalLogin> for DisablePortalLogin {
    type Error = Invalid;

    fn try_from(message: pb::DisablePortalLogin) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            portal_login_id: code("portalLoginId", &message.portal_login_id)?,
            reason: code("reason", &message.reason)?,
        })
    }
}

impl CommandMessage for pb::EnablePortalLogin {
    type Rule = EnablePortalLogin;
}

impl TryFrom<pb::EnablePortalLogin> for EnablePortalLogin {
    type Error = Invalid;

    fn try_from(message: pb::EnablePortalLogin) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            portal_login_id: code("portalLoginId", &message.portal_login_id)?,
            reason: code("reason", &message.reason)?,
        })
    }
}

impl CommandMessage for pb::SetSegment {
    type Rule = SetSegment;
}

impl TryFrom<pb::SetSegment> for SetSegment {
    type Error = Invalid;

    fn try_from(message: pb::SetSegment) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            segment: code("segment", &message.segment)?,
        })
    }
}

impl CommandMessage for pb::RecordAgreement {
    type Rule = RecordAgreement;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Customer>(door, "customerId", &self.customer_id)?;
        keeper.seal_line("title", &mut self.title)
    }
}

impl TryFrom<pb::RecordAgreement> for RecordAgreement {
    type Error = Invalid;

    fn try_from(message: pb::RecordAgreement) -> Result<Self, Invalid> {
        Ok(Self {
            customer_id: id("customerId", &message.customer_id)?,
            agreement_id: code("agreementId", &message.agreement_id)?,
            agreement: Agreement {
                order_id: id("orderId", &message.order_id)?,
                title: sealed("title", &message.title)?,
                signed_on: date("signedOn", &message.signed_on)?,
                ends_on: optional("endsOn", &message.ends_on, date)?,
            },
        })
    }
}

impl CommandMessage for pb::EraseCustomer {
    type Rule = EraseCustomer;
}

impl TryFrom<pb::EraseCustomer> for EraseCustomer {
    type Error = Invalid;

    fn try_from(message: pb::EraseCustomer) -> Result<Self, Invalid> {
        Ok(Self { customer_id: id("customerId", &message.customer_id)? })
    }
}
