//! Balances, charge lines, recurring charges; past due and paid in full as policies.
