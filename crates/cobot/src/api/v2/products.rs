//! Products, such as extras of bookings.

use oauth_core::json_api::Single;
use oauth_core::{CommaSeparated, endpoint, open_enum, response};

use super::base::{api2, collection};
use super::{Account, Price};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/products`: a space's products, in the order of its admins. `include` takes
    /// `category`. Scope `read_products`.
    pub struct Products(space_id: String) {
        optional {
            scope = "filter[scope]": CommaSeparated<ProductScope>,
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/products" scopes ["read_products"] => ProductAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /products/:id`: a product, such as an extra of a booking. Scope `read_products`.
    pub struct Product(id: String);
    GET api2 "/products/:id" scopes ["read_products"] => json(Single<ProductAttributes>)
}

response! {
    /// Attributes of a product.
    pub struct ProductAttributes {
        optional {
            name: String,
            description: String,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": Account,
            revenue_account = "revenueAccount": Account,
            pricing: ProductPricing,
        }
        lists {
            enabled_for_scopes = "enabledForScopes": ProductScope,
        }
    }
}

response! {
    /// The price of a product.
    pub struct ProductPricing {
        optional {
            unit: ProductUnit,
            /// Decimal.
            quantity: String,
            price: Price,
        }
    }
}

open_enum! {
    /// A use that a product is enabled for.
    pub enum ProductScope {
        ExternalBookings = "externalBookings",
        Bookings = "bookings",
    }
}

open_enum! {
    /// The unit that a price is for.
    pub enum ProductUnit {
        Fixed = "fixed",
        Minute = "minute",
        Person = "person",
        Item = "item",
    }
}
