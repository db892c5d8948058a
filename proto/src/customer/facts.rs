//! Facts about customers, as they are stored.

use domain::{
    biller::Segment,
    customer::{
        Agreement, AuthenticationMethod, Contact, CustomerEvent, Details, LineType, Phone, Revealed,
    },
    sealed::Sealed,
    text::Code,
};

use jiff::civil::Date;

use crate::{
    Invalid,
    invalid::{code, date, id, optional, or_empty, required, sealed},
    pb::customer::v1::{self as pb, customer_event::Fact},
};

pub(crate) fn encode(event: &CustomerEvent) -> pb::CustomerEvent {
    let fact = match event {
        CustomerEvent::Registered { name } => {
            Fact::Registered(pb::CustomerRegistered { name: name.to_string() })
        }
        CustomerEvent::AccountAdded { account_id } => {
            Fact::AccountAdded(pb::CustomerAccountAdded { account_id: account_id.to_string() })
        }
        CustomerEvent::Confirmed(details) => Fact::Confirmed(confirmed(details)),
        CustomerEvent::ContactAdded { contact_id, contact } => {
            Fact::ContactAdded(contact_added(contact_id, contact))
        }
        CustomerEvent::ContactRemoved { contact_id } => {
            Fact::ContactRemoved(pb::CustomerContactRemoved { contact_id: contact_id.to_string() })
        }
        CustomerEvent::PinSet { pin, by, on } => Fact::PinSet(pin_set(pin, by, *on)),
        CustomerEvent::Authenticated { authentication_id, method, by, on } => {
            Fact::Authenticated(authenticated(authentication_id, *method, by, *on))
        }
        CustomerEvent::AuthenticationFailed { authentication_id, attempts, by, on } => {
            Fact::AuthenticationFailed(failed(authentication_id, *attempts, by, *on))
        }
        CustomerEvent::PaperlessSet { paperless } => {
            Fact::PaperlessSet(pb::CustomerPaperlessSet { paperless: *paperless })
        }
        CustomerEvent::PortalLoginCreated { portal_login_id, email } => {
            Fact::PortalLoginCreated(login_created(portal_login_id, email))
        }
        CustomerEvent::PortalLoginDisabled { portal_login_id, reason } => {
            Fact::PortalLoginDisabled(login_disabled(portal_login_id, reason))
        }
        CustomerEvent::PortalLoginEnabled { portal_login_id, reason } => {
            Fact::PortalLoginEnabled(login_enabled(portal_login_id, reason))
        }
        CustomerEvent::SegmentSet { segment, routes } => {
            Fact::SegmentSet(segment_set(segment, routes))
        }
        CustomerEvent::AgreementRecorded { agreement_id, agreement } => {
            Fact::AgreementRecorded(agreement_recorded(agreement_id, agreement))
        }
        CustomerEvent::SsnRecorded { ssn } => {
            Fact::SsnRecorded(pb::CustomerSsnRecorded { ssn: ssn.to_string() })
        }
        CustomerEvent::SsnRevealed(revealed) => Fact::SsnRevealed(ssn_revealed(revealed)),
        CustomerEvent::Erased { account_ids } => Fact::Erased(pb::CustomerErased {
            account_ids: account_ids.iter().map(ToString::to_string).collect(),
        }),
    };
    pb::CustomerEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::CustomerEvent) -> Result<CustomerEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Registered(fact) => CustomerEvent::Registered { name: sealed("name", &fact.name)? },
        Fact::AccountAdded(fact) => {
            CustomerEvent::AccountAdded { account_id: id("accountId", &fact.account_id)? }
        }
        Fact::Confirmed(fact) => CustomerEvent::Confirmed(details(fact)?),
        Fact::ContactAdded(fact) => {
            let contact_id = code("contactId", &fact.contact_id)?;
            CustomerEvent::ContactAdded { contact_id, contact: contact(fact)? }
        }
        Fact::ContactRemoved(fact) => {
            CustomerEvent::ContactRemoved { contact_id: code("contactId", &fact.contact_id)? }
        }
        Fact::PinSet(fact) => CustomerEvent::PinSet {
            pin: sealed("pin", &fact.pin)?,
            by: code("by", &fact.by)?,
            on: date("on", &fact.on)?,
        },
        Fact::Authenticated(fact) => CustomerEvent::Authenticated {
            authentication_id: code("authenticationId", &fact.authentication_id)?,
            method: method("method", fact.method)?,
            by: code("by", &fact.by)?,
            on: date("on", &fact.on)?,
        },
        Fact::AuthenticationFailed(fact) => CustomerEvent::AuthenticationFailed {
            authentication_id: code("authenticationId", &fact.authentication_id)?,
            attempts: fact.attempts,
            by: code("by", &fact.by)?,
            on: date("on", &fact.on)?,
        },
        Fact::PaperlessSet(fact) => CustomerEvent::PaperlessSet { paperless: fact.paperless },
        Fact::PortalLoginCreated(fact) => CustomerEvent::PortalLoginCreated {
            portal_login_id: code("portalLoginId", &fact.portal_login_id)?,
            email: sealed("email", &fact.email)?,
        },
        Fact::PortalLoginDisabled(fact) => CustomerEvent::PortalLoginDisabled {
            portal_login_id: code("portalLoginId", &fact.portal_login_id)?,
            reason: code("reason", &fact.reason)?,
        },
        Fact::PortalLoginEnabled(fact) => CustomerEvent::PortalLoginEnabled {
            portal_login_id: code("portalLoginId", &fact.portal_login_id)?,
            reason: code("reason", &fact.reason)?,
        },
        Fact::SegmentSet(fact) => {
            let changes = code("changes", &fact.changes)?;
            let fiber_upgrades = code("fiberUpgrades", &fact.fiber_upgrades)?;
            let routes = Segment { changes, fiber_upgrades };
            CustomerEvent::SegmentSet { segment: code("segment", &fact.segment)?, routes }
        }
        Fact::AgreementRecorded(fact) => {
            let agreement_id = code("agreementId", &fact.agreement_id)?;
            CustomerEvent::AgreementRecorded { agreement_id, agreement: agreement(&fact)? }
        }
        Fact::SsnRecorded(fact) => CustomerEvent::SsnRecorded { ssn: sealed("ssn", &fact.ssn)? },
        Fact::SsnRevealed(fact) => CustomerEvent::SsnRevealed(Revealed {
            reveal_id: code("revealId", &fact.reveal_id)?,
            ssn: sealed("ssn", &fact.ssn)?,
            reason: sealed("reason", &fact.reason)?,
            by: code("by", &fact.by)?,
            on: date("on", &fact.on)?,
        }),
        Fact::Erased(fact) => {
            let account_ids = fact.account_ids.iter().map(|account| id("accountIds", account));
            CustomerEvent::Erased { account_ids: account_ids.collect::<Result<_, _>>()? }
        }
    })
}

fn confirmed(details: &Details) -> pb::CustomerConfirmed {
    pb::CustomerConfirmed {
        first_name: details.first_name.to_string(),
        last_name: details.last_name.to_string(),
        home_phone: phone_message(details.home_phone.as_ref()),
        business_phone: phone_message(details.business_phone.as_ref()),
        other_phone: phone_message(details.other_phone.as_ref()),
        customer_type: details.customer_type.to_string(),
        category: details.category.to_string(),
    }
}

pub(super) fn details(message: pb::CustomerConfirmed) -> Result<Details, Invalid> {
    Ok(Details {
        first_name: sealed("firstName", &message.first_name)?,
        last_name: sealed("lastName", &message.last_name)?,
        home_phone: phone("homePhone", message.home_phone)?,
        business_phone: phone("businessPhone", message.business_phone)?,
        other_phone: phone("otherPhone", message.other_phone)?,
        customer_type: code("customerType", &message.customer_type)?,
        category: code("category", &message.category)?,
    })
}

pub(super) fn phone(field: &str, message: Option<pb::Phone>) -> Result<Option<Phone>, Invalid> {
    let read = |message: pb::Phone| {
        let number = sealed("number", &message.number)?;
        Ok(Phone { number, line_type: line_type("lineType", message.line_type)? })
    };
    message
        .map(|message| read(message).map_err(|invalid: Invalid| invalid.within(field)))
        .transpose()
}

fn phone_message(phone: Option<&Phone>) -> Option<pb::Phone> {
    phone.map(|phone| pb::Phone {
        number: phone.number.to_string(),
        line_type: line_type_number(phone.line_type),
    })
}

fn contact_added(contact_id: &Code, contact: &Contact) -> pb::CustomerContactAdded {
    pb::CustomerContactAdded {
        contact_id: contact_id.to_string(),
        name: contact.name.to_string(),
        phone: phone_message(contact.phone.as_ref()),
        email: or_empty(contact.email.as_ref()),
        authorized_user: contact.authorized_user,
    }
}

fn contact(fact: pb::CustomerContactAdded) -> Result<Contact, Invalid> {
    Ok(Contact {
        name: sealed("name", &fact.name)?,
        phone: phone("phone", fact.phone)?,
        email: optional("email", &fact.email, sealed)?,
        authorized_user: fact.authorized_user,
    })
}

fn pin_set(pin: &Sealed, by: &Code, on: Date) -> pb::CustomerPinSet {
    pb::CustomerPinSet { pin: pin.to_string(), by: by.to_string(), on: on.to_string() }
}

fn authenticated(
    authentication_id: &Code,
    method: AuthenticationMethod,
    by: &Code,
    on: Date,
) -> pb::CustomerAuthenticated {
    pb::CustomerAuthenticated {
        authentication_id: authentication_id.to_string(),
        method: method_number(method),
        by: by.to_string(),
        on: on.to_string(),
    }
}

fn failed(
    authentication_id: &Code,
    attempts: u32,
    by: &Code,
    on: Date,
) -> pb::CustomerAuthenticationFailed {
    pb::CustomerAuthenticationFailed {
        authentication_id: authentication_id.to_string(),
        attempts,
        by: by.to_string(),
        on: on.to_string(),
    }
}

fn login_created(portal_login_id: &Code, email: &Sealed) -> pb::CustomerPortalLoginCreated {
    pb::CustomerPortalLoginCreated {
        portal_login_id: portal_login_id.to_string(),
        email: email.to_string(),
    }
}

fn login_disabled(portal_login_id: &Code, reason: &Code) -> pb::CustomerPortalLoginDisabled {
    pb::CustomerPortalLoginDisabled {
        portal_login_id: portal_login_id.to_string(),
        reason: reason.to_string(),
    }
}

fn login_enabled(portal_login_id: &Code, reason: &Code) -> pb::CustomerPortalLoginEnabled {
    pb::CustomerPortalLoginEnabled {
        portal_login_id: portal_login_id.to_string(),
        reason: reason.to_string(),
    }
}

fn segment_set(segment: &Code, routes: &Segment) -> pb::CustomerSegmentSet {
    pb::CustomerSegmentSet {
        segment: segment.to_string(),
        changes: routes.changes.to_string(),
        fiber_upgrades: routes.fiber_upgrades.to_string(),
    }
}

fn agreement_recorded(agreement_id: &Code, agreement: &Agreement) -> pb::CustomerAgreementRecorded {
    pb::CustomerAgreementRecorded {
        agreement_id: agreement_id.to_string(),
        order_id: agreement.order_id.to_string(),
        title: agreement.title.to_string(),
        signed_on: agreement.signed_on.to_string(),
        ends_on: or_empty(agreement.ends_on.as_ref()),
    }
}

fn agreement(fact: &pb::CustomerAgreementRecorded) -> Result<Agreement, Invalid> {
    Ok(Agreement {
        order_id: id("orderId", &fact.order_id)?,
        title: sealed("title", &fact.title)?,
        signed_on: date("signedOn", &fact.signed_on)?,
        ends_on: optional("endsOn", &fact.ends_on, date)?,
    })
}

fn ssn_revealed(revealed: &Revealed) -> pb::CustomerSsnRevealed {
    pb::CustomerSsnRevealed {
        reveal_id: revealed.reveal_id.to_string(),
        ssn: revealed.ssn.to_string(),
        reason: revealed.reason.to_string(),
        by: revealed.by.to_string(),
        on: revealed.on.to_string(),
    }
}

fn line_type(field: &str, number: i32) -> Result<LineType, Invalid> {
    match pb::LineType::try_from(number) {
        Ok(pb::LineType::Landline) => Ok(LineType::Landline),
        Ok(pb::LineType::Mobile) => Ok(LineType::Mobile),
        Ok(pb::LineType::Voip) => Ok(LineType::Voip),
        Ok(pb::LineType::Unknown) => Ok(LineType::Unknown),
        Ok(pb::LineType::Unspecified) | Err(_) => Err(Invalid::new(field, "must be a LineType")),
    }
}

fn line_type_number(line_type: LineType) -> i32 {
    i32::from(match line_type {
        LineType::Landline => pb::LineType::Landline,
        LineType::Mobile => pb::LineType::Mobile,
        LineType::Voip => pb::LineType::Voip,
        LineType::Unknown => pb::LineType::Unknown,
    })
}

pub(super) fn method(field: &str, number: i32) -> Result<AuthenticationMethod, Invalid> {
    match pb::AuthenticationMethod::try_from(number) {
        Ok(pb::AuthenticationMethod::Pin) => Ok(AuthenticationMethod::Pin),
        Ok(pb::AuthenticationMethod::CallBack) => Ok(AuthenticationMethod::CallBack),
        Ok(pb::AuthenticationMethod::PhotoId) => Ok(AuthenticationMethod::PhotoId),
        Ok(pb::AuthenticationMethod::PortalLogin) => Ok(AuthenticationMethod::PortalLogin),
        Ok(pb::AuthenticationMethod::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be an AuthenticationMethod"))
        }
    }
}

fn method_number(method: AuthenticationMethod) -> i32 {
    i32::from(match method {
        AuthenticationMethod::Pin => pb::AuthenticationMethod::Pin,
        AuthenticationMethod::CallBack => pb::AuthenticationMethod::CallBack,
        AuthenticationMethod::PhotoId => pb::AuthenticationMethod::PhotoId,
        AuthenticationMethod::PortalLogin => pb::AuthenticationMethod::PortalLogin,
    })
}
