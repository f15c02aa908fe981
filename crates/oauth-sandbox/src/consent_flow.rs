//! The authorization endpoint of all providers: login, consent page and decision.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::login_pages::{self, LoginPages};
use crate::page::Page;
use crate::provider::{ProviderState as _, SharedCore};
use crate::request::{Handled, ProviderRequest, Rejection};
use crate::user::User;

/// The parameters that the consent form sends again (RFC 6749 4.1.1, RFC 7636 4.3, and Go1's own).
const PARAMETERS: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "partner_portal_id",
];

pub(crate) struct Authorization<D> {
    pub(crate) application: String,
    /// The redirect target, with a default applied.
    pub(crate) redirect_uri: String,
    pub(crate) details: D,
}

pub(crate) trait ConsentFlow: LoginPages {
    type Details;
    /// The name of both buttons, the value to approve, and the value to deny.
    const DECISION: (&'static str, &'static str, &'static str) = ("decision", "approve", "deny");
    const DENIED: &'static [(&'static str, &'static str)] = &[("error", "access_denied")];
    /// The request is not validated before the login.
    const LOGIN_FIRST: bool = false;

    /// Validates the request. The rejection is a page or a redirect.
    fn validate(request: &ProviderRequest<Self>) -> Result<Authorization<Self::Details>, Rejection>;
    fn rights(request: &ProviderRequest<Self>, details: &Self::Details, user: &User) -> Markup;
    fn issue_code(
        request: &ProviderRequest<Self>,
        authorization: Authorization<Self::Details>,
        user: &User,
    ) -> String;
    /// Redirects to the application with `parameters` and, by the provider's rules, the `state`.
    fn redirect(request: &ProviderRequest<Self>, redirect_uri: &str, parameters: &[(&str, &str)])
    -> Response;

    /// Redirects with an error, without a description if that is empty.
    fn redirect_error(
        request: &ProviderRequest<Self>,
        redirect_uri: &str,
        error: &str,
        description: &str,
    ) -> Rejection {
        request.log.note(format!("refused: {error}"));
        let all = [("error", error), ("error_description", description)];
        let parameters = if description.is_empty() { &all[..1] } else { &all };
        Rejection::new(Self::redirect(request, redirect_uri, parameters))
    }
}

pub(crate) fn routes<P: ConsentFlow>(path: &str) -> Router<SharedCore<P>> {
    Router::new().route(path, get(show::<P>).post(decide::<P>))
}

async fn show<P: ConsentFlow>(request: ProviderRequest<P>) -> Handled {
    let title = P::title(&request)?;
    let auto_approve = request.core.setup.auto_approve;
    if P::LOGIN_FIRST && !auto_approve {
        login_pages::require_user(&request, request.path_and_query())?;
    }
    let authorization = P::validate(&request)?;
    if auto_approve {
        let first = request.core.state().users().swap_remove(0);
        return Ok(approve(&request, authorization, &first));
    }
    let (session, user) = login_pages::require_user(&request, request.path_and_query())?;
    request.log.note("asked for consent");
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
            @for parameter in PARAMETERS {
                @if let Some(value) = request.params.get(parameter) {
                    input type="hidden" name=(parameter) value=(value);
                }
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
    let (_, user) = login_pages::author_of_form(&request, request.path_and_query())?;
    let authorization = P::validate(&request)?;
    let (name, approved, _) = P::DECISION;
    if request.params.get(name) != Some(approved) {
        request.log.note("the user denied the request");
        return Ok(P::redirect(&request, &authorization.redirect_uri, P::DENIED));
    }
    Ok(approve(&request, authorization, &user))
}

fn approve<P: ConsentFlow>(
    request: &ProviderRequest<P>,
    authorization: Authorization<P::Details>,
    user: &User,
) -> Response {
    let redirect_uri = authorization.redirect_uri.clone();
    let code = P::issue_code(request, authorization, user);
    request.log.note(format!("code issued for {}", user.login));
    P::redirect(request, &redirect_uri, &[("code", &code)])
}

/// The requested scopes on a consent page, or `none` if there are none.
pub(crate) fn scope_list(intro: &str, scopes: &[String], none: &str) -> Markup {
    html! {
        @if scopes.is_empty() {
            p { (none) }
        } @else {
            p { (intro) }
            ul { @for scope in scopes { li { code { (scope) } } } }
        }
    }
}
