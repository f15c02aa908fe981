#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzing::error_response(data));
