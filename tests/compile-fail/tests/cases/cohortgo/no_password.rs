//! There is no password grant.

fn password(cohortgo: cohortgo::Client) {
    let _ = cohortgo.password(("user", "password"));
}

fn main() {}
