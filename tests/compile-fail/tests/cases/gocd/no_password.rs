async fn ask(client: gocd::Client) {
    let request = gocd::PasswordRequest::new("bob", "password", gocd::Scopes::none());
    let _ = client.password(request).await;
}

fn main() {}
