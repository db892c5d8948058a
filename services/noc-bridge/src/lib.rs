//! The queue of requests to the NOC.
