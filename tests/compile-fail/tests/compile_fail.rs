//! What the client crates do not offer does not compile: `cases/`, by crate, each beside what the compiler says.

#[test]
fn what_is_not_offered_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/cases/*/*.rs");
}
