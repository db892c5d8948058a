//! The stored corpus.

use std::path::PathBuf;

/// A folder of the fuzzer.
pub(crate) fn folder(inside: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../infra/fuzz").join(inside)
}

/// The inputs of a target, in the order of their names. There is always one.
pub(crate) fn stored(target: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder("corpus").join(target)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no corpus");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
