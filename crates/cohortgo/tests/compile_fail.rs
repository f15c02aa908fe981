//! What Cohort Go does not offer does not compile.

#[test]
fn what_it_does_not_offer_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
