//! Accounts between protobuf and the domain.

use domain::{
    account::{
        Account, AccountEvent, AddComment, ChangeBillTo, ClearFlash, EmailOrigin, LeaveMemo,
        OpenAccount, RaiseFlash, SendEmail,
    },
    customer::Customer,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread, one_line},
    invalid::{code, id, optional, or_empty, required, sealed},
    pb::account::v1::{self as pb, account_email_requested, account_event::Fact, send_email},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::OpenAccount>(),
    CommandType::of::<pb::AddComment>(),
    CommandType::of::<pb::LeaveMemo>(),
    CommandType::of::<pb::RaiseFlash>(),
    CommandType::of::<pb::ClearFlash>(),
    CommandType::of::<pb::SendEmail>(),
    CommandType::of::<pb::ChangeBillTo>(),
];

/// Most lines of an address: more do not fit into the window of an envelope.
const BILL_TO_LINES_MAX: usize = 5;

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
        keeper.seal_remark("text", &mut self.text)
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

impl CommandMessage for pb::LeaveMemo {
    type Rule = LeaveMemo;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("text", &mut self.text)
    }
}

impl TryFrom<pb::LeaveMemo> for LeaveMemo {
    type Error = Invalid;

    fn try_from(message: pb::LeaveMemo) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            memo_id: code("memoId", &message.memo_id)?,
            text: sealed("text", &message.text)?,
        })
    }
}

impl CommandMessage for pb::RaiseFlash {
    type Rule = RaiseFlash;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("text", &mut self.text)
    }
}

impl TryFrom<pb::RaiseFlash> for RaiseFlash {
    type Error = Invalid;

    fn try_from(message: pb::RaiseFlash) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            flash_id: code("flashId", &message.flash_id)?,
            text: sealed("text", &message.text)?,
        })
    }
}

impl CommandMessage for pb::ClearFlash {
    type Rule = ClearFlash;
}

impl TryFrom<pb::ClearFlash> for ClearFlash {
    type Error = Invalid;

    fn try_from(message: pb::ClearFlash) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            flash_id: code("flashId", &message.flash_id)?,
        })
    }
}

impl CommandMessage for pb::SendEmail {
    type Rule = SendEmail;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        one_line("subject", &self.subject)?;
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("subject", &mut self.subject)?;
        keeper.seal_remark("text", &mut self.text)
    }
}

impl TryFrom<pb::SendEmail> for SendEmail {
    type Error = Invalid;

    fn try_from(message: pb::SendEmail) -> Result<Self, Invalid> {
        let about = match message.about {
            None => EmailOrigin::Account,
            Some(send_email::About::TicketId(it)) => EmailOrigin::Ticket(id("ticketId", &it)?),
            Some(send_email::About::OrderId(it)) => EmailOrigin::Order(id("orderId", &it)?),
        };
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            email_id: code("emailId", &message.email_id)?,
            subject: sealed("subject", &message.subject)?,
            text: sealed("text", &message.text)?,
            about,
        })
    }
}

impl CommandMessage for pb::ChangeBillTo {
    type Rule = ChangeBillTo;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        if self.address.trim().lines().count() > BILL_TO_LINES_MAX {
            let problem = format!("must be at most {BILL_TO_LINES_MAX} lines");
            return Err(Invalid::new("address", problem).into());
        }
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_line("name", &mut self.name)?;
        keeper.seal_remark("address", &mut self.address)
    }
}

impl TryFrom<pb::ChangeBillTo> for ChangeBillTo {
    type Error = Invalid;

    fn try_from(message: pb::ChangeBillTo) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            name: sealed("name", &message.name)?,
            address: sealed("address", &message.address)?,
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
        AccountEvent::MemoLeft { memo_id, text } => Fact::MemoLeft(pb::AccountMemoLeft {
            memo_id: memo_id.to_string(),
            text: text.to_string(),
        }),
        AccountEvent::FlashRaised { flash_id, text } => Fact::FlashRaised(pb::AccountFlashRaised {
            flash_id: flash_id.to_string(),
            text: text.to_string(),
        }),
        AccountEvent::FlashCleared { flash_id } => {
            Fact::FlashCleared(pb::AccountFlashCleared { flash_id: flash_id.to_string() })
        }
        AccountEvent::EmailRequested { email_id, subject, text, about } => {
            Fact::EmailRequested(pb::AccountEmailRequested {
                email_id: email_id.to_string(),
                subject: subject.to_string(),
                text: text.to_string(),
                about: encode_about(about),
            })
        }
        AccountEvent::BillToChanged { name, address } => {
            Fact::BillToChanged(pb::AccountBillToChanged {
                name: name.to_string(),
                address: address.to_string(),
            })
        }
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
        Fact::MemoLeft(fact) => AccountEvent::MemoLeft {
            memo_id: code("memoId", &fact.memo_id)?,
            text: sealed("text", &fact.text)?,
        },
        Fact::FlashRaised(fact) => AccountEvent::FlashRaised {
            flash_id: code("flashId", &fact.flash_id)?,
            text: sealed("text", &fact.text)?,
        },
        Fact::FlashCleared(fact) => {
            AccountEvent::FlashCleared { flash_id: code("flashId", &fact.flash_id)? }
        }
        Fact::EmailRequested(fact) => AccountEvent::EmailRequested {
            email_id: code("emailId", &fact.email_id)?,
            subject: sealed("subject", &fact.subject)?,
            text: sealed("text", &fact.text)?,
            about: decode_about(fact.about)?,
        },
        Fact::BillToChanged(fact) => AccountEvent::BillToChanged {
            name: sealed("name", &fact.name)?,
            address: sealed("address", &fact.address)?,
        },
    })
}

fn encode_about(about: &EmailOrigin) -> Option<account_email_requested::About> {
    match about {
        EmailOrigin::Account => None,
        EmailOrigin::Ticket(id) => Some(account_email_requested::About::TicketId(id.to_string())),
        EmailOrigin::Order(id) => Some(account_email_requested::About::OrderId(id.to_string())),
    }
}

fn decode_about(about: Option<account_email_requested::About>) -> Result<EmailOrigin, Invalid> {
    Ok(match about {
        None => EmailOrigin::Account,
        Some(account_email_requested::About::TicketId(it)) => {
            EmailOrigin::Ticket(id("ticketId", &it)?)
        }
        Some(account_email_requested::About::OrderId(it)) => {
            EmailOrigin::Order(id("orderId", &it)?)
        }
    })
}
