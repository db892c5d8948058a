//! Documents: what they name exists, and the table of features and the tests say the same.

use std::collections::BTreeSet;

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
fn every_feature_of_the_table_has_the_test_it_names() {
    let tests = tests_named_after_features();
    let named: BTreeSet<_> = table().into_iter().flat_map(|row| row.tests).collect();
    let missing = named.difference(&tests).map(|name| format!("docs/features.md: no test {name}"));
    let absent = tests.difference(&named).map(|name| format!("docs/features.md: add {name}"));
    none(&missing.chain(absent).collect::<Vec<_>>());
}

#[test]
fn the_table_has_every_feature_once_and_a_test_proves_its_own() {
    let rows = table();
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=111).collect::<Vec<_>>());
    let strangers = rows.iter().flat_map(|row| {
        let own = format!("f{}_", row.number);
        let foreign = row.tests.iter().filter(move |name| !format!("{name}_").starts_with(&own));
        foreign.map(|name| format!("F{}: {name} proves another feature", row.number))
    });
    none(&strangers.collect::<Vec<_>>());
}

/// One row of `docs/features.md`: `| F27 | what | `test`, `test` |`.
struct Feature {
    number: u32,
    tests: Vec<String>,
}

fn table() -> Vec<Feature> {
    let text = read("docs/features.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| F"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let tests = cells[2].split('`').filter(|part| part.starts_with('f'));
        Feature { number: cells[0].parse().unwrap(), tests: tests.map(str::to_owned).collect() }
    })
    .collect()
}

fn tests_named_after_features() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(".rs") {
        for line in read(&path).lines().map(str::trim) {
            let name = line.trim_start_matches("async ").strip_prefix("fn ").unwrap_or_default();
            let name = name.split('(').next().unwrap_or_default();
            let number = name.strip_prefix('f').and_then(|rest| rest.split_once('_'));
            if number.is_some_and(|(number, _)| number.parse::<u32>().is_ok()) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}
