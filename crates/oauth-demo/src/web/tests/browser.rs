//! A browser without scripts, and its pages.

use http::{HeaderMap, StatusCode};
use regex::Regex;
use scraper::{Html, Selector};

/// Keeps cookies, follows no redirects, and sends `Sec-Fetch-Site`, and `Origin` with forms.
#[derive(Clone)]
pub(super) struct Browser {
    client: reqwest::Client,
    origin: String,
}

/// A response.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn at(origin: &str) -> Self {
        // reqwest needs a crypto provider even for plain http. Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().no_proxy().cookie_store(true);
        let client = builder.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, origin: origin.to_owned() }
    }

    pub(super) async fn home(&self) -> Page {
        let page = self.get("/").await;
        assert_eq!(page.status, 200);
        page
    }

    /// Requests a path on this server, or a URL.
    pub(super) async fn get(&self, target: &str) -> Page {
        self.send("GET", target, "", &[("sec-fetch-site", "same-origin")]).await
    }

    pub(super) async fn post(&self, path: &str, form: &str) -> Page {
        self.send("POST", path, form, &[("origin", &self.origin), ("sec-fetch-site", "same-origin")]).await
    }

    pub(super) async fn send(
        &self,
        method: &str,
        target: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> Page {
        let url =
            if target.starts_with('/') { format!("{}{target}", self.origin) } else { target.to_owned() };
        let mut request = self.client.request(method.parse().unwrap(), url);
        if method == "POST" {
            request =
                request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Page { status, headers, body: response.text().await.unwrap() }
    }
}

fn normalize_whitespace<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

impl Page {
    fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    pub(super) fn location(&self) -> String {
        let location = self.headers.get("location").unwrap_or_else(|| panic!("no redirect: {self:?}"));
        location.to_str().unwrap().to_owned()
    }

    /// The text of the only element that matches.
    pub(super) fn text(&self, selector: &str) -> String {
        let html = self.html();
        let selector = Selector::parse(selector).unwrap();
        let found: Vec<_> = html.select(&selector).collect();
        assert_eq!(found.len(), 1, "{}", self.body);
        normalize_whitespace(found[0].text())
    }

    pub(super) fn count(&self, selector: &str) -> usize {
        self.html().select(&Selector::parse(selector).unwrap()).count()
    }

    fn attribute(&self, selector: &str, name: &str) -> String {
        let html = self.html();
        let found = html.select(&Selector::parse(selector).unwrap()).next();
        found
            .and_then(|found| found.attr(name))
            .unwrap_or_else(|| panic!("no {selector}: {}", self.body))
            .to_owned()
    }

    pub(super) fn link(&self, selector: &str) -> String {
        self.attribute(selector, "href")
    }

    /// The state of the connection to this provider.
    pub(super) fn health(&self, provider: &str) -> String {
        self.attribute(&format!("tr[data-provider={provider}]"), "data-health")
    }

    /// The text of the provider's row.
    pub(super) fn row(&self, provider: &str) -> String {
        self.text(&format!("tr[data-provider={provider}]"))
    }

    pub(super) fn version(&self) -> String {
        self.attribute("main", "data-version")
    }

    pub(super) fn has_none_of(&self, secrets: &[String]) {
        for secret in secrets {
            // A shorter secret could be part of a word and is redacted only in its field.
            assert!(secret.len() < 8 || !self.body.contains(secret), "{secret} in {}", self.body);
        }
    }

    /// The page with placeholders for values that vary, one element per line.
    pub(super) fn normalized(&self) -> String {
        let mut body = self.body.clone();
        for (pattern, name) in [
            (r"127\.0\.0\.1:\d+|localhost:\d+", "HOST"),
            (r#"datetime="[^"]*""#, r#"datetime="TIME""#),
            (r#"data-(now|until|version)="\d+""#, r#"data-$1="N""#),
            (r"\b\d\d:\d\d:\d\d\b", "HH:MM:SS"),
            (r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}<", "DAY<"),
            (r#"class="left" width="\d+""#, r#"class="left" width="N""#),
            (r"\b[0-9a-f]{32,}\b", "HEX"),
            (r#"id="call-\d+""#, r#"id="call-N""#),
            (r"><", ">\n<"),
        ] {
            body = Regex::new(pattern).unwrap().replace_all(&body, name).into_owned();
        }
        // The order of log entries varies, and other tests cover them.
        let (head, rest) = body.split_once("<section class=\"wire\"").unwrap();
        let (_, tail) = rest.split_once("</section>").unwrap();
        format!("{head}<section class=\"wire\">…</section>{tail}")
    }
}
