//! Unsupported calls do not compile. `cases/` has a folder per crate; each case has the expected compiler
//! error.

#[test]
fn unsupported_calls_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/cases/*/*.rs");
}
