//! Gives the fuzzer's bytes to `fuzz_targets::opened_log`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::opened_log(data));
