//! Who calls a protected page (docs/provider-facts.md 1e, 1g).

use axum_extra::extract::cookie::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};

use axum::response::{IntoResponse as _, Response};

use super::{Rules, pages};
use crate::journal::RequestLog;
use crate::page::Page;
use crate::provider::{ProviderCore, ProviderRules as _};
use crate::server::ConnectionInfo;
use crate::user::User;

/// How somebody was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    OAuthToken,
    PersonalToken,
    Password,
    Session,
}

/// The one who may pass, else the answer that stops them. OAuth callers are stopped here when the late rules are on.
pub(super) fn admit(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
    arrived: ConnectionInfo,
    log: &RequestLog,
) -> Result<User, Box<Response>> {
    admit_by(core, headers, jar, arrived, log).map(|(user, _)| user)
}

/// As [`admit`], and how they were recognised.
pub(super) fn admit_by(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
    arrived: ConnectionInfo,
    log: &RequestLog,
) -> Result<(User, By), Box<Response>> {
    let Some((user, by)) = recognise(core, headers, jar) else {
        return Err(challenge(log));
    };
    if by == By::OAuthToken {
        if core.setup.plain.is_some() && !arrived.secure {
            log.note("refused: OAuth token over plain HTTP");
            let text = "OAuth calls are to be made over HTTPS.";
            let page =
                Page::message(Rules::TITLE, StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", text);
            return Err(Box::new(page.into_response()));
        }
        if core.setup.options.late_acl {
            log.note("refused: OAuth callers have no access here");
            let page =
                Page::message(Rules::TITLE, StatusCode::FORBIDDEN, "Access denied", "You may not see this.");
            return Err(Box::new(page.into_response()));
        }
    }
    log.note(format!("acting as {} by {by:?}", user.login));
    Ok((user, by))
}

/// The answer to a stranger.
pub(super) fn challenge(log: &RequestLog) -> Box<Response> {
    log.note("anonymous: refused");
    let challenge = (WWW_AUTHENTICATE, "Basic realm=\"GoCD\"");
    let body = serde_json::json!({ "message": "You are not authenticated!" }).to_string();
    let headers = [challenge, (CONTENT_TYPE, "application/json; charset=utf-8")];
    Box::new((StatusCode::UNAUTHORIZED, headers, body).into_response())
}

/// Who calls, if it can be told. A header that says nothing good is not made up for by a session.
pub(super) fn recognise(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
) -> Option<(User, By)> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return pages::logged_in(core, jar).map(|(_, user)| (user, By::Session));
    };
    let header = header.to_str().ok()?;
    let mut state = core.state();
    if let Some(token) = oauth_token(header) {
        let token = state.token_of(token)?;
        if core.setup.options.check_expiry && token.expires_at <= core.now().timestamp() {
            return None;
        }
        return Some((state.user(&token.grant.user)?.clone(), By::OAuthToken));
    }
    let (scheme, credentials) = header.split_once(' ')?;
    if scheme == "Bearer" || scheme == "bearer" {
        let owner = state.use_personal(credentials, core.now())?.to_owned();
        return Some((state.user(&owner)?.clone(), By::PersonalToken));
    }
    if scheme.eq_ignore_ascii_case("Basic") {
        let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (login, password) = decoded.split_once(':')?;
        let user = state.users.iter().find(|user| user.matches_login(login) && user.password == password)?;
        return Some((user.clone(), By::Password));
    }
    None
}

/// What stands between the quotes when `header` has the one form that GoCD's filter takes, `^Token token="(.*?)"$`.
fn oauth_token(header: &str) -> Option<&str> {
    header.strip_prefix("Token token=\"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::oauth_token;

    fn by_the_letter(header: &str) -> Option<String> {
        let filter = regex::Regex::new(r#"^Token token="(.*?)"$"#).unwrap();
        filter.captures(header).map(|found| found[1].to_owned())
    }

    proptest! {
        #[test]
        fn reads_the_header_as_the_regular_expression_does(
            header in r#"(Token|token|Bearer)?( |  )?(token=|Token=)?"{0,2}[ -~]{0,6}"{0,2}[ ,a]?"#
        ) {
            prop_assert_eq!(oauth_token(&header).map(str::to_owned), by_the_letter(&header));
        }

        #[test]
        fn finds_any_token(token in "[ -~]{0,70}") {
            let header = format!("Token token=\"{token}\"");
            prop_assert_eq!(oauth_token(&header), Some(token.as_str()));
            let longer = format!("{header} ");
            prop_assert_eq!(oauth_token(&longer), None);
        }
    }
}
