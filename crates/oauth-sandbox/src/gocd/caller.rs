//! Authentication of API calls (docs/provider-facts.md 1e, 1g).

use axum::Json;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;

use super::Request;
use super::api::JSON;
use crate::login_pages;
use crate::request::Rejection;
use crate::user::User;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthMethod {
    OAuthToken,
    PersonalToken,
    Password,
    Session,
}

/// Returns the caller, otherwise an error response. Rejects OAuth tokens with the option `late_acl`.
pub(super) fn authenticate(request: &Request) -> Result<User, Rejection> {
    authenticate_with_method(request).map(|(user, _)| user)
}

/// As [`authenticate`], with the method.
pub(super) fn authenticate_with_method(request: &Request) -> Result<(User, AuthMethod), Rejection> {
    let (core, log) = (&request.core, &request.log);
    let Some((user, method)) = identify(request) else {
        return Err(challenge(request));
    };
    if method == AuthMethod::OAuthToken {
        if core.setup.plain.is_some() && !request.connection.secure {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Err(request.refuse(status, "Something went wrong", "OAuth calls have to use HTTPS."));
        }
        if core.options().late_acl {
            log.note("OAuth callers have no access here");
            return Err(request.refuse(StatusCode::FORBIDDEN, "Access denied", "You may not see this."));
        }
    }
    log.note(format!("acting as {} by {method:?}", user.login));
    Ok((user, method))
}

/// The response to an unauthenticated caller.
pub(super) fn challenge(request: &Request) -> Rejection {
    request.log.note("anonymous: refused");
    let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"GoCD\"")];
    let body = Json(serde_json::json!({ "message": "You are not authenticated!" }));
    Rejection::new((StatusCode::UNAUTHORIZED, challenge, JSON, body))
}

/// Identifies the caller. An invalid `Authorization` header is not replaced by a valid session.
pub(super) fn identify(request: &Request) -> Option<(User, AuthMethod)> {
    let core = &request.core;
    if !request.headers.contains_key("authorization") {
        return login_pages::logged_in_user(request).map(|(_, user)| (user, AuthMethod::Session));
    }
    let header = request.header("authorization")?;
    let mut state = core.state();
    if let Some(token) = oauth_token(header) {
        let token = state.token_of(token)?;
        if core.options().check_expiry && token.expires_at <= core.now().timestamp() {
            return None;
        }
        return Some((state.user(&token.grant.user)?.clone(), AuthMethod::OAuthToken));
    }
    if let Some(token) = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")) {
        let owner = state.use_personal_token(token, core.now())?.to_owned();
        return Some((state.user(&owner)?.clone(), AuthMethod::PersonalToken));
    }
    let (login, password) = request.basic_credentials()?;
    let user = state.users.iter().find(|user| user.matches_login(&login) && user.password == password)?;
    Some((user.clone(), AuthMethod::Password))
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
