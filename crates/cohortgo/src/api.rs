//! Typed endpoints of the Cohort Go API.
//!
//! Only endpoints that a public guide of cohortgo.dev shows are here, and only the fields that it names are
//! typed. The rest of a response, and a field whose type differs from the guide's, is kept in `other`. `with`
//! and `param` add anything else to a request. For other endpoints see [`url()`] and
//! [`RawRequest`](crate::RawRequest).

mod agent_invoices;
mod base;
mod fields;
mod id;
mod insurance;
mod page;
mod provider_invoices;
mod students;
mod upload;
mod url;

pub use agent_invoices::{AgentInvoice, AgentInvoices, CreateAgentInvoice, NewAgentInvoice};
pub use id::Id;
pub use insurance::{InsuranceQuote, InsuranceQuotes};
pub use oauth_core::Amount;
pub use page::Page;
pub use provider_invoices::{
    CreateProviderInvoice, InvoicedStudent, NewProviderInvoice, ProviderInvoice, ProviderInvoices,
};
pub use students::{CreateStudent, NewStudent, Student};
pub use upload::Upload;
pub use url::url;
