//! Each typed call once: its request, and its response made of the documented fields.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

use cohortgo::api::{
    AgentInvoices, CreateAgentInvoice, CreateProviderInvoice, CreateStudent, InsuranceQuotes,
    InvoicedStudent, NewAgentInvoice, NewProviderInvoice, NewStudent, ProviderInvoices,
};
use cohortgo::chrono::NaiveDate;
use cohortgo::{Account, App, Client, CohortGo, Site, Token};
use oauth_testing::{ACCESS_TOKEN, ApiTable, CLIENT_SECRET, ManualClock, RecordingTransport};

fn client(transport: RecordingTransport) -> (Client, Token) {
    let app = App::new("some-test-app", CLIENT_SECRET, "https://example.org/oauth2/code");
    let client = Client::builder(Site::production(), app)
        .transport(transport)
        .clock(ManualClock::default())
        .build()
        .unwrap();
    let account = Account::at("https://demo.s.portal.cohortgo.com/api/v1".parse().unwrap());
    let token = client.import_token_with(ACCESS_TOKEN, [], account).unwrap();
    (client, token)
}

macro_rules! play {
    ($table:ident, $name:literal, $endpoint:expr) => {
        let text = $table.play($name, &$endpoint).await;
        insta::with_settings!(
            { prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, text) }
        );
    };
}

#[tokio::test]
async fn every_call_is_sent_and_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/responses");
    let mut table = ApiTable::<CohortGo>::new(folder, client);
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();

    play!(
        table,
        "create_student",
        CreateStudent::new(NewStudent::new().given_name("John").dob(day(1990, 5, 20)))
    );
    let quotes = InsuranceQuotes::for_course("AU", day(2022, 3, 1), day(2024, 11, 15)).adults(2);
    play!(table, "insurance_quotes", quotes);
    let invoice =
        NewAgentInvoice::new().institution_name("University of Melbourne").currency("AUD").amount(5500);
    play!(table, "create_agent_invoice", CreateAgentInvoice::new(invoice));
    play!(table, "agent_invoices", AgentInvoices::new().page(2));
    let student = InvoicedStudent::new().email("stu.dent@example.org");
    let invoice = NewProviderInvoice::new().student(student).reference("ABC1234").amount(500);
    play!(table, "create_provider_invoice", CreateProviderInvoice::new(invoice));
    play!(table, "provider_invoices", ProviderInvoices::new().page(2));

    table.finish(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/cohortgo.toml").as_ref());
}
