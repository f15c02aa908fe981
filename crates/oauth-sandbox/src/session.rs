//! Browser sessions on the server. The cookie holds only a random identifier.

use std::sync::Mutex;

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use hashlink::LruCache;
use subtle::ConstantTimeEq as _;

use crate::random;
use crate::sync::lock;

const MAX_SESSIONS: usize = 1000;

#[derive(Clone)]
pub(crate) struct Session {
    /// [`User::login`](crate::User::login) of the logged-in user.
    pub(crate) user: Option<String>,
    /// The path of this provider to open after the login.
    pub(crate) return_to: Option<String>,
    /// Sent back by every form (CSRF protection).
    pub(crate) form_token: String,
}

impl Session {
    fn new() -> Self {
        Self { user: None, return_to: None, form_token: random::opaque() }
    }

    pub(crate) fn has_form_token(&self, form_token: &str) -> bool {
        self.form_token.as_bytes().ct_eq(form_token.as_bytes()).into()
    }
}

pub(crate) struct Sessions {
    /// Differs between providers: cookies ignore the port.
    cookie: String,
    open: Mutex<LruCache<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(provider: &str, port: u16) -> Self {
        let open = Mutex::new(LruCache::new(MAX_SESSIONS));
        Self { cookie: format!("sandbox_{provider}_{port}"), open }
    }

    pub(crate) fn find(&self, jar: &CookieJar) -> Option<Session> {
        lock(&self.open).get(jar.get(&self.cookie)?.value()).cloned()
    }

    /// Applies `change` to the browser's session and returns it. Creates a session if there is none.
    pub(crate) fn update(&self, jar: &CookieJar, change: impl FnOnce(&mut Session)) -> (Session, CookieJar) {
        if let Some(cookie) = jar.get(&self.cookie)
            && let Some(session) = lock(&self.open).get_mut(cookie.value())
        {
            change(session);
            return (session.clone(), jar.clone());
        }
        let mut session = Session::new();
        change(&mut session);
        let jar = self.open(jar, session.clone());
        (session, jar)
    }

    /// Logs `user` in under a new session identifier, against session fixation. Returns the path to open
    /// next.
    pub(crate) fn log_in(&self, jar: &CookieJar, user: &str) -> (Option<String>, CookieJar) {
        let before = self.close(jar);
        let session = Session { user: Some(user.to_owned()), ..Session::new() };
        (before.and_then(|session| session.return_to), self.open(jar, session))
    }

    pub(crate) fn log_out(&self, jar: &CookieJar) -> CookieJar {
        self.close(jar);
        jar.clone().remove(Cookie::build(self.cookie.clone()).path("/"))
    }

    pub(crate) fn clear(&self) {
        lock(&self.open).clear();
    }

    fn open(&self, jar: &CookieJar, session: Session) -> CookieJar {
        let id = random::opaque();
        lock(&self.open).insert(id.clone(), session);
        // Lax, not Strict: the browser arrives from the application's site.
        let jar = jar.clone();
        jar.add(Cookie::build((self.cookie.clone(), id)).path("/").http_only(true).same_site(SameSite::Lax))
    }

    fn close(&self, jar: &CookieJar) -> Option<Session> {
        lock(&self.open).remove(jar.get(&self.cookie)?.value())
    }
}
