//! Facts about customers, as they are stored.

use domain::customer::{AuthenticationMethod, Contact, CustomerEvent, Details, LineType, Phone};

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
            Fact::ContactAdded(contact_added(contact_id.to_string(), contact))
        }
        CustomerEvent::ContactRemoved { contact_id } => {
            Fact::ContactRemoved(pb::CustomerContactRemoved { contact_id: contact_id.to_string() })
        }
        CustomerEvent::PinSet { pin, by, on } => Fact::PinSet(pb::CustomerPinSet {
            pin: pin.to_string(),
            by: by.to_string(),
            on: on.to_string(),
        }),
        CustomerEvent::Authenticated { authentication_id, method, by, on } => {
            Fact::Authenticated(pb::CustomerAuthenticated {
                authentication_id: authentication_id.to_string(),
                method: method_number(*method),
                by: by.to_string(),
                on: on.to_string(),
            })
        }
        CustomerEvent::AuthenticationFailed { authentication_id, attempts, by, on } => {
            Fact::AuthenticationFailed(pb::CustomerAuthenticationFailed {
                authentication_id: authentication_id.to_string(),
                attempts: *attempts,
                by: by.to_string(),
                on: on.to_string(),
            })
        }
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
        Fact::ContactAdded(fact) => CustomerEvent::ContactAdded {
            contact_id: code("contactId", &fact.contact_id)?,
            contact: Contact {
                name: sealed("name", &fact.name)?,
                phone: phone("phone", fact.phone)?,
                email: optional("email", &fact.email, sealed)?,
                authorized_user: fact.authorized_user,
            },
        },
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

fn contact_added(contact_id: String, contact: &Contact) -> pb::CustomerContactAdded {
    pb::CustomerContactAdded {
        contact_id,
        name: contact.name.to_string(),
        phone: phone_message(contact.phone.as_ref()),
        email: or_empty(contact.email.as_ref()),
        authorized_user: contact.authorized_user,
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
