//! Read models over the log: checkpoints, gap refill, rebuild, policies and intents.
