//! Customers between protobuf and the domain.

use domain::customer::{
    ConfirmCustomer, Customer, CustomerEvent, Details, EraseCustomer, LineType, Phone,
    RegisterCustomer,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, id, required, sealed},
    pb::customer::v1::{self as pb, customer_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::RegisterCustomer>(),
    CommandType::of::<pb::ConfirmCustomer>(),
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
        Ok(Self { customer_id, details: details(confirmed)? })
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

pub(crate) fn encode(event: &CustomerEvent) -> pb::CustomerEvent {
    let fact = match event {
        CustomerEvent::Registered { name } => {
            Fact::Registered(pb::CustomerRegistered { name: name.to_string() })
        }
        CustomerEvent::AccountAdded { account_id } => {
            Fact::AccountAdded(pb::CustomerAccountAdded { account_id: account_id.to_string() })
        }
        CustomerEvent::Confirmed(details) => Fact::Confirmed(confirmed(details)),
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
        Fact::Erased(fact) => {
            let account_ids = fact.account_ids.iter().map(|account| id("accountIds", account));
            CustomerEvent::Erased { account_ids: account_ids.collect::<Result<_, _>>()? }
        }
    })
}

fn confirmed(details: &Details) -> pb::CustomerConfirmed {
    let phone = |phone: &Option<Phone>| {
        phone.as_ref().map(|phone| pb::Phone {
            number: phone.number.to_string(),
            line_type: line_type_number(phone.line_type),
        })
    };
    pb::CustomerConfirmed {
        first_name: details.first_name.to_string(),
        last_name: details.last_name.to_string(),
        home_phone: phone(&details.home_phone),
        business_phone: phone(&details.business_phone),
        other_phone: phone(&details.other_phone),
        customer_type: details.customer_type.to_string(),
        category: details.category.to_string(),
    }
}

fn details(message: pb::CustomerConfirmed) -> Result<Details, Invalid> {
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

fn phone(field: &str, message: Option<pb::Phone>) -> Result<Option<Phone>, Invalid> {
    let read = |message: pb::Phone| {
        let number = sealed("number", &message.number)?;
        Ok(Phone { number, line_type: line_type("lineType", message.line_type)? })
    };
    message
        .map(|message| read(message).map_err(|invalid: Invalid| invalid.within(field)))
        .transpose()
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
