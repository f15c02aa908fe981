//! A person's browser goes back to the application.

use http::Response;
use http::header::LOCATION;
use url::Url;

use super::{Browser, MOST_PAGES, is_loopback, location};
use crate::Error;

impl Browser {
    /// Goes where [`approve`](Self::approve) or [`deny`](Self::deny) led: asks for `callback` as a browser does, with `GET`, and
    /// follows redirects. Gives back the page at the end, whatever its status, its body as text.
    ///
    /// The application has to listen on this computer, in plain HTTP or with the sandbox's own certificate.
    ///
    /// # Errors
    /// [`Error::NotLocalUrl`] when the way leads to another computer; [`Error::Browser`] when nobody answers;
    /// [`Error::TooManyPages`] when it leads around in circles.
    pub async fn follow(&self, callback: impl AsRef<str>) -> Result<Response<String>, Error> {
        let mut next = Url::parse(callback.as_ref())?;
        let browser = self.browser()?;
        for _ in 0..MOST_PAGES {
            if !is_loopback(&next) || !matches!(next.scheme(), "http" | "https") {
                // No more of it than this: the rest may hold a code.
                let host = next.host_str().map(|host| format!("//{host}")).unwrap_or_default();
                return Err(Error::NotLocalUrl(format!("{}:{host}", next.scheme())));
            }
            let response = browser.get(next).send().await.map_err(reqwest::Error::without_url)?;
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
