use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, RedirectUrl, Scope, TokenResponse, TokenUrl, reqwest,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = BasicClient::new(ClientId::new("client-id".into()))
        .set_client_secret(ClientSecret::new("client-secret".into()))
        .set_auth_uri(AuthUrl::new("https://auth.example.com/oauth/authorize".into())?)
        .set_token_uri(TokenUrl::new("https://auth.example.com/oauth/token".into())?)
        .set_redirect_uri(RedirectUrl::new("https://app.example.com/callback".into())?);
    let (url, _state) = client.authorize_url(CsrfToken::new_random).add_scope(Scope::new("user.read".into())).url();
    println!("{url}");
    let code = std::env::args().nth(1).unwrap_or_default();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let token = client.exchange_code(AuthorizationCode::new(code)).request_async(&http).await?;
    println!("{:?}", token.expires_in());
    Ok(())
}
