//! Each endpoint's request, next to the guide's example, and its response.

use cohortgo::api::{
    AgentInvoices, CreateAgentInvoice, CreateProviderInvoice, CreateStudent, InsuranceQuotes,
    InvoicedStudent, NewAgentInvoice, NewProviderInvoice, NewStudent, ProviderInvoices, Upload,
};
use cohortgo::chrono::{DateTime, NaiveDate, Utc};
use cohortgo::serde_json::{Map, json};
use cohortgo::url::Url;
use cohortgo::{Endpoint, Error, ErrorKind};
use oauth_testing::{RecordingTransport, json_response};
use proptest::prelude::*;

use crate::{acme, assert_documented_snapshot, customer_at, recorded};

pub(crate) fn john() -> NewStudent {
    NewStudent::new()
        .title("Mr")
        .given_name("John")
        .family_name("Smith")
        .gender("male")
        .email("john.smith@example.org")
        .home_country("CN")
        .destination_country("AU")
        .dob(date(1990, 5, 20))
        .mobile("61 412 123 123")
        .passport_number("A1231234")
        .passport(Upload::from(url("https://passport.example.com")))
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

async fn sent<E: Endpoint<cohortgo::CohortGo>>(endpoint: &E, file: &str) -> (String, E::Response) {
    let transport = RecordingTransport::with_responses([recorded(200, file)]);
    let response = acme(&transport, false).send(endpoint).await.unwrap();
    (transport.text(), response)
}

#[tokio::test]
async fn create_student() {
    let (text, student) = sent(&CreateStudent::new(john()), "student_created.json").await;
    assert_eq!(student.id.as_str(), "12345");
    assert_eq!(student.portal_url, Some(url("https://demo.s.portal.cohortgo.com/students/12345")));
    assert!(student.other.is_empty());
    assert_documented_snapshot!(
        "cohortgo.dev/guides/agent-payment-requests-api: POST with Content-Type: application/json to \
         https://demo.s.portal.cohortgo.com/api/v1/students.json of {\"student\": {\"title\": \"Mr\", …, \
         \"passport\": {\"url\": \"https://passport.example.com\"}}}; there with Basic, here with the token.",
        text
    );
}

#[tokio::test]
async fn create_student_with_custom_data() {
    let student = NewStudent::new()
        .given_name("John")
        .additional_information(Map::from_iter([("referral-source".to_owned(), json!("web"))]))
        .with("agent_reference", json!({ "n": 1 }));
    assert_documented_snapshot!(
        "cohortgo.dev/guides/agent-payment-requests-api: custom data as \"additional_information\": {…}; \
         `agent_reference` stands for a field that no guide names.",
        sent(&CreateStudent::new(student), "student_created.json").await.0
    );
}

#[tokio::test]
async fn list_agent_invoices() {
    let since: DateTime<Utc> = "2021-08-19T10:20:30.987Z".parse().unwrap();
    let (text, page) = sent(&AgentInvoices::new().updated_since(since).page(2), "agent_invoices.json").await;
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].other["updated_at"], "2026-01-02T03:04:05Z");
    assert_documented_snapshot!(
        "As the guide has it for provider invoices: GET with ?updated_since= timestamp and ?page=x.",
        text
    );
}

#[tokio::test]
async fn create_agent_invoice() {
    let invoice = NewAgentInvoice::new()
        .institution_name("University of Melbourne")
        .currency("AUD")
        .country("AU")
        .amount("5500.99".parse::<cohortgo::api::Amount>().unwrap())
        .document_upload_url(url("http://some.host/invoice.pdf"))
        .retained_commission(55);
    let (text, created) = sent(&CreateAgentInvoice::new(invoice), "agent_invoice_created.json").await;
    assert_eq!(created.id.as_str(), "S123456789");
    assert_eq!(created.institution_name.as_deref(), Some("University of Melbourne"));
    assert_eq!(created.amount, Some("5500.99".parse().unwrap()));
    assert_eq!(created.payment_reference.as_deref(), Some("invoice:1234"));
    assert_documented_snapshot!(
        "cohortgo.dev/guides/book-transactions-via-the-api-for-agents: POST to …/services/payments/agent_invoices.json \
         of {\"invoice\":{\"institution_name\": …, \"currency\": \"AUD\", \"country\":\"AU\", \"amount\": 5500.99, \
         \"document_upload_url\":\"http://some.host/invoice.pdf\", \"retained_commission\":55.00}}.",
        text
    );
}

#[tokio::test]
async fn list_provider_invoices() {
    let (text, page) = sent(&ProviderInvoices::new(), "provider_invoices.json").await;
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.items[0].payment_remitted, Some(date(2021, 8, 19)));
    assert_eq!(page.items[1].payment_remitted, None);
    assert_eq!((&page.items[1].document_link, page.items[1].other.len()), (&None, 0));
    assert!(page.unread.is_empty());
    assert_eq!(page.other["page"], 1);
    assert_documented_snapshot!(
        "cohortgo.dev/guides/generate-payment-request-links: GET /services/payments/provider_invoices; `.json` as in \
         its example of the POST.",
        text
    );
}

#[tokio::test]
async fn create_provider_invoice() {
    let student = InvoicedStudent::new()
        .email("stu.dent@example.org")
        .given_name("Stu")
        .family_name("Dent")
        .dob(date(1990, 5, 18))
        .passport_number("M1231234")
        .home_country("VN");
    let invoice = NewProviderInvoice::new()
        .student(student)
        .student_number("12341234")
        .reference("ABC1234")
        .amount("500.05".parse::<cohortgo::api::Amount>().unwrap())
        .description("Initial Deposit")
        .document_data("data:application/pdf;base64,JVBERg==");
    let (text, created) = sent(&CreateProviderInvoice::new(invoice), "provider_invoice_created.json").await;
    assert_eq!(created.id.as_str(), "SI1234");
    assert_eq!(created.state.as_deref(), Some("uploaded"));
    assert_eq!(created.payment_url, Some(url("https://payments.cohortgo.com/r/aBasc2as")));
    assert_documented_snapshot!(
        "cohortgo.dev/guides/generate-payment-request-links: POST to …/services/payments/provider_invoices.json of \
         {\"invoice\":{\"student\":{\"email\", \"given_name\", \"family_name\", \"dob\", \"passport_number\", \
         \"home_country\"}, \"student_number\", \"reference\", \"amount\":500.05, \"description\", \
         \"document_data\":\"data:application/pdf;base64,…\"}}.",
        text
    );
}

#[tokio::test]
async fn insurance_quotes() {
    let quotes = InsuranceQuotes::for_course("AU", date(2022, 3, 1), date(2024, 11, 15));
    let (text, quotes) = sent(&quotes, "insurance_quotes.json").await;
    let quotes = quotes.items;
    assert_eq!(quotes.len(), 2);
    assert_eq!(quotes[0].provider, "CBHS");
    assert_eq!(quotes[1].amount.as_ref().unwrap().to_string(), "1594.35");
    assert_eq!(quotes[1].policy_finish, Some(date(2025, 3, 15)));
    assert_documented_snapshot!(
        "cohortgo.dev/guides/agent-insurance-api: GET …/services/insurance/quote.json?country=AU\
         &course_start_date=2022-03-01&course_finish_date=2024-11-15&adults=1&children=0.",
        text
    );
}

#[tokio::test]
async fn request_keeps_path_of_base_url() {
    for (base, expected) in [
        ("https://portal.cohortgo.com/api/v1", "GET https://portal.cohortgo.com/api/v1/services/"),
        ("https://portal.cohortgo.com/api/v1/", "GET https://portal.cohortgo.com/api/v1/services/"),
        ("https://x.portal.cohortgo.com/a/b/v2", "GET https://x.portal.cohortgo.com/a/b/v2/services/"),
        ("https://x.portal.cohortgo.com", "GET https://x.portal.cohortgo.com/services/"),
    ] {
        let transport = RecordingTransport::with_responses([json_response(200, "[]")]);
        customer_at(base, &transport, false).send(&ProviderInvoices::new()).await.unwrap();
        assert!(transport.text().starts_with(expected), "{}", transport.text());
    }
}

#[tokio::test]
async fn rejects_field_set_twice() {
    async fn rejected(endpoint: &impl Endpoint<cohortgo::CohortGo>) {
        let transport = RecordingTransport::default();
        let error = acme(&transport, false).send(endpoint).await.err().unwrap();
        assert_eq!((error.kind(), transport.count()), (ErrorKind::InvalidInput, 0));
        assert!(error.to_string().contains("`email`") || error.to_string().contains("`adults`"), "{error}");
    }
    rejected(&CreateStudent::new(john().with("email", "eve@example.org"))).await;
    let student = InvoicedStudent::new().email("a@example.org").with("email", "eve@example.org");
    rejected(&CreateProviderInvoice::new(NewProviderInvoice::new().student(student))).await;
    rejected(&InsuranceQuotes::for_course("AU", date(2022, 3, 1), date(2022, 4, 1)).param("adults", "2"))
        .await;
}

#[tokio::test]
async fn malformed_responses_give_clear_errors() {
    async fn error<E: Endpoint<cohortgo::CohortGo>>(endpoint: E, json: &str, out: &mut String) {
        let transport = RecordingTransport::with_responses([json_response(200, json)]);
        let error: Error = acme(&transport, false).send(&endpoint).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{json}");
        *out += &format!("{json}\n  {error}\n");
    }
    let mut out = String::new();
    for json in ["", "<html>", "[]", "{}", r#"{"id":null}"#, r#"{"id":{}}"#] {
        error(CreateStudent::new(NewStudent::new()), json, &mut out).await;
    }
    for json in ["5", "{}", r#"{"a":[],"b":[]}"#, r#"{"error":"invalid_token"}"#] {
        error(ProviderInvoices::new(), json, &mut out).await;
    }
    for json in ["{}", "5"] {
        error(InsuranceQuotes::for_course("AU", date(2022, 3, 1), date(2022, 4, 1)), json, &mut out).await;
    }
    insta::assert_snapshot!(out);
}

#[tokio::test]
async fn field_of_undocumented_type_is_kept_in_other() {
    let json = r#"{"id":7,"state":[5],"payment_remitted":"soon","payment_url":"none","amount":"AUD 5"}"#;
    let transport = RecordingTransport::with_responses([json_response(201, json)]);
    let invoice =
        acme(&transport, false).send(&CreateProviderInvoice::new(NewProviderInvoice::new())).await.unwrap();
    assert_eq!(invoice.id.as_str(), "7");
    assert_eq!((invoice.other.len(), invoice.unread()), (4, 3), "`amount` is not declared");
    assert_eq!((invoice.state, invoice.payment_remitted, invoice.payment_url), (None, None, None));
}

#[tokio::test]
async fn bad_list_element_is_kept_raw_and_counted() {
    for json in [r#"[{"id":"1"},{},5]"#, r#"{"page":1,"invoices":[{"id":"1"},{},5]}"#] {
        let transport = RecordingTransport::with_responses([json_response(200, json)]);
        let page = acme(&transport, false).send(&ProviderInvoices::new()).await.unwrap();
        assert_eq!((page.items.len(), page.unread.len()), (1, 2), "{json}");
        assert_eq!(page.unread[1], 5);
    }
    let transport = RecordingTransport::with_responses([json_response(200, r#"[{"provider":"CBHS"},{}]"#)]);
    let quotes = InsuranceQuotes::for_course("AU", date(2022, 3, 1), date(2022, 4, 1));
    let quotes = acme(&transport, false).send(&quotes).await.unwrap();
    assert_eq!((quotes.items.len(), quotes.unread.len()), (1, 1));
}

proptest! {
    #[test]
    fn arbitrary_responses_never_panic(body in any::<Vec<u8>>(), json in "[\\[\\]{}\":,a-z0-9]{0,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for body in [body, json.into_bytes()] {
            let response = || {
                let mut response = json_response(200, "");
                *response.body_mut() = body.clone();
                response
            };
            let transport = RecordingTransport::with_responses([response(), response(), response()]);
            let acme = acme(&transport, false);
            runtime.block_on(async {
                let _ = acme.send(&CreateStudent::new(NewStudent::new())).await;
                let _ = acme.send(&AgentInvoices::new()).await;
                let _ = acme.send(&InsuranceQuotes::for_course("AU", date(2022, 3, 1), date(2022, 4, 1))).await;
            });
        }
    }

    #[test]
    fn student_body_is_json_for_any_name(name in any::<String>(), extra in any::<String>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let transport = RecordingTransport::with_responses([recorded(200, "student_created.json")]);
        let student = NewStudent::new().given_name(name.clone()).with("note", extra.clone());
        runtime.block_on(acme(&transport, false).send(&CreateStudent::new(student))).unwrap();
        let text = transport.text();
        let body = text.split_once("\n\n").unwrap().1;
        // The recorded text redacts canaries and unifies line ends, which JSON escapes.
        let value: cohortgo::serde_json::Value = cohortgo::serde_json::from_str(body).unwrap();
        prop_assert_eq!(&value["student"]["given_name"], &name);
        prop_assert_eq!(&value["student"]["note"], &extra);
    }
}
