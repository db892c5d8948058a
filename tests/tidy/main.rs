//! The rules of the house that a machine can check: heads, sizes, names, arrows, lints, documents.
//!
//! A rule that fails names the file and says what to do.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

mod documents;
mod manifests;
mod sources;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder that holds the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the project, by its path from the root.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below the folders of the project with this ending, by its path from the root.
fn files(ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["infra", "libs", "proto", "services", "tests"] {
        collect(&root().join(folder), ending, &mut found);
    }
    assert!(!found.is_empty(), "no file ends in {ending}");
    found.sort();
    found
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
        if path.is_dir() && !is_hidden && !path.ends_with("target") {
            collect(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}

/// Fails with all findings at once.
fn none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
