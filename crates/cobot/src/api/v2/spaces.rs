//! Spaces and their settings.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::{ResourceBody, Single};
use oauth_core::{endpoint, open_enum, resource_body, response};
use serde_json::{Map, Value};

use super::base::{api2, collection};
use super::{Address, Images, Tax};
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id`: a space, by its id. Members and admins see more. Scope `read_spaces`.
    pub struct Space(space_id: String);
    GET api2 "/spaces/:space_id" scopes ["read_spaces"] => json(Single<SpaceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /space_profiles/:id`: a space's public profile; [`Space`] links to it. Scope
    /// `read_space_profiles`.
    pub struct SpaceProfile(id: String);
    GET api2 "/space_profiles/:id" scopes ["read_space_profiles"] => json(Single<SpaceProfileAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/urls`: addresses in Cobot's web interface, by what they are for. Cobot adds
    /// more over time. Scope `read_urls`.
    pub struct SpaceUrls(space_id: String);
    GET api2 "/spaces/:space_id/urls" scopes ["read_urls"] => SpaceUrlAttributes
}

collection! {
    /// `GET /spaces/:space_id/cost_centers`: a space's cost centers. For admins. Scope `read_cost_centers`.
    pub struct CostCenters(space_id: String);
    GET api2 "/spaces/:space_id/cost_centers" scopes ["read_cost_centers"] => AccountAttributes
}

collection! {
    /// `GET /spaces/:space_id/revenue_accounts`: a space's revenue accounts. For admins. Scope
    /// `read_revenue_accounts`.
    pub struct RevenueAccounts(space_id: String);
    GET api2 "/spaces/:space_id/revenue_accounts" scopes ["read_revenue_accounts"] => AccountAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/discount_codes/find`: a discount code that is valid for this object, such as a
    /// plan or an external resource. 404 for any other. Scope `read_discount_codes`.
    pub struct FindDiscountCode(space_id: String) {
        required {
            code = "filter[code]": String,
            /// Such as a plan or an external resource.
            discounted_id = "filter[discounted_id]": String,
        }
    }
    GET api2 "/spaces/:space_id/discount_codes/find" scopes ["read_discount_codes"]
        => json(Single<DiscountCodeAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/built_in_email_customizations`: a space's texts of the e-mails that Cobot
    /// sends. For admins. Scope `read_built_in_email_customizations`.
    pub struct EmailCustomizations(space_id: String);
    GET api2 "/spaces/:space_id/built_in_email_customizations" scopes ["read_built_in_email_customizations"]
        => EmailCustomizationAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/built_in_email_customizations/:key`: a space's text of one e-mail. For admins.
    /// Scope `read_built_in_email_customizations`.
    pub struct EmailCustomization(space_id: String, key: String);
    GET api2 "/spaces/:space_id/built_in_email_customizations/:key"
        scopes ["read_built_in_email_customizations"] => json(Single<EmailCustomizationAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /space_preview`: proposes a free subdomain for a space with this name. No scope.
    pub struct PreviewSpace();
    POST api2 "/space_preview" body(space_preview: ResourceBody<NewSpacePreview> as "data")
        => json(Single<SpacePreviewAttributes>)
}

resource_body! {
    /// A space to preview.
    pub struct NewSpacePreview as "spacePreviews" {
        required {
            name: String,
        }
    }
}

response! {
    /// Attributes of a space.
    pub struct SpaceAttributes {
        optional {
            created_at = "createdAt": NaiveDate,
            email: String,
            name: String,
            subdomain: String,
            description: String,
            /// ISO 3166, two letters.
            country_code = "countryCode": String,
            locale: String,
            logo: Images,
            in_eu = "inEu": bool,
            time_zone = "timeZone": String,
            /// 12 or 24.
            hour_format = "hourFormat": u8,
            price_display = "priceDisplay": PriceDisplay,
            /// Decimals that prices are shown with.
            price_decimals = "priceDecimals": u8,
        }
        lists {
            default_taxes = "defaultTaxes": Tax,
        }
    }
}

response! {
    /// Attributes of a space's profile.
    pub struct SpaceProfileAttributes {
        optional {
            location: String,
            structured_address = "structuredAddress": Address,
            phone: String,
            contact_email = "contactEmail": String,
            open_status = "openStatus": OpenStatus,
        }
        lists {
            external_links = "externalLinks": ExternalLink,
            open_hours = "openHours": OpenHours,
        }
    }
}

response! {
    /// Attributes of an address in Cobot's web interface.
    pub struct SpaceUrlAttributes {
        optional {
            /// Purpose, such as `admin:memberships`.
            identifier: String,
            label: String,
            url: String,
            /// RFC 6570 template of an address with placeholders.
            url_template = "urlTemplate": String,
        }
    }
}

response! {
    /// Attributes of a cost center or a revenue account.
    pub struct AccountAttributes {
        optional {
            name: String,
            number: String,
        }
    }
}

response! {
    /// Attributes of a discount code.
    pub struct DiscountCodeAttributes {
        optional {
            name: String,
            unit: DiscountUnit,
            /// Decimal.
            value: String,
        }
    }
}

response! {
    /// Attributes of the text of an e-mail.
    pub struct EmailCustomizationAttributes {
        optional {
            name: String,
            key: String,
            description: String,
            subject: String,
            subject_placeholders = "subjectPlaceholders": Map<String, Value>,
            body: String,
            body_placeholders = "bodyPlaceholders": Map<String, Value>,
        }
    }
}

response! {
    /// Attributes of a space that does not exist yet.
    pub struct SpacePreviewAttributes {
        optional {
            name: String,
            subdomain: String,
        }
    }
}

response! {
    /// A link to another site.
    pub struct ExternalLink {
        optional {
            url: String,
            kind = "type": ExternalLinkKind,
        }
    }
}

response! {
    /// The open status of a space.
    pub struct OpenStatus {
        optional {
            status: OpenState,
            additional_information = "additionalInformation": String,
        }
    }
}

response! {
    /// Opening hours on a day of the week.
    pub struct OpenHours {
        optional {
            /// 1 is Monday.
            weekday: u8,
            from: String,
            to: String,
        }
    }
}

open_enum! {
    /// The unit of a discount.
    pub enum DiscountUnit {
        Percentage = "percentage",
        Amount = "amount",
    }
}

open_enum! {
    /// The kind of price that a space shows.
    pub enum PriceDisplay {
        Net = "net",
        Gross = "gross",
    }
}

open_enum! {
    /// A kind of link.
    pub enum ExternalLinkKind {
        Website = "website",
        Yelp = "yelp",
        Facebook = "facebook",
        GoogleMaps = "googleMaps",
        Instagram = "instagram",
        Twitter = "twitter",
        Linkedin = "linkedin",
    }
}

open_enum! {
    /// Open or closed.
    pub enum OpenState {
        Open = "open",
        MembersOnly = "membersOnly",
        Closed = "closed",
    }
}
