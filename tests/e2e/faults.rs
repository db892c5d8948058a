//! Faults: whatever breaks, nothing that was acknowledged is lost, nothing is applied or done
//! twice, and what is refused is refused by name.
//!
//! Every check has a control: the same check over something that lacks the protection must fail.

mod damage;
mod disks;
pub(crate) mod judge;
mod kills;
mod nats;
mod owners;
mod slow;
mod town;
