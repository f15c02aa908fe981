//! The authorization endpoint and its consent page.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};

use super::model::Grant;
use super::scope::Scopes;
use super::{Request, Rules};
use crate::callback;
use crate::consent_flow::{Authorization, ConsentFlow};
use crate::request::Rejection;
use crate::user::User;

const HAS_ACCOUNT: &str = "a user who can log in has an account";

pub(crate) struct Details {
    client_id: String,
    scopes: Scopes,
}

impl ConsentFlow for Rules {
    type Details = Details;

    /// Errors are pages, not redirects, until the client and its redirect URI are known.
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let params = &request.params;
        let redirect_uri = params.text("redirect_uri");
        let page = |text| Err(request.refuse(StatusCode::BAD_REQUEST, "Connecting is not possible", text));
        let state = request.core.state();
        let Some(client) = state.clients.find(params.text("client_id")) else {
            return page("There is no application with this client_id.");
        };
        if !client.has_registered(redirect_uri) {
            return page("The redirect_uri is not one that is registered for this application.");
        }
        let reject = |error| Self::redirect_error(request, redirect_uri, error, "");
        if params.get("response_type") != Some("code") {
            return Err(reject("unsupported_response_type"));
        }
        let scopes = Scopes::parse(params.text("scope")).ok_or_else(|| reject("invalid_scope"))?;
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            details: Details { client_id: client.client_id.clone(), scopes },
        })
    }

    /// Describes the requested access, with emphasis on access beyond the user's own.
    fn rights(request: &Request, Details { scopes, .. }: &Details, user: &User) -> Markup {
        let account = request.core.state().account_of(&user.login).expect(HAS_ACCOUNT);
        html! {
            @if scopes.act_as_user {
                p {
                    strong { "It will be able to act as any user of the account " (account.name) }
                    ", not only as you. Its own calls will be made by a system user."
                }
            } @else {
                p { "It will be able to act as you in the account " strong { (account.name) } "." }
            }
            @if scopes.auto_create_users {
                p {
                    "It will also be able to create users. A new user gets the branch " (account.default_branch)
                    ", the role 'None' and no login."
                }
            }
        }
    }

    fn issue_code(request: &Request, authorization: Authorization<Details>, user: &User) -> String {
        let Details { client_id, scopes } = authorization.details;
        let mut state = request.core.state();
        let account = state.account_of(&user.login).expect(HAS_ACCOUNT);
        let grant = Grant { client_id, account, user: user.login.clone(), scopes };
        state.issue_code(grant, request.core.now())
    }

    fn redirect(request: &Request, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
        let echo_state = request.core.options().echo_state;
        let state = request.params.get("state").filter(|state| echo_state && !state.is_empty());
        callback::redirect(redirect_uri, false, parameters, state)
    }
}
