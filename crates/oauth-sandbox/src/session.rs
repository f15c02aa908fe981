//! Server-side browser sessions: the cookie holds a random identifier, everything else stays here.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use subtle::ConstantTimeEq as _;

use crate::random;
use crate::sync::lock;

/// More browsers than any test has; beyond it old sessions make room.
const MOST: usize = 1000;

/// What the provider remembers about one browser.
#[derive(Clone)]
pub(crate) struct Session {
    /// Who is logged in: [`User::login`](crate::User::login).
    pub(crate) user: Option<String>,
    /// Where to go after the login: a path of this provider.
    pub(crate) return_to: Option<String>,
    /// Every form carries it back (CSRF protection).
    pub(crate) form_token: String,
}

impl Session {
    fn new() -> Self {
        Self { user: None, return_to: None, form_token: random::opaque() }
    }

    /// Whether a form came from a page of this session.
    pub(crate) fn sent_form(&self, form_token: &str) -> bool {
        self.form_token.as_bytes().ct_eq(form_token.as_bytes()).into()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.user).finish_non_exhaustive()
    }
}

/// All sessions of one provider.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// Cookies ignore the port, so providers side by side on loopback need names of their own.
    cookie: String,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(provider: &str, port: u16) -> Self {
        Self { cookie: format!("sandbox_{provider}_{port}"), open: Mutex::default() }
    }

    /// The session of the browser that sent `jar`, if it has one.
    pub(crate) fn of(&self, jar: &CookieJar) -> Option<Session> {
        lock(&self.open).get(jar.get(&self.cookie)?.value()).cloned()
    }

    /// The browser's session, a new one if need be, after `change`.
    pub(crate) fn keep(&self, jar: CookieJar, change: impl FnOnce(&mut Session)) -> (Session, CookieJar) {
        if let Some(cookie) = jar.get(&self.cookie)
            && let Some(session) = lock(&self.open).get_mut(cookie.value())
        {
            change(session);
            return (session.clone(), jar);
        }
        let mut session = Session::new();
        change(&mut session);
        let jar = self.open(jar, session.clone());
        (session, jar)
    }

    /// Logs `user` in, under a new identifier, so that one planted in the browser before is worth nothing.
    /// Gives back where the person wanted to go.
    pub(crate) fn log_in(&self, jar: CookieJar, user: &str) -> (Option<String>, CookieJar) {
        let before = self.close(&jar);
        let session = Session { user: Some(user.to_owned()), ..Session::new() };
        (before.and_then(|session| session.return_to), self.open(jar, session))
    }

    pub(crate) fn log_out(&self, jar: CookieJar) -> CookieJar {
        self.close(&jar);
        jar.remove(Cookie::build(self.cookie.clone()).path("/"))
    }

    pub(crate) fn clear(&self) {
        lock(&self.open).clear();
    }

    fn open(&self, jar: CookieJar, session: Session) -> CookieJar {
        let id = random::opaque();
        let mut open = lock(&self.open);
        if open.len() >= MOST
            && let Some(other) = open.keys().next().cloned()
        {
            open.remove(&other);
        }
        open.insert(id.clone(), session);
        drop(open);
        // Lax, not Strict: the person comes here from the application's own site.
        jar.add(Cookie::build((self.cookie.clone(), id)).path("/").http_only(true).same_site(SameSite::Lax))
    }

    fn close(&self, jar: &CookieJar) -> Option<Session> {
        lock(&self.open).remove(jar.get(&self.cookie)?.value())
    }
}
