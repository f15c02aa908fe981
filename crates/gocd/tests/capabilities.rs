//! What GoCD does not offer does not compile.

#[test]
fn missing_grants_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
