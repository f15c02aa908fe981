//! Following the redirect back to the application.

use http::Response;
use http::header::LOCATION;
use url::Url;

use super::{Browser, MAX_PAGES, is_loopback, location};
use crate::Error;

impl Browser {
    /// Opens the URL that [`approve`](Self::approve) or [`deny`](Self::deny) returned and follows redirects.
    /// Returns the last response with its body as text, whatever its status.
    ///
    /// The application has to listen on this computer, over plain HTTP or with a certificate of the sandbox's
    /// authority.
    ///
    /// # Errors
    /// [`Error::NotLocalUrl`] when the URL or a redirect leads to another computer; [`Error::Browser`] when a
    /// request fails; [`Error::TooManyPages`] when the redirects do not end; [`Error::Url`].
    pub async fn follow(&self, callback: impl AsRef<str>) -> Result<Response<String>, Error> {
        let mut next = Url::parse(callback.as_ref())?;
        let client = self.http_client()?;
        for _ in 0..MAX_PAGES {
            if !is_loopback(&next) || !matches!(next.scheme(), "http" | "https") {
                // Only scheme and host: the rest may contain a code.
                let host = next.host_str().map(|host| format!("//{host}")).unwrap_or_default();
                return Err(Error::NotLocalUrl(format!("{}:{host}", next.scheme())));
            }
            let response = client.get(next).send().await.map_err(reqwest::Error::without_url)?;
            if response.status().is_redirection() && response.headers().contains_key(LOCATION) {
                (_, next) = location(&response)?;
                continue;
            }
            let mut page = Response::new(String::new());
            *page.status_mut() = response.status();
            *page.headers_mut() = response.headers().clone();
            *page.body_mut() = response.text().await.map_err(reqwest::Error::without_url)?;
            return Ok(page);
        }
        Err(Error::TooManyPages)
    }
}
