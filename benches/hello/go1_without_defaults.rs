use go1::oauth_core::{Call, Transport, TransportError, async_trait, http};
use go1::{App, Client, Connect, Site, scope};

/// The HTTP client that an application already has.
#[derive(Debug)]
struct ExistingClient;

#[async_trait]
impl Transport for ExistingClient {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        println!("{}", call.request.uri());
        Err(TransportError::NotSent("no network in this example".into()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::new("client-id", "client-secret", "https://app.example.com/callback".parse()?);
    let client = Client::builder(Site::production(), app).transport(ExistingClient).build()?;
    let started = client.begin(&Connect::new([scope::USER_READ]))?;
    println!("{}", started.url);
    let callback = std::env::args().nth(1).unwrap_or_default();
    let token = client.finish(&started.pending, &callback).await?;
    println!("{:?}", token.expires_at());
    Ok(())
}
