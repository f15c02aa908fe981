//! Authentication of API calls (docs/provider-facts.md 1e, 1g).

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

/// The method of authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthMethod {
    OAuthToken,
    PersonalToken,
    Password,
    Session,
}

/// Returns the caller, otherwise an error response. Rejects OAuth tokens with the option `late_acl`.
pub(super) fn authenticate(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
    connection: ConnectionInfo,
    log: &RequestLog,
) -> Result<User, Box<Response>> {
    authenticate_with_method(core, headers, jar, connection, log).map(|(user, _)| user)
}

/// As [`authenticate`], with the method.
pub(super) fn authenticate_with_method(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
    connection: ConnectionInfo,
    log: &RequestLog,
) -> Result<(User, AuthMethod), Box<Response>> {
    let Some((user, method)) = identify(core, headers, jar) else {
        return Err(challenge(log));
    };
    if method == AuthMethod::OAuthToken {
        if core.setup.plain.is_some() && !connection.secure {
            log.note("refused: OAuth token over plain HTTP");
            let text = "OAuth calls have to use HTTPS.";
            let page =
                Page::message(Rules::TITLE, StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", text);
            return Err(Box::new(page.into_response()));
        }
        if core.options().late_acl {
            log.note("refused: OAuth callers have no access here");
            let page =
                Page::message(Rules::TITLE, StatusCode::FORBIDDEN, "Access denied", "You may not see this.");
            return Err(Box::new(page.into_response()));
        }
    }
    log.note(format!("acting as {} by {method:?}", user.login));
    Ok((user, method))
}

/// The response to an unauthenticated caller.
pub(super) fn challenge(log: &RequestLog) -> Box<Response> {
    log.note("anonymous: refused");
    let challenge = (WWW_AUTHENTICATE, "Basic realm=\"GoCD\"");
    let body = serde_json::json!({ "message": "You are not authenticated!" }).to_string();
    let headers = [challenge, (CONTENT_TYPE, "application/json; charset=utf-8")];
    Box::new((StatusCode::UNAUTHORIZED, headers, body).into_response())
}

/// Identifies the caller. An invalid `Authorization` header is not replaced by a valid session.
pub(super) fn identify(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    jar: &CookieJar,
) -> Option<(User, AuthMethod)> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return pages::logged_in(core, jar).map(|(_, user)| (user, AuthMethod::Session));
    };
    let header = header.to_str().ok()?;
    let mut state = core.state();
    if let Some(token) = oauth_token(header) {
        let token = state.token_of(token)?;
        if core.options().check_expiry && token.expires_at <= core.now().timestamp() {
            return None;
        }
        return Some((state.user(&token.grant.user)?.clone(), AuthMethod::OAuthToken));
    }
    let (scheme, credentials) = header.split_once(' ')?;
    if scheme == "Bearer" || scheme == "bearer" {
        let owner = state.use_personal_token(credentials, core.now())?.to_owned();
        return Some((state.user(&owner)?.clone(), AuthMethod::PersonalToken));
    }
    if scheme.eq_ignore_ascii_case("Basic") {
        let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (login, password) = decoded.split_once(':')?;
        let user = state.users.iter().find(|user| user.matches_login(login) && user.password == password)?;
        return Some((user.clone(), AuthMethod::Password));
    }
    None
}

/// Extracts the token from the only form that GoCD's filter accepts: `^Token token="(.*?)"$`.
fn oauth_token(header: &str) -> Option<&str> {
    header.strip_prefix("Token token=\"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::oauth_token;

    fn by_regular_expression(header: &str) -> Option<String> {
        let filter = regex::Regex::new(r#"^Token token="(.*?)"$"#).unwrap();
        filter.captures(header).map(|found| found[1].to_owned())
    }

    proptest! {
        #[test]
        fn oauth_token_matches_regular_expression(
            header in r#"(Token|token|Bearer)?( |  )?(token=|Token=)?"{0,2}[ -~]{0,6}"{0,2}[ ,a]?"#
        ) {
            prop_assert_eq!(oauth_token(&header).map(str::to_owned), by_regular_expression(&header));
        }

        #[test]
        fn oauth_token_extracts_any_token(token in "[ -~]{0,70}") {
            let header = format!("Token token=\"{token}\"");
            prop_assert_eq!(oauth_token(&header), Some(token.as_str()));
            let longer = format!("{header} ");
            prop_assert_eq!(oauth_token(&longer), None);
        }
    }
}
