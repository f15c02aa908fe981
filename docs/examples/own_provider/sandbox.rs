//! A server with GitLab's URLs and differences from RFC 6749, in place of GitLab.

use oauth_core::{App, Client};
use oauth_sandbox::{Plain, plain};

use super::Failure;
use super::gitlab::{self, Gitlab};

pub(crate) async fn start(redirect_uri: &str) -> Result<Plain, oauth_sandbox::Error> {
    Plain::builder()
        .redirect_uri(redirect_uri)
        .scopes(["read_user", "read_api"])
        .pkce(plain::Pkce::Required)
        .redirect_uri_on(plain::RedirectUri::OnEveryTokenCall)
        .refresh_tokens(plain::RefreshTokens::SingleUse)
        .me_at("/v4/user")
        .start()
        .await
}

pub(crate) fn client(sandbox: &Plain, redirect_uri: &str) -> Result<Client<Gitlab>, Failure> {
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    Ok(Client::new(gitlab::site(sandbox.url())?, app)?)
}
