//! Gives the fuzzer's bytes to `fuzz_targets::log_reply`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::log_reply(data));
