//! Invoices, charges and time passes.

use oauth_core::chrono::NaiveDate;
use oauth_core::{CommaSeparated, List, endpoint, request_body, response};

use super::base::space;
use super::memberships::MemberAddress;
use super::plans::ParsedTimespan;
use super::times::{SlashedDate, SlashedTime};
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/invoices`: a space's invoices for admins, a member's own for
    /// members. Scope `read_invoices`. Source: <https://dev.cobot.me/api-docs/invoices>.
    pub struct Invoices(subdomain: Subdomain) {
        optional {
            from: NaiveDate,
            to: NaiveDate,
            /// Instead of dates.
            ids: CommaSeparated<String>,
        }
    }
    GET space[subdomain] "/api/invoices" scopes ["read_invoices"] => json(List<InvoiceDetails>)
}

response! {
    /// An invoice.
    pub struct InvoiceDetails {
        required {
            id: String,
        }
        optional {
            created_at: SlashedDate,
            paid_at: SlashedDate,
            charge_at: SlashedTime,
            due_date: SlashedDate,
            e_invoicing_ready = "eInvoicingReady": bool,
            currency: String,
            membership_id: String,
            contact_id: String,
            address: MemberAddress,
            space_address: MemberAddress,
            invoice_text: String,
            tax_name: String,
            tax_id_name: String,
            tax_id: String,
            invoice_number: u64,
            formatted_invoice_number: String,
            customer_number: String,
        }
        lists {
            items: InvoiceItem,
        }
    }
}

response! {
    /// An item of an invoice. Amounts are decimals.
    pub struct InvoiceItem {
        required {
            id: String,
        }
        optional {
            paid: bool,
            amount: String,
            description: String,
            quantity: String,
            /// Percent.
            tax_rate: String,
            tax_amount: String,
            amount_with_tax: String,
            total_amount: String,
            total_amount_with_tax: String,
            total_tax_amount: String,
            accounting_code: String,
            membership_id: String,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/charges`: a space's one-time charges between two days. For
    /// admins. Scope `read_charges`. Source: <https://www.cobot.me/api-docs/one-time-charges>.
    pub struct Charges(subdomain: Subdomain) {
        required {
            from: NaiveDate,
            to: NaiveDate,
        }
    }
    GET space[subdomain] "/api/charges" scopes ["read_charges"] => json(List<ChargeDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/:id/charges/recent`: a membership's charges that are
    /// not billed yet. For the member and admins. Scope `read_charges`. Source:
    /// <https://www.cobot.me/api-docs/one-time-charges>.
    pub struct RecentCharges(subdomain: Subdomain, id: String);
    GET space[subdomain] "/api/memberships/:id/charges/recent" scopes ["read_charges"]
        => json(List<ChargeDetails>)
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/memberships/:id/charges`: charges a membership. For the member
    /// and admins. Scope `write_charges`. Source: <https://www.cobot.me/api-docs/one-time-charges>.
    pub struct CreateCharge(subdomain: Subdomain, id: String);
    POST space[subdomain] "/api/memberships/:id/charges" scopes ["write_charges"] body(charge: NewCharge)
        => json(ChargeDetails)
}

request_body! {
    /// A new charge.
    pub struct NewCharge {
        required {
            description: String,
            /// Decimal.
            amount: String,
        }
        optional {
            charged_at: SlashedDate,
            accounting_code: String,
            /// Decimal.
            quantity: String,
            /// Percent.
            tax_rate: String,
        }
    }
}

response! {
    /// A charge.
    pub struct ChargeDetails {
        required {
            id: String,
        }
        optional {
            description: String,
            /// Decimal.
            amount: String,
            currency: String,
            charged_at: SlashedDate,
            accounting_code: String,
            quantity: String,
            membership_id: String,
            /// Percent.
            tax_rate: String,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/time_passes/unused`: all unused time passes of a space. For
    /// admins. Scope `read_time_passes`. Source: <https://dev.cobot.me/api-docs/time-passes>.
    pub struct UnusedTimePasses(subdomain: Subdomain);
    GET space[subdomain] "/api/time_passes/unused" scopes ["read_time_passes"] => json(List<TimePassDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/:id/time_passes/unused`: a membership's unused time
    /// passes. For admins. Scope `read_time_passes`. Source: <https://dev.cobot.me/api-docs/time-passes>.
    pub struct MembershipTimePasses(subdomain: Subdomain, id: String);
    GET space[subdomain] "/api/memberships/:id/time_passes/unused" scopes ["read_time_passes"]
        => json(List<TimePassDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/membership/time_passes/unused`: the member's own unused time
    /// passes. Scope `read_time_passes`. Source: <https://dev.cobot.me/api-docs/time-passes>.
    pub struct OwnTimePasses(subdomain: Subdomain);
    GET space[subdomain] "/api/membership/time_passes/unused" scopes ["read_time_passes"]
        => json(List<TimePassDetails>)
}

response! {
    /// A time pass.
    pub struct TimePassDetails {
        required {
            id: String,
        }
        optional {
            created_at: SlashedTime,
            updated_at: SlashedTime,
            /// `None` if a member bought it.
            expires_at: SlashedTime,
            used_at: SlashedTime,
            /// API URL.
            url: String,
            name: String,
            timespans: String,
        }
        lists {
            parsed_timespans: ParsedTimespan,
        }
    }
}
