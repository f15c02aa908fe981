//! Calls for apps: sign-in links, navigation links and activities.

use oauth_core::{List, endpoint, open_enum, request_body, response};

use super::base::{space, www};
use super::times::SlashedTime;
use super::v2::NavigationSection;
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `POST https://www.cobot.me/api/session`: a link that signs the token's user in to Cobot, without a
    /// password. 201. For a space with a custom domain, replace the link's host by the domain. Scope
    /// `signin`. Source: <https://dev.cobot.me/api-docs/sessions>.
    ///
    /// ```no_run
    /// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
    /// use cobot::api::{CreateSignInLink, NewSignInLink};
    ///
    /// let link = NewSignInLink::new().redirect("https://co-up.cobot.me/bookings");
    /// let link = client.send(&token, &CreateSignInLink::new(link)).await?.link;
    /// # Ok(())
    /// # }
    /// ```
    pub struct CreateSignInLink();
    POST www "/api/session" scopes ["signin"] body(link: NewSignInLink) => json(SignInLink)
}

request_body! {
    /// A new sign-in link.
    pub struct NewSignInLink {
        optional {
            /// URL that the user reaches after signing in.
            redirect: String,
        }
    }
}

response! {
    /// A sign-in link.
    pub struct SignInLink {
        secrets {
            /// The link, for the user's browser only.
            link,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/navigation_links`: the app's navigation links of a space. For
    /// admins. Scope `navigation`. Source: <https://dev.cobot.me/api-docs/navigation-links>.
    pub struct NavigationLinks(subdomain: Subdomain);
    GET space[subdomain] "/api/navigation_links" scopes ["navigation"] => json(List<NavigationLinkDetails>)
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/navigation_links`: adds a link to a space's navigation, whose
    /// page shows a frame of the app. For admins. 201; 422 for invalid fields. Scope `navigation`. Source:
    /// <https://dev.cobot.me/api-docs/navigation-links>.
    pub struct CreateNavigationLink(subdomain: Subdomain);
    POST space[subdomain] "/api/navigation_links" scopes ["navigation"] body(link: NewNavigationLink)
        => json(NavigationLinkDetails)
}

request_body! {
    /// A new navigation link.
    pub struct NewNavigationLink {
        required {
            section: NavigationSection,
            label: String,
            /// Cobot adds `cobot_embed`, `cobot_subdomain`, `cobot_user_id` and `cobot_locale`.
            iframe_url: String,
        }
        optional {
            user_editable: bool,
        }
    }
}

response! {
    /// A navigation link.
    pub struct NavigationLinkDetails {
        required {
            /// API URL.
            url: String,
        }
        optional {
            section: NavigationSection,
            label: String,
            iframe_url: String,
            /// Page with the frame.
            user_url: String,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/activities`: writes on the dashboard of a space's admins or
    /// members. Scope `write_activities`. Source: Cobot's own app <https://github.com/cobot/zapier>; no
    /// document was found.
    pub struct CreateActivity(subdomain: Subdomain);
    POST space[subdomain] "/api/activities" scopes ["write_activities"] body(activity: NewActivity)
        => json(ActivityDetails)
}

request_body! {
    /// A new activity.
    pub struct NewActivity {
        required {
            /// Text, with links as HTML.
            text: String,
            channels: Vec<ActivityChannel>,
        }
        optional {
            level: ActivityLevel,
        }
    }
}

open_enum! {
    /// A dashboard.
    pub enum ActivityChannel {
        Admin = "admin",
        Membership = "membership",
    }
}

open_enum! {
    /// The level of an activity.
    pub enum ActivityLevel {
        Warn = "WARN",
        Error = "ERROR",
    }
}

response! {
    /// An activity.
    pub struct ActivityDetails {
        required {
            created_at: SlashedTime,
        }
        optional {
            kind = "type": String,
            level: ActivityLevel,
            attributes: ActivityAttributes,
        }
        lists {
            channels: ActivityChannel,
        }
    }
}

response! {
    /// The text of an activity.
    pub struct ActivityAttributes {
        optional {
            text: String,
        }
    }
}
