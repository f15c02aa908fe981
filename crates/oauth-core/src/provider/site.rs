//! A provider's base URLs, and the hosts that may receive its tokens.

use std::fmt;

use url::Url;

use crate::error::Error;
use crate::provider::extra::NoExtra;
use crate::provider::revocation::Revocation;
use crate::provider::token_check::TokenCheck;
use crate::util::secret::AccessToken;
use crate::util::url_policy::check_url;

/// A provider's base URLs.
pub trait Site<X = NoExtra>: Clone + fmt::Debug + Send + Sync + 'static {
    /// Returns the token endpoint, whose origin is kept with every token. A provider without one returns the
    /// base URL under which its tokens are created.
    fn token_url(&self) -> &Url;

    /// Returns the endpoint for refreshes, by default the token endpoint. Refresh tokens and the client's
    /// credentials are sent there. It must be https, or on loopback.
    fn refresh_url(&self) -> &Url {
        self.token_url()
    }

    /// Returns parameters that this site's token calls have, such as an `audience`. None by default.
    fn token_params(&self) -> &[(String, String)] {
        &[]
    }

    /// Returns the authorization server's issuer identifier, if its callbacks have it as `iss` (RFC 9207).
    /// Then a callback without `iss`, or with another, is rejected. None by default.
    fn callback_issuer(&self) -> Option<&str> {
        None
    }

    /// Returns true if an access token may be sent to `url`. `extra` holds the token's provider fields.
    ///
    /// The default allows only the token endpoint's origin. `url` has already passed [`check_url`].
    fn may_receive_token(&self, url: &Url, extra: &X) -> bool {
        let _ = extra;
        url.origin() == self.token_url().origin()
    }

    /// Returns the provider's own call that tells if a token is valid. None by default.
    ///
    /// [`Connection::send`](crate::connections::Connection::send) makes it after repeated 401 responses
    /// without evidence, if the token cannot be refreshed.
    fn token_check(&self, token: &AccessToken) -> Option<TokenCheck> {
        let _ = token;
        None
    }

    /// Returns the provider's call that revokes a token. None by default.
    /// [`Connections::disconnect`](crate::connections::Connections::disconnect) makes it. `token` is the
    /// access token.
    fn revocation(&self, token: &AccessToken) -> Option<Revocation> {
        let _ = token;
        None
    }

    /// Checks the site when a client is built. The default checks the token URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the site cannot be used.
    fn check(&self) -> Result<(), Error> {
        check_url(self.token_url())
    }

    /// Returns PEM certificates of private authorities that this site's servers need. None by default.
    fn root_certificates(&self) -> &[Vec<u8>] {
        &[]
    }
}

/// A site with fixed endpoints and one API host.
#[derive(Clone, Debug)]
pub struct FixedSite {
    /// The value for each `{…}` of a URL.
    label: Option<String>,
    authorize: Url,
    token: Url,
    api: Url,
    refresh: Option<Url>,
    revocation: Option<Url>,
    callback_issuer: Option<String>,
    token_params: Vec<(String, String)>,
}

impl FixedSite {
    /// Creates a site with these URLs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if one is not a URL, or neither https
    /// nor on loopback.
    pub fn new(authorize: &str, token: &str, api: &str) -> Result<Self, Error> {
        Self::of(None, authorize, token, api)
    }

    fn of(label: Option<&str>, authorize: &str, token: &str, api: &str) -> Result<Self, Error> {
        Ok(Self {
            authorize: endpoint(authorize, label)?,
            token: endpoint(token, label)?,
            api: endpoint(api, label)?,
            label: label.map(str::to_owned),
            refresh: None,
            revocation: None,
            callback_issuer: None,
            token_params: Vec::new(),
        })
    }

    /// Creates the site of one customer of a provider whose URLs name the customer. Each `{…}` in them stands
    /// for `label`.
    ///
    /// A label is one part of a host name: up to 63 letters, digits and hyphens, no hyphen at its ends (RFC
    /// 1123 section 2.1). So a label that a user typed cannot change the rest of a URL. The token URL must
    /// have it in its host, which tells the tokens of two customers apart. Each customer needs a client and
    /// connections of its own, and a store of its own or sweeps by account.
    ///
    /// ```
    /// let site = |shop: &str| {
    ///     oauth_core::FixedSite::from_template(
    ///         shop,
    ///         "https://{shop}.shops.example/oauth/authorize",
    ///         "https://{shop}.shops.example/oauth/token",
    ///         "https://{shop}.shops.example/api",
    ///     )
    /// };
    /// assert_eq!(site("acme")?.api_url().as_str(), "https://acme.shops.example/api");
    /// assert!(site("evil.example/").is_err());
    /// # Ok::<(), oauth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if `label` is not one, if the host of the
    /// token URL has no `{…}`, and as [`new`](Self::new).
    pub fn from_template(label: &str, authorize: &str, token: &str, api: &str) -> Result<Self, Error> {
        if !is_host_label(label) {
            return Err(Error::invalid_input("a part of the URL is not one label of a host name")
                .with_help("use letters, digits and hyphens, such as `acme` of https://acme.example.com"));
        }
        let host = |label| Url::parse(&filled(token, label)).ok()?.host_str().map(str::to_owned);
        if host("a") == host("b") {
            return Err(Error::invalid_input("the host of the token URL has no `{…}`"));
        }
        Self::of(Some(label), authorize, token, api)
    }

    /// Sets the endpoint for refreshes, where it is not the token endpoint. Refresh tokens and the client's
    /// credentials are sent there.
    ///
    /// ```
    /// let site = oauth_core::FixedSite::new(
    ///     "https://shop.example/oauth/authorize",
    ///     "https://api.shop.example/oauth/token",
    ///     "https://api.shop.example",
    /// )?
    /// .with_refresh_url("https://api.shop.example/oauth/refresh")?
    /// .with_revocation_url("https://api.shop.example/oauth/revoke")?
    /// .with_callback_issuer("https://shop.example")
    /// .with_token_param("audience", "https://api.shop.example");
    /// # Ok::<(), oauth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_refresh_url(mut self, url: &str) -> Result<Self, Error> {
        self.refresh = Some(endpoint(url, self.label.as_deref())?);
        Ok(self)
    }

    /// Sets the revocation endpoint of RFC 7009. Tokens and the client's credentials are sent there.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_revocation_url(mut self, url: &str) -> Result<Self, Error> {
        self.revocation = Some(endpoint(url, self.label.as_deref())?);
        Ok(self)
    }

    /// Sets the issuer identifier that callbacks must have as `iss` (RFC 9207). `{…}` is filled as in
    /// [`from_template`](Self::from_template).
    #[must_use]
    pub fn with_callback_issuer(mut self, issuer: &str) -> Self {
        self.callback_issuer = Some(self.with_label(issuer));
        self
    }

    /// Adds a parameter to the token calls, such as an `audience`. `{…}` in its value is filled as in
    /// [`from_template`](Self::from_template). Not for secrets: `Debug` shows it.
    #[must_use]
    pub fn with_token_param(mut self, name: impl Into<String>, value: &str) -> Self {
        self.token_params.push((name.into(), self.with_label(value)));
        self
    }

    fn with_label(&self, text: &str) -> String {
        self.label.as_deref().map_or_else(|| text.to_owned(), |label| filled(text, label))
    }

    /// The authorize endpoint.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// The API's base URL.
    pub fn api_url(&self) -> &Url {
        &self.api
    }
}

impl<X> Site<X> for FixedSite {
    fn token_url(&self) -> &Url {
        &self.token
    }

    fn refresh_url(&self) -> &Url {
        self.refresh.as_ref().unwrap_or(&self.token)
    }

    fn token_params(&self) -> &[(String, String)] {
        &self.token_params
    }

    fn callback_issuer(&self) -> Option<&str> {
        self.callback_issuer.as_deref()
    }

    fn revocation(&self, _: &AccessToken) -> Option<Revocation> {
        self.revocation.clone().map(Revocation::rfc7009)
    }

    fn may_receive_token(&self, url: &Url, _: &X) -> bool {
        [&self.token, &self.api].iter().any(|own| own.origin() == url.origin())
    }
}

fn endpoint(text: &str, label: Option<&str>) -> Result<Url, Error> {
    let text = label.map_or_else(|| text.to_owned(), |label| filled(text, label));
    if text.contains(['{', '}']) {
        return Err(Error::invalid_input("a URL has a brace that stands for nothing")
            .with_help("`FixedSite::from_template` fills `{…}`"));
    }
    let url = Url::parse(&text)
        .map_err(|source| Error::invalid_input("a URL cannot be read").with_source(source))?;
    check_url(&url)?;
    Ok(url)
}

fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Returns the template with `label` in place of each `{…}`.
fn filled(template: &str, label: &str) -> String {
    let Some((before, rest)) = template.split_once('{') else { return template.to_owned() };
    match rest.split_once('}') {
        Some((_, after)) => format!("{before}{label}{}", filled(after, label)),
        None => template.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(label: &str, host: &str) -> Result<FixedSite, Error> {
        let url = |path| format!("https://{host}/{path}");
        FixedSite::from_template(label, &url("authorize"), &url("{tenant}/token"), &url("api"))
    }

    #[test]
    fn template_takes_one_label() {
        let site = of("Acme-1", "{shop}.example.com").unwrap();
        assert_eq!(site.authorize.as_str(), "https://acme-1.example.com/authorize");
        assert_eq!(site.token.as_str(), "https://acme-1.example.com/Acme-1/token");
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert!(Site::<NoExtra>::may_receive_token(&site, &url("https://acme-1.example.com/x"), &NoExtra {}));
        for other in ["https://acme-2.example.com/", "https://example.com/", "http://acme-1.example.com/"] {
            assert!(!Site::<NoExtra>::may_receive_token(&site, &url(other), &NoExtra {}), "{other}");
        }
        let long = "a".repeat(64);
        for label in
            ["", "-a", "a-", "a.b", "a/b", "a@b", "a:1", "a#", "a?", "a%2e", "ä", "a b", "a\t", "{a}", &long]
        {
            assert!(of(label, "{shop}.example.com").is_err(), "{label:?}");
        }
        for host in ["example.com", "{shop.example.com", "shop}.example.com", "{a}.{b"] {
            assert!(of("acme", host).is_err(), "{host}");
        }
        assert!(
            FixedSite::from_template("a", "https://a.example/", "https://b.example/", "https://c.example/")
                .is_err()
        );
    }
}
