//! Gives the fuzzer's bytes to `fuzz_targets::command_json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::command_json(data));
