use go1::{App, Client, Connect, Site, scope};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::new("client-id", "client-secret", "https://app.example.com/callback");
    let client = Client::new(Site::production(), app)?;
    let started = client.begin(&Connect::new([scope::USER_READ]))?;
    println!("{}", started.url);
    let callback = std::env::args().nth(1).unwrap_or_default();
    let token = client.finish(&started.pending, &callback).await?;
    println!("{:?}", token.expires_at());
    Ok(())
}
