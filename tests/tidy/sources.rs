//! Rust files: a head that says what lives there, and sizes that a reader can hold.

use crate::{files, none, read};

/// Names that say nothing about what lives in a file.
const EMPTY_NAMES: [&str; 9] =
    ["utils", "util", "helpers", "common", "types", "models", "manager", "misc", "core"];

/// Columns of a line.
const COLUMNS_MAX: usize = 100;

#[test]
fn every_file_has_a_head() {
    let headless = files(".rs").into_iter().filter(|path| !read(path).starts_with("//! "));
    none(&headless.map(|path| format!("{path}: begins without `//!`")).collect::<Vec<_>>());
}

#[test]
fn no_file_is_longer_than_its_kind_allows() {
    let long = files(".rs").into_iter().filter_map(|path| {
        let (lines, allowed) = (read(&path).lines().count(), lines_allowed(&path));
        (lines > allowed).then(|| format!("{path}: {lines} lines, {allowed} are allowed: split it"))
    });
    none(&long.collect::<Vec<_>>());
}

/// A verb of the domain fits on a few screens, a noun on some more, a main on one.
fn lines_allowed(path: &str) -> usize {
    let parts: Vec<_> = path.split('/').collect();
    match parts.as_slice() {
        [.., "main.rs"] if !path.starts_with("tests/") => 40,
        ["libs", "domain", "src", _noun, _verb] => 250,
        ["libs", "domain", "src", _noun] => 350,
        _ => 500,
    }
}

#[test]
fn no_line_is_longer_than_a_hundred_columns() {
    let mut long = Vec::new();
    for path in files(".rs") {
        for (number, line) in read(&path).lines().enumerate() {
            if line.chars().count() > COLUMNS_MAX && !line.contains("r#\"") {
                long.push(format!("{path}:{}: over {COLUMNS_MAX} columns", number + 1));
            }
        }
    }
    none(&long);
}

#[test]
fn no_file_has_an_empty_name() {
    let empty = files(".rs").into_iter().filter(|path| {
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        EMPTY_NAMES.contains(&stem)
    });
    none(&empty.map(|path| format!("{path}: name it after what lives there")).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later_or_switched_off() {
    let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "#[all".to_owned() + "ow("];
    let ignored = "#[ign".to_owned() + "ore";
    let mut left = Vec::new();
    for path in files(".rs").iter().chain(&files(".proto")) {
        for (number, line) in read(path).lines().enumerate() {
            let found = marks.iter().chain([&ignored]).find(|mark| line.contains(mark.as_str()));
            if let Some(mark) = found {
                left.push(format!("{path}:{}: {mark}", number + 1));
            }
        }
    }
    none(&left);
}

#[test]
fn the_domain_does_nothing_but_decide() {
    let forbidden = ["std::fs", "std::net", "std::time", "tokio", "async fn", "serde", "rand::"];
    let mut found = Vec::new();
    for path in files(".rs").into_iter().filter(|path| path.starts_with("libs/domain/src")) {
        let text = read(&path);
        for word in forbidden.iter().filter(|word| text.contains(**word)) {
            found.push(format!("{path}: {word} has no place in a rule"));
        }
    }
    none(&found);
}
