#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| belgrano_wire::fuzzing::text(input));
