#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| insights::imports::fuzzing::sales(input));
