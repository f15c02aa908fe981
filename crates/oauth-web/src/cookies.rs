//! Cookies of attempts: encrypted and authenticated, bound to their names, one for each attempt.

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, CookieJar, SameSite};
use oauth_core::{Error, PendingAuthorization, State};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::key::CookieKey;
use crate::login_attempt::{LastOutcome, LoginAttempt, Stage, short_name};
use crate::outcome::Outcome;

/// Most attempts of one browser. More would not fit into a request's headers.
const MAX_ATTEMPTS: usize = 5;
/// Browsers limit a cookie with its name and attributes to 4096 bytes.
const MAX_BYTES: usize = 3_900;
/// A cookie outlives its attempt by this time, so that a late user sees that the attempt has expired.
const EXTRA_AGE: Duration = Duration::from_secs(45 * 60);

/// The attempts of one browser, from a request's cookies.
pub(crate) struct Cookies<'k> {
    jar: CookieJar,
    key: &'k CookieKey,
    is_secure: bool,
}

impl<'k> Cookies<'k> {
    pub(crate) fn parse(headers: &HeaderMap, key: &'k CookieKey, is_secure: bool) -> Self {
        let mut jar = CookieJar::new();
        for value in headers.get_all(COOKIE) {
            // Other cookies of this host may hold any bytes, and unpaired quotes. Those of this crate hold
            // neither.
            let line = String::from_utf8_lossy(value.as_bytes());
            for cookie in line.split(';').filter_map(|pair| Cookie::parse(pair.trim().to_owned()).ok()) {
                if cookie.name().starts_with(prefix(is_secure)) || cookie.name() == outcome_name(is_secure) {
                    jar.add_original(cookie);
                }
            }
        }
        Self { jar, key, is_secure }
    }

    /// Returns the attempt of a callback's `state`, if this browser began it.
    pub(crate) fn attempt(&self, state: &State) -> Option<(String, LoginAttempt)> {
        let name = self.name(state);
        self.open(&name).map(|attempt| (name, attempt))
    }

    /// Returns the attempt of a result page, and the outcome of its last callback.
    pub(crate) fn attempt_with_id(&self, id: &str) -> Option<(LoginAttempt, Option<Outcome>)> {
        let attempt: LoginAttempt = self.open(&format!("{}{id}", prefix(self.is_secure)))?;
        if let Stage::Ended(outcome) = &attempt.stage {
            let outcome = outcome.clone();
            return Some((attempt, Some(outcome)));
        }
        let last: Option<LastOutcome> = self.open(outcome_name(self.is_secure));
        Some((attempt, last.filter(|last| last.attempt == id).map(|last| last.outcome)))
    }

    /// Returns the newest pending attempt at a provider, and `true` if it is the only one.
    /// For callbacks without `state`.
    pub(crate) fn newest(&self, provider: &str) -> Option<(String, LoginAttempt, bool)> {
        let mut found: Vec<(String, LoginAttempt)> = self
            .names()
            .into_iter()
            .filter_map(|name| self.open::<LoginAttempt>(&name).map(|attempt| (name, attempt)))
            .filter(|(_, attempt)| attempt.provider == provider && matches!(attempt.stage, Stage::Pending(_)))
            .collect();
        found.sort_by_key(|(_, attempt)| begun_at(attempt));
        let (name, attempt) = found.pop()?;
        Some((name, attempt, found.is_empty()))
    }

    /// Adds a new attempt, and removes the oldest ones if there are too many.
    pub(crate) fn begin(
        &mut self,
        pending: PendingAuthorization,
        account: String,
        query: String,
        age: Duration,
    ) -> Result<(), Error> {
        let mut others: Vec<(String, Option<LoginAttempt>)> =
            self.names().into_iter().map(|name| (name.clone(), self.open(&name))).collect();
        // Unreadable ones go first: of an older key, or of another application on this host.
        others.sort_by_key(|(_, attempt)| attempt.as_ref().and_then(begun_at));
        let too_many = (others.len() + 1).saturating_sub(MAX_ATTEMPTS);
        for (name, _) in others.into_iter().take(too_many) {
            self.remove(name);
        }
        let name = self.name(&pending.state());
        let provider = pending.provider().to_owned();
        self.put(name, &LoginAttempt { provider, account, query, stage: Stage::Pending(pending) }, age)
    }

    /// Stores an attempt under its name.
    pub(crate) fn put(&mut self, name: String, attempt: &LoginAttempt, age: Duration) -> Result<(), Error> {
        self.seal(name, attempt, age + EXTRA_AGE)
    }

    /// Stores the outcome of a callback that did not end its attempt.
    pub(crate) fn put_last_outcome(&mut self, last: &LastOutcome, age: Duration) -> Result<(), Error> {
        self.seal(outcome_name(self.is_secure).to_owned(), last, age)
    }

    fn seal(&mut self, name: String, value: &impl Serialize, age: Duration) -> Result<(), Error> {
        let text = serde_json::to_string(value)
            .map_err(|_| Error::invalid_input("the attempt cannot be serialized"))?;
        let max_age = age.try_into().unwrap_or(cookie::time::Duration::HOUR);
        let cookie = self.with_attributes(Cookie::new(name.clone(), text));
        self.jar.private_mut(self.key.as_key()).add(cookie.max_age(max_age).build());
        let length = self.jar.get(&name).map_or(0, |cookie| name.len() + cookie.value().len());
        if length > MAX_BYTES {
            self.jar.force_remove(name);
            return Err(Error::invalid_input(format!(
                "the attempt takes {length} bytes, too many for a cookie"
            ))
            .with_help("request fewer scopes, or use a shorter account name"));
        }
        Ok(())
    }

    /// Returns the `Set-Cookie` headers of the response.
    pub(crate) fn changes(&self) -> Vec<HeaderValue> {
        self.jar.delta().filter_map(|cookie| HeaderValue::try_from(cookie.to_string()).ok()).collect()
    }

    fn remove(&mut self, name: String) {
        let removed = self.with_attributes(Cookie::new(name, ""));
        self.jar.remove(removed);
    }

    fn with_attributes(&self, cookie: Cookie<'static>) -> cookie::CookieBuilder<'static> {
        Cookie::build(cookie).path("/").http_only(true).same_site(SameSite::Lax).secure(self.is_secure)
    }

    fn name(&self, state: &State) -> String {
        format!("{}{}", prefix(self.is_secure), short_name(state))
    }

    fn names(&self) -> Vec<String> {
        let names = self.jar.iter().map(|cookie| cookie.name().to_owned());
        names.filter(|name| name.starts_with(prefix(self.is_secure))).collect()
    }

    fn open<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let cookie = self.jar.private(self.key.as_key()).get(name)?;
        serde_json::from_str(cookie.value()).ok()
    }
}

/// With `__Host-` a browser accepts the cookie over https and from this host only, never from a subdomain
/// (RFC 6265bis section 4.1.3.2). Plain http, which is for loopback, has no such protection.
fn prefix(is_secure: bool) -> &'static str {
    if is_secure { "__Host-oauth-web-" } else { "oauth-web-" }
}

fn outcome_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-oauth-outcome" } else { "oauth-outcome" }
}

fn begun_at(attempt: &LoginAttempt) -> Option<oauth_core::chrono::DateTime<oauth_core::chrono::Utc>> {
    match &attempt.stage {
        Stage::Pending(pending) => Some(pending.begun_at()),
        Stage::Ended(_) => None,
    }
}
