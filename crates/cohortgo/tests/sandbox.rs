//! Whole flows against the sandbox, which is written from the same documents but not from this crate.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

use cohortgo::api::{
    AgentInvoices, CreateAgentInvoice, CreateStudent, InsuranceQuotes, NewAgentInvoice, NewStudent,
    ProviderInvoices,
};
use cohortgo::chrono::{DateTime, NaiveDate};
use cohortgo::{
    ActAs, ActingAs, App, AuthorizedClient, CallbackFault, Client, Connect, Error, ErrorKind, Site,
};
use oauth_sandbox::cohortgo::Rules;
use oauth_sandbox::{Fault, ServerHandle};

fn client(sandbox: &ServerHandle<Rules>) -> Client {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    Client::new(Site::at(sandbox.url()).unwrap(), app).unwrap()
}

async fn connected(sandbox: &ServerHandle<Rules>, connect: &Connect) -> Result<AuthorizedClient, Error> {
    let client = client(sandbox);
    let started = client.begin(connect)?;
    let callback = sandbox.approve(started.url.as_str()).await.unwrap();
    let token = client.finish(&started.pending, callback.as_str()).await?;
    Ok(client.authorized(token))
}

#[tokio::test]
async fn endpoints_work_as_connected_user() {
    let sandbox = oauth_sandbox::CohortGo::start().await.unwrap();
    let acme = connected(&sandbox, &Connect::new()).await.unwrap();
    assert_ne!(acme.token().extra().api_base_url.port(), acme.client().site().authorize_url().port());

    let john = NewStudent::new().given_name("John").family_name("Smith").email("john@example.org");
    let student = acme.send(&CreateStudent::new(john)).await.unwrap();
    assert!(student.portal_url.is_some());

    let invoice = NewAgentInvoice::new()
        .institution_name("University of Melbourne")
        .currency("AUD")
        .country("AU")
        .amount("5500.99".parse::<cohortgo::api::Amount>().unwrap());
    let created = acme.send(&CreateAgentInvoice::new(invoice)).await.unwrap();
    let listed = acme.send(&AgentInvoices::new()).await.unwrap();
    assert!(listed.items.iter().any(|invoice| invoice.id == created.id && invoice.amount == created.amount));

    let mut all = 0;
    for page in 1.. {
        let page = acme.send(&ProviderInvoices::new().page(page)).await.unwrap();
        if page.items.is_empty() {
            break;
        }
        all += page.items.len();
    }
    assert!(all > 25, "the list has more than one page");
    let far: DateTime<_> = "2999-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(acme.send(&ProviderInvoices::new().updated_since(far)).await.unwrap().items, []);

    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let quotes = InsuranceQuotes::for_course("AU", day(2027, 3, 1), day(2028, 11, 15)).children(1);
    let quotes = acme.send(&quotes).await.unwrap();
    assert!(quotes.items.iter().all(|quote| quote.amount.is_some() && quote.purchase_url.is_some()));
    assert!(!quotes.items.is_empty() && quotes.unread.is_empty());
}

#[tokio::test]
async fn acting_as_creates_unknown_users_only_with_scope() {
    let sandbox = oauth_sandbox::CohortGo::start().await.unwrap();
    let ann = ActAs::new(r#"Ann "Annie" O'Neill \ Lee"#, "ann.lee@example.org").unwrap();
    let john = NewStudent::new().given_name("John").family_name("Smith").email("john@example.org");
    let create = CreateStudent::new(john);

    let acme = connected(&sandbox, &Connect::acting_as_users()).await.unwrap();
    let error = acme.send(&create.clone().acting_as(&ann)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ApiRefused, "an unknown user is not created: {error}");

    let acme = connected(&sandbox, &Connect::acting_as_users().creating_users()).await.unwrap();
    acme.send(&create.acting_as(&ann)).await.unwrap();
    let users = sandbox.account_users();
    let created = users.iter().find(|user| user.email == ann.email()).unwrap();
    assert_eq!(created.name, ann.name(), "the server reads the name that was given");
}

#[tokio::test]
async fn hostile_api_base_url_receives_nothing() {
    let builder = oauth_sandbox::CohortGo::builder().poisoned_api_base_url("https://evil.example/api/v1");
    let sandbox = builder.start().await.unwrap();
    let acme = connected(&sandbox, &Connect::new()).await.unwrap();
    let error = acme.send(&ProviderInvoices::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignHost);
}

#[tokio::test]
async fn missing_state_echo_needs_opt_out() {
    let sandbox = oauth_sandbox::CohortGo::builder().echo_state(false).start().await.unwrap();
    let error = connected(&sandbox, &Connect::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::MissingState));
    assert_eq!(sandbox.journal().token_calls(), 0);
    connected(&sandbox, &Connect::new().without_state_echo()).await.unwrap();
}

#[tokio::test]
async fn denial_and_lost_response_are_reported() {
    let sandbox = oauth_sandbox::CohortGo::start().await.unwrap();
    let client = client(&sandbox);
    let started = client.begin(&Connect::new()).unwrap();
    let callback = sandbox.deny(started.url.as_str()).await.unwrap();
    let error = client.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!((error.kind(), sandbox.journal().token_calls()), (ErrorKind::Denied, 0));

    sandbox.next_token_call(Fault::DropResponse);
    let error = connected(&sandbox, &Connect::new()).await.unwrap_err();
    assert_eq!((error.kind(), sandbox.journal().token_calls()), (ErrorKind::Unanswered, 1));
}
