//! Every business rule of Demarc, pure.
//!
//! Three words carry it: a *command* is a wish, an *event* is a fact, a *rejection* is the fact
//! that prevents a wish. One file per noun (its events, its state), one per verb (its rule).
//!
//! What must stay true: no I/O, no clock, no randomness, no serialisation. Time, ids and the
//! biller's data arrive from outside, so every rule is a table of facts and every bug report a list
//! of events.

pub mod account;
pub mod actor;
pub mod autopay;
pub mod biller;
pub mod calendar;
pub mod customer;
pub mod decide;
pub mod decision;
pub mod device;
pub mod dunning;
pub mod guide;
pub mod id;
pub mod interaction;
pub mod invoice;
pub mod ledger;
pub mod login;
pub mod money;
pub mod notification;
pub mod noun;
pub mod order;
pub mod proration;
pub mod provisioning;
pub mod quota;
pub mod reference;
pub mod remembered;
pub mod run;
pub mod sealed;
pub mod series;
pub mod service;
pub mod site;
pub mod subscription;
pub mod task;
pub mod telephone;
pub mod testing;
pub mod text;
pub mod ticket;

pub use decide::{Aggregate, Decide, Desk, Rejection, States};
pub use id::Id;
pub use noun::{Event, Fact, Noun};
