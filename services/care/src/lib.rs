//! What an agent sees: accounts, sites, services and orders.
