//! Navigation links and single page apps.

use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{endpoint, open_enum, request_body, resource_body, response};

use super::SpaceAttributes;
use super::base::{api2, collection};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/navigation_links`: the navigation links that the app added to a space. Scope
    /// `read_navigation_links`.
    pub struct NavigationLinks(space_id: String);
    GET api2 "/spaces/:space_id/navigation_links" scopes ["read_navigation_links"]
        => NavigationLinkAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /navigation_links/:id`: a navigation link. Scope `read_navigation_links`.
    pub struct NavigationLink(id: String);
    GET api2 "/navigation_links/:id" scopes ["read_navigation_links"]
        => json(Single<NavigationLinkAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /navigation_links`: adds a link to a space's navigation, whose page shows a single page app. API
    /// 1 adds links to frames and other sites. 422 with the places that are wrong. Scope
    /// `write_navigation_links`.
    pub struct CreateNavigationLink();
    POST api2 "/navigation_links" scopes ["write_navigation_links"]
        body(navigation_link: ResourceBody<NewNavigationLink> as "data")
        => json(Single<NavigationLinkAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /navigation_links/:id`: changes a navigation link. Scope `write_navigation_links`.
    pub struct UpdateNavigationLink(id: String);
    PATCH api2 "/navigation_links/:id" scopes ["write_navigation_links"]
        body(changes: ResourceBody<NavigationLinkChanges> as "data", id)
        => json(Single<NavigationLinkAttributes>)
}

collection! {
    /// `GET /single_page_apps`: the app's single page apps. Scope `read_single_page_apps`.
    pub struct SinglePageApps();
    GET api2 "/single_page_apps" scopes ["read_single_page_apps"] => SinglePageAppAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /single_page_apps/:id`: a single page app. Scope `read_single_page_apps`.
    pub struct SinglePageApp(id: String);
    GET api2 "/single_page_apps/:id" scopes ["read_single_page_apps"]
        => json(Single<SinglePageAppAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /single_page_apps`: creates a single page app, which a navigation link then shows. Scope
    /// `write_single_page_apps`.
    pub struct CreateSinglePageApp();
    POST api2 "/single_page_apps" scopes ["write_single_page_apps"]
        body(single_page_app: ResourceBody<NewSinglePageApp> as "data")
        => json(Single<SinglePageAppAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /single_page_apps/:id`: changes a single page app. Scope `write_single_page_apps`.
    pub struct UpdateSinglePageApp(id: String);
    PATCH api2 "/single_page_apps/:id" scopes ["write_single_page_apps"]
        body(changes: ResourceBody<SinglePageAppChanges> as "data", id)
        => json(Single<SinglePageAppAttributes>)
}

resource_body! {
    /// A new navigation link.
    pub struct NewNavigationLink as "navigationLinks" {
        required {
            label: String,
            section: NavigationSection,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
                single_page_app = "singlePageApp": ToOne<SinglePageAppAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a navigation link. What is not set stays.
    pub struct NavigationLinkChanges as "navigationLinks" {
        optional {
            label: String,
            section: NavigationSection,
        }
    }
}

resource_body! {
    /// A new single page app.
    pub struct NewSinglePageApp as "singlePageApps" {
        optional {
            name: String,
            js: Vec<NewAsset>,
            css: Vec<NewAsset>,
        }
    }
}

resource_body! {
    /// Changes of a single page app. What is not set stays.
    pub struct SinglePageAppChanges as "singlePageApps" {
        optional {
            name: String,
            js: Vec<NewAsset>,
            css: Vec<NewAsset>,
        }
    }
}

request_body! {
    /// A file of a single page app.
    pub struct NewAsset {
        required {
            url: String,
        }
    }
}

response! {
    /// Attributes of a navigation link.
    pub struct NavigationLinkAttributes {
        optional {
            label: String,
            /// Address of its page in the space.
            user_url = "userUrl": String,
            section: NavigationSection,
        }
    }
}

response! {
    /// Attributes of a single page app.
    pub struct SinglePageAppAttributes {
        optional {
            name: String,
        }
        lists {
            js: Asset,
            css: Asset,
        }
    }
}

response! {
    /// A file of a single page app.
    pub struct Asset {
        optional {
            url: String,
        }
    }
}

open_enum! {
    /// A section of a space's navigation.
    pub enum NavigationSection {
        AdminSetup = "admin/setup",
        AdminManage = "admin/manage",
        AdminAnalyze = "admin/analyze",
        Members = "members",
    }
}
