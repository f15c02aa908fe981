//! There is no client credentials grant.

fn client_credentials(cohortgo: cohortgo::Client) {
    let _ = cohortgo.client_credentials([]);
}

fn main() {}
