//! Every target over its stored corpus and some thousands of its mutations, the same ones in every
//! run. `cargo xtask fuzz` goes on where this stops.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

mod allocation;
mod control;
mod corpus;
mod mutation;

use std::collections::BTreeSet;

use fuzz_targets::{COMMANDS, TARGETS};

use corpus::{folder, stored};
use mutation::Mutations;

/// Mutations of a corpus that are tried.
const TRIED: usize = 6_000;
/// The same, where each one opens a log or reads a whole biller.
const SLOWLY_TRIED: usize = 1_000;
const SEED: u64 = 20_261_116;

/// Runs a target over its corpus and over so many mutations of it.
fn tried(name: &str, mutations: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = stored(name);
    seeds.iter().for_each(|seed| allocation::bounded(seed, target.run));
    let mutated = Mutations::of(&seeds, SEED);
    mutated.take(mutations).for_each(|data| allocation::bounded(&data, target.run));
}

#[test]
fn a_billers_file_can_be_worked_with_or_is_named_by_its_key() {
    tried("biller", SLOWLY_TRIED);
}

#[test]
fn a_block_is_whole_and_says_what_its_bytes_say_or_is_refused() {
    tried("block", TRIED);
}

#[test]
fn a_command_on_the_bus_is_read_or_its_field_is_named() {
    tried("bus_command", TRIED);
}

#[test]
fn nothing_in_an_event_can_forge_a_header() {
    tried("cloud_event", TRIED);
}

#[test]
fn a_command_in_json_is_the_same_in_protobuf() {
    tried("command_json", TRIED);
}

#[test]
fn a_command_in_protobuf_is_the_same_in_json() {
    tried("command_proto", TRIED);
}

#[test]
fn a_stored_fact_survives_being_stored_again_and_being_json() {
    tried("event", TRIED);
}

#[test]
fn a_journal_is_whole_or_the_damage_has_a_place() {
    tried("journal", TRIED);
}

#[test]
fn a_reply_of_the_logs_owner_is_blocks_to_its_last_byte_or_malformed() {
    tried("log_reply", TRIED);
}

#[test]
fn an_id_reads_back_as_it_was_written_and_is_safe_where_it_stands() {
    tried("names", TRIED);
}

#[test]
fn a_log_that_opens_goes_on_and_opens_again() {
    tried("opened_log", SLOWLY_TRIED);
}

#[test]
fn a_question_and_its_moment_are_read_or_refused() {
    tried("query", TRIED);
}

#[test]
fn the_headers_of_a_request_are_read_or_named() {
    tried("request_headers", TRIED);
}

#[test]
fn a_segment_is_read_to_its_end_and_never_beyond() {
    tried("segment", TRIED);
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let listed = |inside: &str| -> BTreeSet<_> {
        let entries = std::fs::read_dir(folder(inside)).unwrap();
        let names = entries.map(|entry| entry.unwrap().path());
        names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(listed("targets"), names);
    assert_eq!(listed("corpus"), names);
}

#[test]
fn the_corpus_is_small() {
    let seeds: Vec<_> = TARGETS.iter().flat_map(|target| stored(target.name)).collect();
    let bytes: usize = seeds.iter().map(Vec::len).sum();
    assert!(seeds.len() < 500 && bytes < 1 << 20, "{} files, {bytes} bytes", seeds.len());
}

#[test]
fn every_command_is_tried() {
    let tried: BTreeSet<_> = COMMANDS.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<_> = contract::command::all().map(|command| command.name).collect();
    assert_eq!(tried, all);
}
