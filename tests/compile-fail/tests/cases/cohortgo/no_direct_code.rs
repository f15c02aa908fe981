async fn redeem(client: cohortgo::Client) {
    let _ = client.redeem("code", cohortgo::Scopes::none()).await;
}

fn main() {}
