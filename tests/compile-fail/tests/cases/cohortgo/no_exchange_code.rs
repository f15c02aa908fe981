async fn exchange_code(client: cohortgo::Client) {
    let _ = client.exchange_code("code", cohortgo::Scopes::none()).await;
}

fn main() {}
