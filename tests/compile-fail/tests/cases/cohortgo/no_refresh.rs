//! There are no refresh tokens.

fn refresh(cohortgo: cohortgo::Client, token: cohortgo::Token) {
    let _ = cohortgo.refresh(&token);
}

fn main() {}
