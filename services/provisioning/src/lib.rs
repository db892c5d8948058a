//! Provisioning transactions against the network.
