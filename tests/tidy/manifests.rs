//! Manifests: which crate may know which, lints for all, versions in one place.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use crate::{files, none, read, root};

/// The only arrows that are allowed: a crate and the crates of ours that it may know.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &[]),
    ("vault", &["storage"]),
    ("identity", &[]),
    ("statement", &[]),
    ("payment-processor", &["storage"]),
    ("event-store", &["storage"]),
    ("bus", &["event-store"]),
    ("projection", &["bus", "event-store", "storage"]),
    ("contract", &["domain", "event-store"]),
    ("read-side", &["contract", "domain", "event-store", "projection"]),
    ("service", &["bus", "event-store", "projection", "storage"]),
    (
        "core-service",
        &[
            "bus",
            "contract",
            "domain",
            "event-store",
            "identity",
            "payment-processor",
            "service",
            "statement",
            "storage",
            "vault",
        ],
    ),
    ("care", READ_SIDE),
    ("billing", BILLING),
    ("provisioning", READ_SIDE),
    ("notifications", READ_SIDE),
    ("noc-bridge", READ_SIDE),
    ("audit", READ_SIDE),
    // What it looks for is sealed: it has the keys, and runs where they lie.
    (
        "search",
        &[
            "bus",
            "contract",
            "domain",
            "event-store",
            "projection",
            "read-side",
            "service",
            "vault",
        ],
    ),
    ("demarc", EVERYTHING),
    ("xtask", EVERYTHING),
    ("e2e", EVERYTHING),
    ("bench", EVERYTHING),
    ("powercut", EVERYTHING),
    ("world", EVERYTHING),
    ("fuzz-targets", EVERYTHING),
    ("fuzz", &["fuzz-targets"]),
];

/// What a service with a read model may know: never another service.
const READ_SIDE: &[&str] =
    &["bus", "contract", "domain", "event-store", "projection", "read-side", "service"];

const BILLING: &[&str] = &[
    "bus",
    "contract",
    "domain",
    "event-store",
    "payment-processor",
    "projection",
    "read-side",
    "service",
    "statement",
    "storage",
];

const EVERYTHING: &[&str] = &[
    "audit",
    "billing",
    "bus",
    "care",
    "contract",
    "core-service",
    "domain",
    "event-store",
    "identity",
    "noc-bridge",
    "notifications",
    "payment-processor",
    "projection",
    "provisioning",
    "read-side",
    "search",
    "service",
    "statement",
    "storage",
    "vault",
];

/// The domain may know dates and derive its errors.
const DOMAIN_KNOWS: [&str; 2] = ["jiff", "thiserror"];

fn manifests() -> BTreeMap<String, Table> {
    let crates = files("Cargo.toml").into_iter().map(|path| {
        let manifest: Table = read(&path).parse().unwrap();
        (manifest["package"]["name"].as_str().unwrap().to_owned(), manifest)
    });
    crates.collect()
}

fn section<'a>(
    manifest: &'a Table,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a toml::Value)> {
    manifest.get(name).and_then(toml::Value::as_table).into_iter().flatten()
}

#[test]
fn every_crate_knows_only_whom_it_may() {
    let manifests = manifests();
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (name, manifest) in &manifests {
        let Some(allowed) = allowed.get(name.as_str()) else {
            wrong.push(format!("{name}: say in tests/tidy/manifests.rs whom it may know"));
            continue;
        };
        let known = section(manifest, "dependencies").map(|(known, _)| known);
        for known in known.filter(|known| manifests.contains_key(*known)) {
            if !allowed.contains(&known.as_str()) {
                wrong.push(format!("{name} -> {known}: this arrow is not allowed"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_domain_depends_on_next_to_nothing() {
    let manifests = manifests();
    let known: BTreeSet<_> =
        section(&manifests["domain"], "dependencies").map(|(name, _)| name.as_str()).collect();
    assert_eq!(known, BTreeSet::from(DOMAIN_KNOWS));
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    let without = manifests().into_iter().filter(|(_, manifest)| {
        let kept = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        kept.and_then(toml::Value::as_bool) != Some(true)
    });
    let findings = without.map(|(name, _)| format!("{name}: add `[lints] workspace = true`"));
    none(&findings.collect::<Vec<_>>());
}

#[test]
fn versions_are_declared_once_in_the_workspace() {
    let mut wrong = Vec::new();
    for (name, manifest) in manifests() {
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let declared = kinds.iter().flat_map(|kind| section(&manifest, kind));
        let own = declared.filter(|(_, value)| {
            value.get("workspace").and_then(toml::Value::as_bool) != Some(true)
        });
        wrong.extend(own.map(|(other, _)| format!("{name}: {other} belongs into the workspace")));
    }
    none(&wrong);
}

#[test]
fn f111_the_top_level_holds_what_the_owner_fixed_and_nothing_else() {
    let expected = [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "docs",
        "infra",
        "libs",
        "proto",
        "services",
        "target",
        "tests",
    ];
    let found = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    let odd = found
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !expected.contains(&name.as_str()));
    none(&odd.map(|name| format!("{name}: the top level is fixed")).collect::<Vec<_>>());
}
