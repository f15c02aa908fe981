use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, RedirectUrl,
    Scope, TokenResponse, TokenUrl,
};

async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = client.execute(request.try_into()?).await?;
    let mut made = oauth2::http::Response::new(Vec::new());
    *made.status_mut() = response.status();
    *made.headers_mut() = response.headers().clone();
    *made.body_mut() = response.bytes().await?.to_vec();
    Ok(made)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = BasicClient::new(ClientId::new("client-id".into()))
        .set_client_secret(ClientSecret::new("client-secret".into()))
        .set_auth_uri(AuthUrl::new("https://auth.example.com/oauth/authorize".into())?)
        .set_token_uri(TokenUrl::new("https://auth.example.com/oauth/token".into())?)
        .set_redirect_uri(RedirectUrl::new("https://app.example.com/callback".into())?);
    let (url, _state) =
        client.authorize_url(CsrfToken::new_random).add_scope(Scope::new("user.read".into())).url();
    println!("{url}");
    let code = std::env::args().nth(1).unwrap_or_default();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let send = |request| send(&http, request);
    let token = client.exchange_code(AuthorizationCode::new(code)).request_async(&send).await?;
    println!("{:?}", token.expires_in());
    Ok(())
}
