#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etiology_fuzz::bodies::run("summaries", bytes));
