//! What else is true once an entry is in a ledger: a ladder of dunning may be over with it.

use super::{Ledger, LedgerEvent, LedgerId};
use crate::{Aggregate, Desk, Fact, dunning};

/// An entry, and what follows for the account's dunning in the same record (F77, F79, F86).
pub(crate) fn posted(desk: &Desk<'_>, entry: LedgerEvent) -> Vec<Fact> {
    let account_id = entry.account_id().clone();
    let ledger = desk.get(&LedgerId::of(&account_id));
    let after: Ledger = ledger.clone().evolve(&entry);
    let settled = dunning::settled(desk, &account_id, &after.standing);
    [entry.on(&account_id)].into_iter().chain(settled).collect()
}
