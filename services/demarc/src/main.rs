//! The one binary: composition root and command line.

fn main() {}
