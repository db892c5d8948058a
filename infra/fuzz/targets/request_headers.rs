//! Gives the fuzzer's bytes to `fuzz_targets::request_headers`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::request_headers(data));
