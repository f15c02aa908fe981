//! The cookies that attempts travel in: encrypted and authenticated, bound to their names, one for each attempt.

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, CookieJar, SameSite};
use oauth_core::{Error, PendingAuthorization, State};

use crate::attempt::{Attempt, Stage, short_name};
use crate::key::CookieKey;

/// How many attempts one browser has at most. More would not fit into a request's headers.
const MOST: usize = 5;
/// Browsers keep 4096 bytes of a cookie with its name and attributes.
const LARGEST: usize = 3_900;
/// How much longer than an attempt may take its cookie stays, so that a person who comes too late is told so.
const AFTERWARDS: Duration = Duration::from_secs(45 * 60);

/// The attempts of one browser, as a request brought them.
pub(crate) struct Cookies<'k> {
    jar: CookieJar,
    key: &'k CookieKey,
    is_secure: bool,
}

impl<'k> Cookies<'k> {
    pub(crate) fn read(headers: &HeaderMap, key: &'k CookieKey, is_secure: bool) -> Self {
        let mut jar = CookieJar::new();
        for line in headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            for cookie in Cookie::split_parse(line.to_owned()).flatten() {
                if cookie.name().starts_with(prefix(is_secure)) {
                    jar.add_original(cookie);
                }
            }
        }
        Self { jar, key, is_secure }
    }

    /// The attempt that a callback's `state` belongs to, if this browser began it.
    pub(crate) fn attempt(&self, state: &State) -> Option<(String, Attempt)> {
        let name = self.name(state);
        self.open(&name).map(|attempt| (name, attempt))
    }

    /// The newest attempt at a provider that is under way, and whether there is no other: for callbacks without `state`.
    pub(crate) fn newest(&self, provider: &str) -> Option<(String, Attempt, bool)> {
        let mut found: Vec<(String, Attempt)> = self
            .names()
            .into_iter()
            .filter_map(|name| self.open(&name).map(|attempt| (name, attempt)))
            .filter(|(_, attempt)| attempt.provider == provider && matches!(attempt.stage, Stage::Pending(_)))
            .collect();
        found.sort_by_key(|(_, attempt)| begun_at(attempt));
        let (name, attempt) = found.pop()?;
        Some((name, attempt, found.is_empty()))
    }

    /// Adds an attempt that was just begun, and forgets the oldest if there are too many.
    pub(crate) fn begin(
        &mut self,
        pending: PendingAuthorization,
        account: String,
        query: String,
        age: Duration,
    ) -> Result<(), Error> {
        let mut others: Vec<(String, Option<Attempt>)> =
            self.names().into_iter().map(|name| (name.clone(), self.open(&name))).collect();
        // Those that nobody can read go first: of an older key, or of somebody else on this host.
        others.sort_by_key(|(_, attempt)| attempt.as_ref().and_then(begun_at));
        let too_many = (others.len() + 1).saturating_sub(MOST);
        for (name, _) in others.into_iter().take(too_many) {
            self.remove(name);
        }
        let name = self.name(&pending.state());
        let provider = pending.provider().to_owned();
        self.put(name, &Attempt { provider, account, query, stage: Stage::Pending(pending) }, age)
    }

    /// Keeps an attempt under its name.
    pub(crate) fn put(&mut self, name: String, attempt: &Attempt, age: Duration) -> Result<(), Error> {
        let text = serde_json::to_string(attempt)
            .map_err(|_| Error::invalid_input("the attempt cannot be written"))?;
        let lasts = (age + AFTERWARDS).try_into().unwrap_or(cookie::time::Duration::HOUR);
        let cookie = self.shaped(Cookie::new(name.clone(), text));
        self.jar.private_mut(self.key.as_key()).add(cookie.max_age(lasts).build());
        let length = self.jar.get(&name).map_or(0, |cookie| name.len() + cookie.value().len());
        if length > LARGEST {
            self.jar.force_remove(name);
            return Err(Error::invalid_input(format!(
                "the attempt takes {length} bytes, which no browser keeps in a cookie"
            ))
            .with_help("ask for fewer scopes, or give the account a shorter name"));
        }
        Ok(())
    }

    /// What the answer tells the browser.
    pub(crate) fn changes(&self) -> Vec<HeaderValue> {
        self.jar.delta().filter_map(|cookie| HeaderValue::try_from(cookie.to_string()).ok()).collect()
    }

    fn remove(&mut self, name: String) {
        let gone = self.shaped(Cookie::new(name, ""));
        self.jar.remove(gone);
    }

    fn shaped(&self, cookie: Cookie<'static>) -> cookie::CookieBuilder<'static> {
        Cookie::build(cookie).path("/").http_only(true).same_site(SameSite::Lax).secure(self.is_secure)
    }

    fn name(&self, state: &State) -> String {
        format!("{}{}", prefix(self.is_secure), short_name(state))
    }

    fn names(&self) -> Vec<String> {
        self.jar.iter().map(|cookie| cookie.name().to_owned()).collect()
    }

    fn open(&self, name: &str) -> Option<Attempt> {
        let cookie = self.jar.private(self.key.as_key()).get(name)?;
        serde_json::from_str(cookie.value()).ok()
    }
}

/// With `__Host-` a browser takes the cookie from this host only, over https: none that a neighbouring subdomain plants
/// (RFC 6265bis section 4.1.3.2). Over plain http, which is for loopback, there is no such protection.
fn prefix(is_secure: bool) -> &'static str {
    if is_secure { "__Host-oauth-web-" } else { "oauth-web-" }
}

fn begun_at(attempt: &Attempt) -> Option<oauth_core::chrono::DateTime<oauth_core::chrono::Utc>> {
    match &attempt.stage {
        Stage::Pending(pending) => Some(pending.begun_at()),
        Stage::Ended(_) => None,
    }
}
