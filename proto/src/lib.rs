//! The public contract: commands, events and the envelope, as protobuf and as its canonical JSON,
//! and the biller's data as TOML.
//!
//! What must stay true: this is the only crate that knows both an outside form and a domain type,
//! one file per noun; what was stored once is decoded for ever (`golden/`).

pub mod biller;
pub mod command;
pub mod descriptor;
pub mod door;
pub mod event;
pub mod invalid;
pub mod pb;
pub mod schema;
pub mod search;
pub mod state;
pub mod view;

mod account;
mod autopay;
mod calendar;
mod customer;
mod decision;
mod device;
mod dunning;
mod guide;
mod interaction;
mod invoice;
mod ledger;
mod login;
mod money;
mod notification;
mod order;
mod provisioning;
mod quota;
mod reference;
mod run;
mod series;
mod service;
mod site;
mod subscription;
mod task;
mod telephone;
mod ticket;

pub use command::{CommandMessage, CommandType, Outgoing, outgoing};
pub use door::{AsItIs, Closed, Door, Unread};
pub use event::{DecodeError, decode, encode, envelope, opened, public};
pub use invalid::Invalid;
pub use ledger::reference_of as ledger_reference;
