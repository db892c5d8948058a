//! Gives the fuzzer's bytes to `fuzz_targets::cloud_event`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::cloud_event(data));
