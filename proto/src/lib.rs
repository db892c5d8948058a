//! The public contract: protobuf messages, their JSON, and their mapping to the domain.
