//! The public types of `cohortgo`.

pub use crate::cohortgo::{
    Account, ActAs, ActingAs, ActingConnect, AsUser, AuthorizedClient, Client, ClientBuilder, CohortGo,
    Connect, Site, Token,
};

super::common!(cohortgo);

/// `cohortgo::api`.
pub mod api {
    pub use crate::cohortgo::api::{
        AgentInvoice, AgentInvoices, Amount, CreateAgentInvoice, CreateProviderInvoice, CreateStudent, Id,
        InsuranceQuote, InsuranceQuotes, InvoicedStudent, NewAgentInvoice, NewProviderInvoice, NewStudent,
        Page, ProviderInvoice, ProviderInvoices, Student, Upload,
    };
}
