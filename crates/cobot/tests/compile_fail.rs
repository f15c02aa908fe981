//! What Cobot does not offer does not compile.

#[test]
fn what_cobot_does_not_offer_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
