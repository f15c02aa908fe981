//! Declared endpoints: their requests, responses, pages and downloads.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{HeaderValue, Response, header};
use oauth_core::{
    Call, Client, CommaSeparated, DownloadTarget, ETag, Endpoint, EndpointContext, ErrorKind, FixedSite,
    List, Page, PagedEndpoint, Provider, RequestBuilder, Scopes, Secret, Token, Transport, TransportError,
    endpoint, open_enum, request_body, response,
};
use oauth_testing::{ACCESS_TOKEN, ManualClock, RecordingTransport, json_response};
use support::{Plain, app, client, site};

fn v3<P: Provider<Site = FixedSite>>(context: &EndpointContext<'_, P>, part: &str) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
        .header(header::ACCEPT, HeaderValue::from_str(&format!("application/vnd.example.{part}")).unwrap())
}

endpoint! {
    [P: Provider<Site = FixedSite>] P;
    /// `GET /me`.
    struct Me;
    GET v3("user") "/me" => json(Thing)
}

endpoint! {
    [] Plain;
    /// `GET /folders/:folder/things`.
    struct Things(folder: String) {
        required {
            /// First day.
            from = "filter[from]": NaiveDate,
        }
        optional {
            /// Page.
            page: u32,
            /// Kinds.
            kinds = "kind[]": Vec<Kind>,
            /// Fields.
            fields: CommaSeparated<String>,
        }
    }
    GET v3("list") "/folders/:folder/things" scopes ["read"] => json(List<Thing>)
}

endpoint! {
    [] Plain;
    /// `PUT /things/:id`.
    struct UpdateThing(id: u64);
    PUT v3("thing") "/things/:id.json" body(thing: NewThing as "thing") if_match(etag) => json_with_etag(Thing)
}

endpoint! {
    [] Plain;
    /// `GET /files/*path`.
    struct File(path: String);
    GET v3("file") "/files/*path" limits(100_000_000, 600) => bytes
}

endpoint! {
    [] Plain;
    /// `DELETE /things/:id`.
    struct DeleteThing(id: u64);
    DELETE v3("thing") "/things/:id" => nothing
}

request_body! {
    /// A thing to store.
    struct NewThing {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Kind.
            kind = "type": Kind,
        }
        secrets {
            /// Key.
            key,
        }
    }
}

response! {
    /// A thing.
    struct Thing {
        required {
            /// Identifier.
            id: u64,
        }
        optional {
            /// Kind.
            kind = "type": Kind,
        }
        secrets {
            /// Key.
            key,
        }
    }
}

open_enum! {
    /// A kind.
    enum Kind {
        /// Big.
        Big = "big",
        /// Small.
        Small = "small",
    }
}

impl PagedEndpoint<Plain> for Things {
    type Item = Thing;

    fn split(&self, list: List<Thing>) -> Page<Thing, Self> {
        let page = self.page.unwrap_or(1);
        let is_last = list.items.is_empty() && list.unread.is_empty();
        let next = (!is_last).then(|| self.clone().page(page + 1));
        Page { items: list.items, unread: list.unread.len(), next }
    }
}

fn things() -> Things {
    Things::new("a/b", NaiveDate::from_ymd_opt(2026, 11, 30).unwrap())
}

fn authorized(
    responses: impl IntoIterator<Item = Response<Vec<u8>>>,
) -> (RecordingTransport, Client<Plain>, Token<Plain>) {
    let transport = RecordingTransport::with_responses(responses);
    let client = client(&transport, &ManualClock::default());
    let token = client.import_token(ACCESS_TOKEN, Scopes::from(["read".parse().unwrap()])).unwrap();
    (transport, client, token)
}

#[tokio::test]
async fn request_is_sent_as_declared() {
    let (transport, client, token) = authorized([
        json_response(200, r#"{"id":1}"#),
        json_response(200, "[]"),
        json_response(200, r#"{"id":2}"#),
        json_response(200, "bytes"),
        json_response(204, ""),
    ]);
    client.send(&token, &Me).await.unwrap();
    let list = things().kinds([Kind::Big, "huge".into()]).fields(["id", "type"]);
    client.send(&token, &list).await.unwrap();
    let thing = NewThing::new("lamp").kind(Kind::Small).key("canary-key").with("size", 3);
    let update = UpdateThing::new(7, thing, ETag::new("\"v1\"").unwrap());
    client.send(&token, &update).await.unwrap();
    assert_eq!(client.send(&token, &File::new("a b/c.txt")).await.unwrap(), b"bytes");
    client.send(&token, &DeleteThing::new(7)).await.unwrap();
    insta::assert_snapshot!(transport.text());
}

#[tokio::test]
async fn resource_is_read_with_its_entity_tag() {
    let mut response = json_response(200, r#"{"id":2,"type":"odd","key":"canary-key"}"#);
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static("W/\"5\""));
    let (_, client, token) = authorized([response]);
    let update = UpdateThing::new(7, NewThing::new("lamp"), ETag::new("\"v1\"").unwrap());
    let thing = client.send(&token, &update).await.unwrap();
    assert_eq!(thing.etag, Some(ETag::new("W/\"5\"").unwrap()));
    assert_eq!((thing.id, thing.kind.clone()), (2, Some(Kind::Other("odd".to_owned()))));
    assert_eq!(thing.key, Some(Secret::new("canary-key")));
    let shown = format!("{thing:?} {}", serde_json::to_string(&thing.value).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn changed_resource_is_an_error_of_its_own() {
    let (_, client, token) = authorized([json_response(412, r#"{"message":"changed, and canary-key too"}"#)]);
    let thing = NewThing::new("lamp").key("canary-key");
    let update = UpdateThing::new(7, thing, ETag::new("\"v1\"").unwrap());
    let error = client.send(&token, &update).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    assert!(!error.to_string().contains("canary"), "{error}");
}

/// Scopes that were only requested may have been granted under other names.
#[tokio::test]
async fn missing_scope_is_an_error_if_the_server_stated_the_scopes() {
    let token_response = |scope: &str| {
        json_response(200, &format!(r#"{{"access_token":"{ACCESS_TOKEN}","token_type":"bearer"{scope}}}"#))
    };
    for (scope, sent) in [(r#","scope":"write""#, false), (r#","scope":"write read""#, true), ("", true)] {
        let (transport, client, _) = authorized([token_response(scope), json_response(200, "[]")]);
        let token = client.client_credentials(Scopes::from(["write".parse().unwrap()])).await.unwrap();
        let result = client.send(&token, &things()).await;
        assert_eq!((result.is_ok(), transport.count()), (sent, if sent { 2 } else { 1 }), "{scope}");
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::MissingScope);
            assert!(error.to_string().contains("`read`"), "{error}");
        }
    }
}

#[tokio::test]
async fn value_that_cannot_be_sent_is_an_error() {
    let (transport, client, token) = authorized([]);
    let empty = Things::new("", NaiveDate::default());
    let twice = UpdateThing::new(7, NewThing::new("a").with("name", "b"), ETag::new("\"1\"").unwrap());
    let errors = [
        client.send(&token, &empty).await.unwrap_err(),
        client.send(&token, &twice).await.unwrap_err(),
        client.send(&token, &File::new("../a")).await.unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(transport.count(), 0);
    assert!(ETag::new("a\nb").is_err());
}

/// Records the limits of each call.
#[derive(Clone, Debug, Default)]
struct LimitsOfCalls(Arc<Mutex<Vec<(Duration, usize)>>>);

#[oauth_core::async_trait]
impl Transport for LimitsOfCalls {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        self.0.lock().unwrap().push((call.deadline, call.body_cap));
        Ok(json_response(200, r#"{"id":1}"#))
    }
}

#[tokio::test]
async fn large_response_has_limits_of_its_own() {
    let limits = LimitsOfCalls::default();
    let client = Client::<Plain>::builder(site("provider.example"), app())
        .transport(limits.clone())
        .clock(ManualClock::default())
        .build()
        .unwrap();
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    client.send(&token, &Me).await.unwrap();
    client.send(&token, &File::new("a")).await.unwrap();
    let limits = limits.0.lock().unwrap().clone();
    assert!(limits[0].0 < Duration::from_secs(600) && limits[0].1 < 100_000_000, "{limits:?}");
    assert_eq!(limits[1], (Duration::from_secs(600), 100_000_000));
}

#[tokio::test]
async fn pages_are_requested_until_the_last() {
    let (transport, client, token) = authorized([
        json_response(200, r#"[{"id":1},{"id":2}]"#),
        json_response(200, r#"[{"id":"x"},{"id":3}]"#),
        json_response(200, "[]"),
    ]);
    let mut pages = client.pages(&token, things());
    assert_eq!(transport.count(), 0);
    let mut seen = Vec::new();
    while let Some(item) = pages.next().await {
        seen.push(item.map(|thing| thing.id).map_err(|error| error.kind()));
    }
    // An element that cannot be read does not end the list.
    assert_eq!(seen, [Ok(1), Ok(2), Ok(3), Err(ErrorKind::InvalidResponse)]);
    assert_eq!(transport.count(), 3);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn failed_page_is_the_last_item() {
    let (transport, client, token) =
        authorized([json_response(200, r#"[{"id":1}]"#), json_response(500, "{}"), json_response(200, "[]")]);
    let mut pages = client.pages(&token, things());
    assert!(pages.next().await.unwrap().is_ok());
    assert_eq!(pages.next().await.unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(pages.next().await.is_none());
    assert_eq!(transport.count(), 2);
}

endpoint! {
    [] Plain;
    /// `GET /endless`: a list whose server always names a next page.
    struct Endless();
    GET v3("list") "/endless" => json(List<u32>)
}

impl PagedEndpoint<Plain> for Endless {
    type Item = u32;

    fn split(&self, list: List<u32>) -> Page<u32, Self> {
        Page { items: list.items, unread: list.unread.len(), next: Some(self.clone()) }
    }
}

#[tokio::test]
async fn endless_empty_pages_end_with_an_error() {
    let page = |number: u32| json_response(200, if number == 50 { "[7]" } else { "[]" });
    let (transport, client, token) = authorized((1..=200).map(page));
    let mut pages = client.pages(&token, Endless::new());
    let mut seen = Vec::new();
    while let Some(item) = pages.next().await {
        seen.push(item.map_err(|error| error.kind()));
    }
    // An element starts the count anew.
    assert_eq!(seen, [Ok(7), Err(ErrorKind::InvalidResponse)]);
    assert_eq!(transport.count(), 150);
}

#[test]
fn name_has_the_whole_path() {
    assert_eq!(<Things as Endpoint<Plain>>::NAME, "GET /folders/:folder/things");
    assert_eq!(<UpdateThing as Endpoint<Plain>>::NAME, "PUT /things/:id.json");
}

/// A repeated change would get 412, as if the first had not been made.
#[test]
fn conditional_change_is_not_idempotent() {
    const { assert!(!<UpdateThing as Endpoint<Plain>>::IDEMPOTENT) };
    const { assert!(<DeleteThing as Endpoint<Plain>>::IDEMPOTENT) };
}

#[tokio::test]
async fn download_goes_to_its_target() {
    let (_, client, token) =
        authorized([json_response(200, "some bytes"), json_response(404, r#"{"message":"no such file"}"#)]);
    let mut target = Vec::new();
    let done = client.download(&token, &File::new("a"), &mut target).await.unwrap();
    assert_eq!((target.as_slice(), done.bytes), (b"some bytes".as_slice(), 10));
    assert!(done.content_type.unwrap().starts_with("application/json"));
    let error = client.download(&token, &File::new("b"), &mut target).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ApiRefused, Some("no such file")));
    assert_eq!(target.len(), 10);
}

/// A disk that is full.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl DownloadTarget for Full {
    fn restart(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn failed_target_is_an_error() {
    let (_, client, token) = authorized([json_response(200, "some bytes")]);
    let error = client.download(&token, &File::new("a"), &mut Full).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::DownloadFailed, false));
}
