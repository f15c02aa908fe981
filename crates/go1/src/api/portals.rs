//! Portals, the accounts of customers.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::{self, Value};
use oauth_core::{
    Endpoint, EndpointContext, Error, RequestBody, Token, endpoint, json, open_enum, request_body, response,
};

use super::base::{SortOrder, gateway, gateway_page, paged_by_offset};
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /portals`: portals, page by page. Scope `portal.read`. Source: REST reference, Portals.
    pub struct Portals() {
        optional {
            keyword: String,
            id: Vec<String>,
            /// Page size, up to 100; 20 by default.
            limit: u32,
            offset: u64,
            sort: PortalSort,
            order: SortOrder,
        }
    }
    GET gateway_page[limit, offset] "/portals" scopes ["portal.read"] => json(PortalPage)
}

paged_by_offset!(Portals: PortalPage of PortalDetails);

endpoint! {
    [] Go1;
    /// `GET /portals/{id}`: a portal. Scope `portal.read`. Source: REST reference, Portals.
    pub struct Portal(id: String) {
        optional {
            /// Requests [`external_customer_id`](PortalDetails::external_customer_id).
            include_external_customer_id: bool,
        }
    }
    GET gateway "/portals/:id" scopes ["portal.read"] => json(PortalDetails)
}

endpoint! {
    [] Go1;
    /// `PATCH /portals/{id}`: changes a portal. Scope `portal.write`. Source: REST reference, Portals.
    pub struct UpdatePortal(id: String);
    PATCH gateway "/portals/:id" scopes ["portal.write"] body(changes: PortalChanges) => json(PortalDetails)
}

/// `POST /portals`: creates a customer's portal with its first administrator. Scope `portal.write`.
///
/// The response has a token pair for the new portal, [`CreatedPortal::token`]. Codes of refusals:
/// `PORTAL_ALREADY_EXIST` and `INVALID_DOMAIN` (400), `UNABLE_TO_ISSUE_ACCESS_TOKEN` (500). Source: REST
/// reference, Portals.
///
/// ```
/// use go1::api::{CreatePortal, NewPortal};
///
/// # async fn example(client: go1::Client, token: go1::Token, connections: go1::Connections<go1::Go1>)
/// # -> Result<(), go1::Error> {
/// let portal = NewPortal::new("AU", "Acme", "acme.mygo1.com", "Construction");
/// let created = client.send(&token, &CreatePortal::new(portal)).await?;
/// if let Some(token) = created.token {
///     connections.insert(&created.portal.id, token).await?;
/// }
/// # Ok(())
/// # }
/// ```
// Written out, because `endpoint!` has no response that needs the call's token.
#[derive(Clone, Debug)]
pub struct CreatePortal {
    portal: NewPortal,
}

impl CreatePortal {
    /// Creates the call.
    #[must_use]
    pub fn new(portal: NewPortal) -> Self {
        Self { portal }
    }
}

impl Endpoint<Go1> for CreatePortal {
    type Response = CreatedPortal;
    const NAME: &'static str = "POST /portals";
    const SCOPES: &'static [&'static str] = &["portal.write"];

    fn request(&self, context: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        gateway(context).path("/portals", &[]).json_body(None, &self.portal).build(Method::POST)
    }

    fn secrets(&self) -> Vec<&str> {
        self.portal.secrets()
    }

    fn parse(
        &self,
        context: &EndpointContext<'_, Go1>,
        response: Response<Vec<u8>>,
    ) -> Result<CreatedPortal, Error> {
        let mut portal: PortalDetails = json(&response)?;
        let mut account = match portal.other.remove("user_account") {
            Some(Value::Object(account)) => account,
            _ => serde_json::Map::new(),
        };
        // Without a usable token, the portal exists all the same.
        let token = match account.remove("oauth_token") {
            Some(Value::Object(fields)) => context.derived_from(fields).ok(),
            _ => None,
        };
        let user_account = serde_json::from_value(Value::Object(account)).ok();
        Ok(CreatedPortal { portal, user_account, token })
    }
}

/// A portal that [`CreatePortal`] created.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreatedPortal {
    /// The portal.
    pub portal: PortalDetails,
    /// The first administrator.
    pub user_account: Option<PortalUserAccount>,
    /// The token pair of the new portal, which `Connections` can keep; `None` if the response has no usable
    /// one. Its scopes are not documented: those of the call's token are assumed.
    pub token: Option<Token<Go1>>,
}

response! {
    /// The user account of a new portal's first administrator.
    pub struct PortalUserAccount {
        required {
            id: String,
        }
        optional {
            /// Newer identifier, such as `acc_01F2K1R9KG6RSKGE9J68RK6E1H`.
            account_guid: String,
        }
    }
}

response! {
    /// A page of portals.
    pub struct PortalPage {
        required {
            /// Number of results on all pages.
            total: u64,
        }
        required_lists {
            hits: PortalDetails,
        }
    }
}

response! {
    /// A portal, which is a customer's account.
    pub struct PortalDetails {
        required {
            id: String,
        }
        optional {
            /// Identifier of the customer in the partner's system.
            external_customer_id: String,
            name: String,
            /// Domain, below `mygo1.com`.
            domain: String,
            custom_domain: String,
            /// Time zone, such as `Australia/Brisbane`.
            timezone: String,
            partner_portal_id: String,
            industry: String,
            /// Country, such as `AU`.
            country: String,
            logo: String,
            created_time: DateTime<Utc>,
            updated_time: DateTime<Utc>,
            company_size: u32,
            /// Kind, such as `customer`.
            kind = "type": String,
            /// Region where personal data is stored, such as `centralus`.
            data_residency_region: String,
            /// Identifier of the customer in Go1's Salesforce.
            salesforce_id: String,
        }
    }
}

request_body! {
    /// A new portal.
    pub struct NewPortal {
        required {
            /// Country of the head office, such as `AU`.
            country: String,
            name: String,
            /// Domain, directly below `mygo1.com`. It cannot be changed later.
            domain: String,
            /// Industry, a name from Go1's list.
            industry: String,
        }
        optional {
            /// Identifier of the customer in the partner's system.
            external_customer_id: String,
            logo: String,
            /// Time zone, such as `Australia/Brisbane`; UTC unless set.
            timezone: String,
            /// Number of employees, a step of Go1's list: 50 to 10000, and 10001 for more.
            company_size: u32,
        }
        nested {
            /// First administrator.
            user_account: NewPortalUserAccount,
            settings: PortalSettings,
        }
    }
}

request_body! {
    /// The first administrator of a new portal.
    pub struct NewPortalUserAccount {
        required {
            email: String,
            /// User name, which must be unique; Go1 recommends the e-mail address.
            username: String,
            given_name: String,
            family_name: String,
        }
        secrets {
            /// Password: at least 8 characters and a letter.
            password,
        }
    }
}

request_body! {
    /// Settings of a new portal.
    pub struct PortalSettings {
        required {
            /// Turns notifications on.
            notifications: bool,
        }
        optional {
            /// Turns the subscribed content library on; off unless set.
            enable_subscribed_content_library: bool,
        }
    }
}

request_body! {
    /// Changes of a portal.
    pub struct PortalChanges {
        optional {
            country: String,
            /// Identifier of the customer in the partner's system.
            external_customer_id: String,
            name: String,
            /// Industry, a name from Go1's list.
            industry: String,
            logo: String,
            /// Number of employees, as in [`NewPortal`].
            company_size: u32,
            timezone: String,
        }
    }
}

open_enum! {
    /// A field that portals are sorted by.
    pub enum PortalSort {
        CreatedTime = "created_time",
    }
}
