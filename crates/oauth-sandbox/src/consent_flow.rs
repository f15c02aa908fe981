//! The authorization endpoint of all providers: login, consent page and decision.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::login_pages::{self, LoginPages};
use crate::page::Page;
use crate::provider::SharedCore;
use crate::request::{Handled, ProviderRequest, Rejection};
use crate::user::User;

/// The parameters of an authorization request (RFC 6749 4.1.1, RFC 7636 4.3).
pub(crate) const PARAMETERS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// A valid authorization request.
pub(crate) struct Authorization<D> {
    /// The application's name.
    pub(crate) application: String,
    /// The redirect target, with a default applied.
    pub(crate) redirect_uri: String,
    /// The provider's own part.
    pub(crate) details: D,
}

/// A provider's rules for the authorization endpoint.
pub(crate) trait ConsentFlow: LoginPages {
    /// The part of a valid request that only this provider reads.
    type Details;
    /// The name of both buttons, the value to approve, and the value to deny.
    const DECISION: (&'static str, &'static str, &'static str) = ("decision", "approve", "deny");
    /// The journal's notes about the consent page and about a denial.
    const NOTES: (&'static str, &'static str) = ("asked for consent", "the user denied the request");
    /// The request is not validated before the login.
    const LOGIN_FIRST: bool = false;

    /// The request's parameters that the consent form sends again.
    fn forwarded(request: &ProviderRequest<Self>) -> Vec<(&'static str, &str)> {
        PARAMETERS.iter().filter_map(|name| Some((*name, request.params.get(name)?))).collect()
    }
    /// Validates the request. The rejection is a page or a redirect.
    fn validate(request: &ProviderRequest<Self>) -> Result<Authorization<Self::Details>, Rejection>;
    /// The permissions that the application asks for.
    fn rights(request: &ProviderRequest<Self>, details: &Self::Details, user: &User) -> Markup;
    /// Issues a code and redirects.
    fn approve(
        request: &ProviderRequest<Self>,
        authorization: Authorization<Self::Details>,
        user: &User,
    ) -> Response;
    /// Redirects after a denial.
    fn deny(request: &ProviderRequest<Self>, authorization: &Authorization<Self::Details>) -> Response;
}

pub(crate) fn routes<P: ConsentFlow>(path: &str) -> Router<SharedCore<P>> {
    Router::new().route(path, get(show::<P>).post(decide::<P>))
}

/// Shows the consent page, after a login if necessary.
async fn show<P: ConsentFlow>(request: ProviderRequest<P>) -> Handled {
    let title = P::title(&request)?;
    let auto_approve = request.core.setup.auto_approve;
    if P::LOGIN_FIRST && !auto_approve {
        login_pages::require_user(&request, request.path_and_query())?;
    }
    let authorization = P::validate(&request)?;
    if auto_approve {
        let first = P::users(&request.core.state()).swap_remove(0);
        return Ok(approve(&request, authorization, &first));
    }
    let (session, user) = login_pages::require_user(&request, request.path_and_query())?;
    request.log.note(P::NOTES.0);
    let Authorization { application, redirect_uri, details } = &authorization;
    let (name, approve, deny) = P::DECISION;
    // [`Browser`](crate::Browser) finds the buttons by their `data-decision` attribute.
    let body = html! {
        p {
            strong { (application) } " wants to access " (title) " on your behalf. You are "
            strong { (user.name) } "."
        }
        (P::rights(&request, details, &user))
        p { "Afterwards you go to " code { (redirect_uri) } }
        form method="post" action=(request.uri.path()) {
            (login_pages::form_token_field::<P>(&session))
            @for (name, value) in P::forwarded(&request) {
                input type="hidden" name=(name) value=(value);
            }
            div.choices {
                button.main type="submit" name=(name) value=(approve) data-decision="approve" { "Yes, authorize" }
                button type="submit" name=(name) value=(deny) data-decision="deny" { "No" }
            }
        }
    };
    Ok(Page::new(&title, &format!("Authorize {application}?"), &body).into_response())
}

/// Handles the decision. Anything but the value to approve denies the request.
async fn decide<P: ConsentFlow>(request: ProviderRequest<P>) -> Handled {
    P::title(&request)?;
    let (session, user) = login_pages::require_user(&request, request.path_and_query())?;
    login_pages::check_form_token(&request, &session)?;
    let authorization = P::validate(&request)?;
    let (name, approved, _) = P::DECISION;
    if request.params.get(name) != Some(approved) {
        request.log.note(P::NOTES.1);
        return Ok(P::deny(&request, &authorization));
    }
    Ok(approve(&request, authorization, &user))
}

fn approve<P: ConsentFlow>(
    request: &ProviderRequest<P>,
    authorization: Authorization<P::Details>,
    user: &User,
) -> Response {
    request.log.note(format!("code issued for {}", user.login));
    P::approve(request, authorization, user)
}
