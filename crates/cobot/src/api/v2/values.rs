//! Types that several calls share.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{open_enum, request_body, response};

use super::{AreaUnit, DiscountUnit};

request_body! {
    /// The price of a booking, in the currency of the space and without its taxes.
    pub struct NewBookingPrice {
        required {
            /// Decimal, such as `12.00`.
            net: String,
        }
    }
}

request_body! {
    /// A price to set: `net` or `gross`, where the currency is not known otherwise with it.
    pub struct NewPrice {
        optional {
            /// Decimal, such as `12.00`.
            net: String,
            /// Decimal.
            gross: String,
            /// ISO 4217.
            currency: String,
            taxes: Vec<NewTax>,
        }
    }
}

request_body! {
    /// A tax.
    pub struct NewTax {
        required {
            name: String,
            /// Percent, a decimal.
            rate: String,
        }
    }
}

request_body! {
    /// An address: its parts, with `street`, `post_code`, `city` and `country_code`, or `full_address`.
    pub struct NewAddress {
        optional {
            name: String,
            company: String,
            full_address = "fullAddress": String,
            street: String,
            post_code = "postCode": String,
            city: String,
            state: String,
            /// ISO 3166, two letters.
            country_code = "countryCode": String,
        }
    }
}

request_body! {
    /// A cost center or a revenue account.
    pub struct NewAccount {
        required {
            name: String,
            number: String,
        }
    }
}

request_body! {
    /// An image.
    pub struct NewImage {
        required {
            /// `data:` URL in base64, with the type of the image.
            data: String,
        }
    }
}

request_body! {
    /// A duration.
    pub struct NewDuration {
        required {
            hours: u32,
            minutes: u32,
        }
    }
}

response! {
    /// A price. The amounts are decimals, which [`Amount`](crate::Amount) parses.
    pub struct Price {
        optional {
            net: String,
            gross: String,
            /// ISO 4217.
            currency: String,
        }
        lists {
            taxes: Tax,
        }
    }
}

response! {
    /// A tax.
    pub struct Tax {
        optional {
            name: String,
            /// Percent, a decimal.
            rate: String,
            amount: String,
        }
    }
}

response! {
    /// A lower price for longer bookings.
    pub struct Discount {
        optional {
            price_per_hour = "pricePerHour": Price,
            minimum_duration = "minimumDuration": HoursMinutes,
        }
    }
}

response! {
    /// A duration.
    pub struct HoursMinutes {
        optional {
            hours: u32,
            minutes: u32,
        }
    }
}

response! {
    /// A fixed price that was applied.
    pub struct AppliedRate {
        optional {
            price: String,
            maximum_duration = "maximumDuration": HoursMinutes,
            /// Number of bookings, up to 200.
            count: u32,
        }
    }
}

response! {
    /// The duration that is paid at most.
    pub struct PaidTimeCap {
        optional {
            maximum_duration = "maximumDuration": HoursMinutes,
        }
    }
}

response! {
    /// An address. Some calls send only a part of it.
    pub struct Address {
        optional {
            name: String,
            company: String,
            /// In a contact for admins only.
            full_address = "fullAddress": String,
            street: String,
            post_code = "postCode": String,
            city: String,
            state: String,
            /// ISO 3166, two letters.
            country_code = "countryCode": String,
            latitude: f64,
            longitude: f64,
        }
    }
}

response! {
    /// An image in several sizes.
    pub struct Images {
        optional {
            thumb: Image,
            small: Image,
            large: Image,
            xlarge: Image,
            hd: Image,
            icon: Image,
            default: Image,
            medium: Image,
            pdf: Image,
            icon152: Image,
            icon32: Image,
        }
    }
}

response! {
    /// One size of an image.
    pub struct Image {
        optional {
            url: String,
            width: u32,
            height: u32,
        }
    }
}

response! {
    /// A weekly time, or a duration.
    pub struct BookingTime {
        optional {
            from: String,
            to: String,
            hours: u32,
            minutes: u32,
        }
        lists {
            /// 1 is Monday.
            weekdays: u8,
        }
    }
}

response! {
    /// A cost center or a revenue account.
    pub struct Account {
        optional {
            name: String,
            number: String,
        }
    }
}

response! {
    /// A discount code that was applied.
    pub struct AppliedDiscountCode {
        optional {
            code: String,
            name: String,
            /// Decimal.
            value: String,
            unit: DiscountUnit,
        }
        lists {
            amounts: Price,
        }
    }
}

response! {
    /// The price that is paid at most for a duration.
    pub struct PriceCap {
        optional {
            price: Price,
            maximum_duration = "maximumDuration": HoursMinutes,
        }
    }
}

response! {
    /// The area of a resource.
    pub struct Area {
        optional {
            unit: AreaUnit,
            number: u32,
        }
    }
}

response! {
    /// Prices of a resource.
    pub struct Pricing {
        optional {
            /// ISO 4217.
            currency: String,
            price_per_hour = "pricePerHour": Price,
            price_cap = "priceCap": PaidTimeCap,
        }
        lists {
            discounts: Discount,
            price_caps = "priceCaps": PriceCap,
            taxes: Tax,
            fixed_rates = "fixedRates": FixedRate,
        }
    }
}

response! {
    /// A fixed price for a duration.
    pub struct FixedRate {
        optional {
            price: Price,
            maximum_duration = "maximumDuration": HoursMinutes,
        }
    }
}

response! {
    /// A time span.
    pub struct TimeSpan {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
        }
    }
}

response! {
    /// An amount of money.
    pub struct AmountOfMoney {
        optional {
            /// Decimal.
            value: String,
            /// ISO 4217.
            currency: String,
        }
    }
}

open_enum! {
    /// The order of a list.
    pub enum SortOrder {
        Asc = "asc",
        Desc = "desc",
    }
}
