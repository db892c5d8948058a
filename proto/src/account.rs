//! Accounts between protobuf and the domain.

use domain::{
    account::{Account, AccountEvent, AddComment, OpenAccount},
    customer::Customer,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, id, optional, or_empty, required, sealed},
    pb::account::v1::{self as pb, account_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::OpenAccount>(), CommandType::of::<pb::AddComment>()];

impl CommandMessage for pb::OpenAccount {
    type Rule = OpenAccount;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = match self.customer_id.as_str() {
            "" => Keeper::of::<Account>(door, "accountId", &self.account_id)?,
            customer_id => Keeper::of::<Customer>(door, "customerId", customer_id)?,
        };
        keeper.seal_email("email", &mut self.email)?;
        keeper.seal_line("holderName", &mut self.holder_name)
    }
}

impl TryFrom<pb::OpenAccount> for OpenAccount {
    type Error = Invalid;

    fn try_from(message: pb::OpenAccount) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            customer_id: optional("customerId", &message.customer_id, id)?,
            holder_name: sealed("holderName", &message.holder_name)?,
            email: sealed("email", &message.email)?,
        })
    }
}

impl CommandMessage for pb::AddComment {
    type Rule = AddComment;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal("text", &mut self.text)
    }
}

impl TryFrom<pb::AddComment> for AddComment {
    type Error = Invalid;

    fn try_from(message: pb::AddComment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            comment_id: code("commentId", &message.comment_id)?,
            text: sealed("text", &message.text)?,
        })
    }
}

pub(crate) fn encode(event: &AccountEvent) -> pb::AccountEvent {
    let fact = match event {
        AccountEvent::Opened { customer_id, holder_name, email } => {
            Fact::Opened(pb::AccountOpened {
                holder_name: holder_name.to_string(),
                email: email.to_string(),
                customer_id: or_empty(customer_id.as_ref()),
            })
        }
        AccountEvent::CommentAdded { comment_id, text } => {
            Fact::CommentAdded(pb::AccountCommentAdded {
                comment_id: comment_id.to_string(),
                text: text.to_string(),
            })
        }
        AccountEvent::PortalDisabled { site_id } => {
            Fact::PortalDisabled(pb::AccountPortalDisabled { site_id: site_id.to_string() })
        }
        AccountEvent::PortalEnabled { site_id } => {
            Fact::PortalEnabled(pb::AccountPortalEnabled { site_id: site_id.to_string() })
        }
        AccountEvent::HolderErased => Fact::HolderErased(pb::AccountHolderErased {}),
    };
    pb::AccountEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::AccountEvent) -> Result<AccountEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Opened(fact) => AccountEvent::Opened {
            customer_id: optional("customerId", &fact.customer_id, id)?,
            holder_name: sealed("holderName", &fact.holder_name)?,
            email: sealed("email", &fact.email)?,
        },
        Fact::CommentAdded(fact) => AccountEvent::CommentAdded {
            comment_id: code("commentId", &fact.comment_id)?,
            text: sealed("text", &fact.text)?,
        },
        Fact::PortalDisabled(fact) => {
            AccountEvent::PortalDisabled { site_id: id("siteId", &fact.site_id)? }
        }
        Fact::PortalEnabled(fact) => {
            AccountEvent::PortalEnabled { site_id: id("siteId", &fact.site_id)? }
        }
        Fact::HolderErased(pb::AccountHolderErased {}) => AccountEvent::HolderErased,
    })
}
