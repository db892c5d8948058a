//! Gives the fuzzer's bytes to `fuzz_targets::segment`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::segment(data));
