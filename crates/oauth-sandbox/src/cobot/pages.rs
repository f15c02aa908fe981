//! Login, logout and home page, on `www` and on every space's host.

use maud::{Markup, html};

use super::fixtures::{SPACES, SpaceFixture};
use super::host_routing::page_space;
use super::{Request, Rules};
use crate::login_pages::LoginPages;
use crate::provider::ProviderRules as _;
use crate::request::Rejection;
use crate::user::User;

impl LoginPages for Rules {
    /// A space shows its own name.
    fn title(request: &Request) -> Result<String, Rejection> {
        let own_name = |space: &SpaceFixture| format!("{} on {}", space.name, Rules::TITLE);
        Ok(page_space(request)?.map_or_else(|| Rules::TITLE.to_owned(), own_name))
    }

    fn home(request: &Request, user: &User) -> (String, Markup) {
        if let Ok(Some(space)) = page_space(request) {
            return (space.name.to_owned(), html! { p { (space.description) } });
        }
        let content = html! {
            div.scroll {
                table {
                    tr { th scope="col" { "Space" } th scope="col" { "Your role" } }
                    @for space in &SPACES {
                        tr {
                            td { a href=(request.core.setup.origin.at(&space.host())) { (space.name) } }
                            td { (role(request, user, space)) }
                        }
                    }
                }
            }
        };
        ("Your spaces".to_owned(), content)
    }
}

fn role(request: &Request, user: &User, space: &SpaceFixture) -> &'static str {
    let state = request.core.state();
    if space.owner == user.login {
        "Owner"
    } else if state.is_admin(&user.login, space) {
        "Admin"
    } else if state.membership_of(&user.login, space).is_some() {
        "Member"
    } else {
        "No membership"
    }
}
