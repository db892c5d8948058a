//! The stories of the product, told to the binary that users run.

mod api;
mod billers;
mod billing_kills;
mod books;
mod crash;
mod customers;
mod demo;
mod drafts;
mod faults;
mod log_in;
mod office_order;
mod operator;
mod orders;
mod privacy;
mod processor;
mod records;
mod search;
mod service_change;
mod statements;
mod stopping;
mod subscribers;
mod three_stories;
mod upgrades;
