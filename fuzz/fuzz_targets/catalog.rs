#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| shop::catalog::fuzzing::catalog(input));
