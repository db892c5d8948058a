//! Chores of the project: continuous integration, development tools, benchmarks.

fn main() {}
