//! Customers between protobuf and the domain.

use domain::customer::{Customer, CustomerEvent, EraseCustomer, RegisterCustomer};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{id, required, sealed},
    pb::customer::v1::{self as pb, customer_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::RegisterCustomer>(), CommandType::of::<pb::EraseCustomer>()];

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
        Fact::Erased(fact) => {
            let account_ids = fact.account_ids.iter().map(|account| id("accountIds", account));
            CustomerEvent::Erased { account_ids: account_ids.collect::<Result<_, _>>()? }
        }
    })
}
