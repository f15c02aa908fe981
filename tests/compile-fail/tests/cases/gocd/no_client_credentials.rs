async fn ask(client: gocd::Client) {
    let _ = client.client_credentials(oauth_core::Scopes::none()).await;
}

fn main() {}
