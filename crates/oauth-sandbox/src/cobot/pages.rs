//! Login, logout and home page, on `www` and on every space's host.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use http::Uri;
use maud::html;

use super::Rules;
use super::fixtures::{SPACES, SpaceFixture};
use super::host_routing::PageHost;
use crate::journal::RequestLog;
use crate::login_pages::{self, HOME, LOGIN, LOGOUT};
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::user::User;

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new().route(HOME, get(home)).route(LOGIN, get(login).post(check)).route(LOGOUT, get(logout))
}

/// The provider name on a page. A space shows its own name.
pub(super) fn title(space: Option<&SpaceFixture>) -> String {
    space.map_or_else(|| Rules::TITLE.to_owned(), |space| format!("{} on {}", space.name, Rules::TITLE))
}

async fn login(State(core): State<SharedCore<Rules>>, PageHost(space): PageHost, jar: CookieJar) -> Response {
    login_pages::show_login(&core, &title(space), html! {}, jar)
}

async fn check(
    State(core): State<SharedCore<Rules>>,
    PageHost(space): PageHost,
    jar: CookieJar,
    params: Params,
    log: RequestLog,
) -> Response {
    login_pages::submit_login(&core, &title(space), html! {}, jar, &params, &log)
}

async fn logout(core: State<SharedCore<Rules>>, _: PageHost, jar: CookieJar) -> Response {
    login_pages::logout(core, jar).await
}

async fn home(
    State(core): State<SharedCore<Rules>>,
    PageHost(space): PageHost,
    jar: CookieJar,
    uri: Uri,
) -> Response {
    let Some((_, user)) = login_pages::logged_in_user(&core, &jar) else {
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    let page = Page::new(
        &title(space),
        space.map_or("Your spaces", |space| space.name),
        &html! {
            p { "Logged in as " strong { (user.name) } ". " a href=(LOGOUT) { "Log out" } }
            @if let Some(space) = space {
                p { (space.description) }
            } @else {
                div.scroll {
                    table {
                        tr { th scope="col" { "Space" } th scope="col" { "Your role" } }
                        @for space in &SPACES {
                            tr {
                                td { a href=(core.setup.origin.at(&space.host())) { (space.name) } }
                                td { (role(&core, &user, space)) }
                            }
                        }
                    }
                }
            }
        },
    );
    page.into_response()
}

fn role(core: &ProviderCore<Rules>, user: &User, space: &SpaceFixture) -> &'static str {
    if space.owner == user.login {
        "Owner"
    } else if core.state().is_admin(&user.login, space) {
        "Admin"
    } else if space.members.iter().any(|member| member.user == Some(&*user.login)) {
        "Member"
    } else {
        "No membership"
    }
}
