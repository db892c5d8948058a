//! Documents: what they name exists, and the table of features and the tests say the same.

use std::collections::BTreeSet;

use domain::actor::{MAY_SEND, Role};

use crate::{files, none, read};

#[test]
fn the_architecture_names_every_crate() {
    let text = read("ARCHITECTURE.md");
    let folders = files("Cargo.toml").into_iter().map(|path| path.replace("/Cargo.toml", ""));
    let missing = folders.filter(|folder| !text.contains(&format!("`{folder}`")));
    none(
        &missing
            .map(|folder| format!("ARCHITECTURE.md: `{folder}` is missing"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_table_of_features_and_the_tests_are_in_step() {
    let tests = tests_named_after_features();
    let mut findings = Vec::new();
    for row in table() {
        let number = row.number;
        let proven: BTreeSet<_> =
            tests.iter().filter(|name| features(name).contains(&number)).cloned().collect();
        findings.extend(proven.difference(&row.tests).map(|name| format!("F{number}: add {name}")));
        findings.extend(row.tests.difference(&proven).map(|name| format!("F{number}: no {name}")));
    }
    none(&findings);
}

#[test]
fn the_table_has_every_feature_once() {
    let numbers: Vec<_> = table().iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=111).collect::<Vec<_>>());
}

#[test]
fn f86_the_document_of_roles_is_the_table_in_the_domain() {
    let (text, expected) = (read("docs/roles.md"), roles());
    assert_eq!(text, expected, "docs/roles.md should be:\n{expected}");
}

/// `docs/roles.md`, as the table in the domain has it.
fn roles() -> String {
    let head = Role::ALL.map(Role::name).join(" | ");
    let rule = "|---".repeat(Role::ALL.len() + 1);
    let rows = MAY_SEND.iter().map(|(command, roles)| {
        let marks = Role::ALL.map(|role| if roles.contains(&role) { "yes" } else { "" });
        format!("| {command} | {} |\n", marks.join(" | "))
    });
    let rows: String = rows.collect();
    format!(
        "# Roles\n\n\
         Which role may send which command; one of an actor's roles is enough. What a rule demands \
         beyond the role is in its file.\n\
         ChangePassword, IssueToken, RecordLogIn and RecordFailedAttempt have no message: only \
         the gateway makes them.\n\
         A test of the house keeps this document and `libs/domain/src/actor/may_send.rs` in \
         step.\n\n\
         | command | {head} |\n{rule}|\n{rows}"
    )
}

/// One row of `docs/features.md`: `| F27 | what | `test`, `test` |`.
struct Feature {
    number: u32,
    tests: BTreeSet<String>,
}

fn table() -> Vec<Feature> {
    let text = read("docs/features.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| F")).skip(1);
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let tests = cells[2].split('`').filter(|part| part.starts_with('f'));
        Feature { number: cells[0].parse().unwrap(), tests: tests.map(str::to_owned).collect() }
    })
    .collect()
}

/// The features that a test is named after: 83 and 85 of `f83_f85_a_request_goes_to_the_noc`.
fn features(name: &str) -> Vec<u32> {
    let numbers = name.split('_').map(|word| word.strip_prefix('f').and_then(|n| n.parse().ok()));
    numbers.take_while(Option::is_some).flatten().collect()
}

fn tests_named_after_features() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(".rs") {
        for line in read(&path).lines().map(str::trim) {
            let name = line.trim_start_matches("async ").strip_prefix("fn ").unwrap_or_default();
            let name = name.split('(').next().unwrap_or_default();
            if !features(name).is_empty() {
                names.insert(name.to_owned());
            }
        }
    }
    names
}
