//! The generated messages, one module per noun. Nothing here is written by hand.

#![expect(missing_docs, reason = "the comments of the proto files are the documentation")]
#![expect(clippy::all, clippy::pedantic, reason = "generated code")]

pub mod account {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.account.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.account.v1.serde.rs"));
    }
}
pub mod autopay {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.autopay.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.autopay.v1.serde.rs"));
    }
}
pub mod calendar {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.calendar.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.calendar.v1.serde.rs"));
    }
}
pub mod customer {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.customer.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.customer.v1.serde.rs"));
    }
}
pub mod decision {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.decision.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.decision.v1.serde.rs"));
    }
}
pub mod device {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.device.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.device.v1.serde.rs"));
    }
}
pub mod dunning {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.dunning.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.dunning.v1.serde.rs"));
    }
}
pub mod envelope {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.envelope.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.envelope.v1.serde.rs"));
    }
}
pub mod guide {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.guide.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.guide.v1.serde.rs"));
    }
}
pub mod interaction {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.interaction.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.interaction.v1.serde.rs"));
    }
}
pub mod invoice {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.invoice.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.invoice.v1.serde.rs"));
    }
}
pub mod ledger {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.ledger.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.ledger.v1.serde.rs"));
    }
}
pub mod login {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.login.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.login.v1.serde.rs"));
    }
}
pub mod money {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.money.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.money.v1.serde.rs"));
    }
}
pub mod notification {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.notification.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.notification.v1.serde.rs"));
    }
}
pub mod order {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.order.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.order.v1.serde.rs"));
    }
}
pub mod provisioning {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.provisioning.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.provisioning.v1.serde.rs"));
    }
}
pub mod quota {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.quota.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.quota.v1.serde.rs"));
    }
}
pub mod reference {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.reference.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.reference.v1.serde.rs"));
    }
}
pub mod run {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.run.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.run.v1.serde.rs"));
    }
}
pub mod series {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.series.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.series.v1.serde.rs"));
    }
}
pub mod service {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.service.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.service.v1.serde.rs"));
    }
}
pub mod site {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.site.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.site.v1.serde.rs"));
    }
}
pub mod subscription {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.subscription.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.subscription.v1.serde.rs"));
    }
}
pub mod task {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.task.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.task.v1.serde.rs"));
    }
}
pub mod telephone {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.telephone.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.telephone.v1.serde.rs"));
    }
}
pub mod ticket {
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/demarc.ticket.v1.rs"));
        include!(concat!(env!("OUT_DIR"), "/demarc.ticket.v1.serde.rs"));
    }
}
