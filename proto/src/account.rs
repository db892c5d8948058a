//! Accounts between protobuf and the domain.

use domain::account::{AccountEvent, AddComment, OpenAccount};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, id, remark, required, text},
    pb::account::v1::{self as pb, account_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::OpenAccount>(), CommandType::of::<pb::AddComment>()];

impl CommandMessage for pb::OpenAccount {
    type Rule = OpenAccount;
}

impl TryFrom<pb::OpenAccount> for OpenAccount {
    type Error = Invalid;

    fn try_from(message: pb::OpenAccount) -> Result<Self, Invalid> {
        if !message.email.contains('@') {
            return Err(Invalid::new("email", "must be an e-mail address"));
        }
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            holder_name: text("holderName", &message.holder_name)?,
            email: text("email", &message.email)?,
        })
    }
}

impl CommandMessage for pb::AddComment {
    type Rule = AddComment;
}

impl TryFrom<pb::AddComment> for AddComment {
    type Error = Invalid;

    fn try_from(message: pb::AddComment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            comment_id: code("commentId", &message.comment_id)?,
            text: remark("text", &message.text)?,
        })
    }
}

pub(crate) fn encode(event: &AccountEvent) -> pb::AccountEvent {
    let fact = match event {
        AccountEvent::Opened { holder_name, email } => Fact::Opened(pb::AccountOpened {
            holder_name: holder_name.to_string(),
            email: email.to_string(),
        }),
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
    };
    pb::AccountEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::AccountEvent) -> Result<AccountEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Opened(fact) => AccountEvent::Opened {
            holder_name: text("holderName", &fact.holder_name)?,
            email: text("email", &fact.email)?,
        },
        Fact::CommentAdded(fact) => AccountEvent::CommentAdded {
            comment_id: code("commentId", &fact.comment_id)?,
            text: text("text", &fact.text)?,
        },
        Fact::PortalDisabled(fact) => {
            AccountEvent::PortalDisabled { site_id: id("siteId", &fact.site_id)? }
        }
        Fact::PortalEnabled(fact) => {
            AccountEvent::PortalEnabled { site_id: id("siteId", &fact.site_id)? }
        }
    })
}
