//! Gives the fuzzer's bytes to `fuzz_targets::bus_command`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::bus_command(data));
