//! Downloads through a connection.

use std::sync::{Arc, Mutex};

use oauth_core::connections::Connections;
use oauth_core::http::{HeaderValue, Request, Response, StatusCode, header};
use oauth_core::store::MemoryStore;
use oauth_core::{
    App, BodySink, Call, Client, Endpoint, EndpointContext, Error, ErrorKind, FileEndpoint, Limits, Scopes,
    Transport, TransportError,
};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, ManualClock, json_response};

use crate::support::{NonRefreshingProvider, Ping, site};

struct File;

impl Endpoint<NonRefreshingProvider> for File {
    type Response = Vec<u8>;
    const NAME: &'static str = "GET /file";

    fn request(
        &self,
        context: &EndpointContext<'_, NonRefreshingProvider>,
    ) -> Result<Request<Vec<u8>>, Error> {
        Endpoint::<NonRefreshingProvider>::request(&Ping::<true>, context)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, NonRefreshingProvider>,
        response: Response<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        Ok(response.into_body())
    }
}

impl FileEndpoint<NonRefreshingProvider> for File {
    fn has_file(&self, status: StatusCode) -> bool {
        status != StatusCode::ACCEPTED && self.accepts_status(status)
    }
}

/// A response: status, entity tag, `Content-Range`, the bytes that arrive, and whether the connection breaks
/// after them.
type Part = (u16, Option<&'static str>, Option<&'static str>, &'static str, bool);

/// Sends the parts in order, and records each `Range` and `If-Range`.
#[derive(Clone, Debug, Default)]
struct BreakingServer {
    parts: Arc<Mutex<Vec<Part>>>,
    ranges: Arc<Mutex<Vec<String>>>,
}

#[oauth_core::async_trait]
impl Transport for BreakingServer {
    async fn call(&self, _: Call) -> Result<Response<Vec<u8>>, TransportError> {
        unreachable!("a download is streamed")
    }

    async fn stream(&self, call: Call, sink: &mut dyn BodySink) -> Result<Response<Vec<u8>>, TransportError> {
        let shown = [header::RANGE, header::IF_RANGE]
            .map(|name| call.request.headers().get(name).map_or("-", |value| value.to_str().unwrap()));
        self.ranges.lock().unwrap().push(shown.join(" "));
        let (status, etag, range, bytes, breaks) = self.parts.lock().unwrap().remove(0);
        let mut response = json_response(status, "");
        for (name, value) in [(header::ETAG, etag), (header::CONTENT_RANGE, range)] {
            if let Some(value) = value {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        let (head, body) = response.into_parts();
        if sink.accept(&head).map_err(TransportError::Sink)? {
            sink.write(bytes.as_bytes()).map_err(TransportError::Sink)?;
        }
        if breaks {
            return Err(TransportError::Unanswered("the connection broke".into()));
        }
        Ok(Response::from_parts(head, body))
    }
}

async fn download(parts: &[Part]) -> (Result<u64, ErrorKind>, String, Vec<String>) {
    let server = BreakingServer::default();
    *server.parts.lock().unwrap() = parts.to_vec();
    let mut limits = Limits::default();
    limits.api_body = 20;
    let client = Client::<NonRefreshingProvider>::builder(site(), App::without_redirect("id", CLIENT_SECRET))
        .limits(limits)
        .transport(server.clone())
        .clock(ManualClock::default())
        .build()
        .unwrap();
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    let connections = Connections::builder(client, MemoryStore::default()).build();
    let acme = connections.insert("acme", token).await.unwrap();
    let mut target = Vec::new();
    let result = acme.download(&File, &mut target).await;
    let ranges = server.ranges.lock().unwrap().clone();
    (result.map(|done| done.bytes).map_err(|error| error.kind()), String::from_utf8(target).unwrap(), ranges)
}

#[tokio::test(start_paused = true)]
async fn broken_download_is_resumed() {
    let (result, content, ranges) = download(&[
        (200, Some("\"v1\""), None, "0123", true),
        (206, Some("\"v1\""), Some("bytes 4-9/10"), "45", true),
        (206, Some("\"v1\""), Some("bytes 6-9/10"), "6789", false),
    ])
    .await;
    assert_eq!((result, content.as_str()), (Ok(10), "0123456789"));
    assert_eq!(ranges, ["- -", "bytes=4- \"v1\"", "bytes=6- \"v1\""]);
}

#[tokio::test(start_paused = true)]
async fn download_restarts_if_the_server_cannot_resume() {
    for (etag, second) in [(Some("\"v1\""), "bytes=4- \"v1\""), (Some("W/\"v1\""), "- -"), (None, "- -")] {
        let (result, content, ranges) =
            download(&[(200, etag, None, "0123", true), (200, etag, None, "new bytes", false)]).await;
        assert_eq!((result, content.as_str()), (Ok(9), "new bytes"));
        assert_eq!(ranges, ["- -", second]);
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_part_starts_the_download_again() {
    let v1 = Some("\"v1\"");
    for (etag, range, bytes) in [
        (v1, Some("bytes 5-9/10"), "56789"),
        (v1, Some("bytes */10"), "456789"),
        (v1, Some("bytes 4-9/*"), "456789"),
        (v1, Some("bytes 4-9/9"), "456789"),
        (v1, Some("items 4-9/10"), "456789"),
        (v1, None, "456789"),
        (v1, Some("bytes 4-9/10"), "456789, and more"),
        (Some("\"v2\""), Some("bytes 4-9/10"), "456789"),
        (None, Some("bytes 4-9/10"), "456789"),
    ] {
        let (result, content, ranges) = download(&[
            (200, v1, None, "0123", true),
            (206, etag, range, bytes, false),
            (200, Some("\"v2\""), None, "the whole", false),
        ])
        .await;
        assert_eq!((result, content.as_str()), (Ok(9), "the whole"), "{etag:?} {range:?}");
        assert_eq!(ranges, ["- -", "bytes=4- \"v1\"", "- -"], "{etag:?} {range:?}");
    }
    // The size must not change from part to part.
    let (result, content, _) = download(&[
        (200, v1, None, "0123", true),
        (206, v1, Some("bytes 4-9/10"), "45", true),
        (206, v1, Some("bytes 6-10/11"), "6789a", false),
        (503, None, None, "", false),
    ])
    .await;
    assert_eq!((result, content.as_str()), (Err(ErrorKind::Unavailable), "012345"));
}

#[tokio::test(start_paused = true)]
async fn retries_are_counted_anew_after_progress() {
    let v1 = Some("\"v1\"");
    let down = (503, None, None, "", false);
    let (result, content, ranges) = download(&[
        (200, v1, None, "0123", true),
        down,
        (206, v1, Some("bytes 4-9/10"), "4", true),
        down,
        (206, v1, Some("bytes 5-9/10"), "5", true),
        down,
        (206, v1, Some("bytes 6-9/10"), "6789", false),
    ])
    .await;
    assert_eq!((result, content.as_str(), ranges.len()), (Ok(10), "0123456789", 7));

    // Without an entity tag, the same bytes again are no progress.
    let whole = (200, None, None, "0123", true);
    let (result, content, ranges) = download(&[whole; 9]).await;
    assert_eq!((result, content.as_str(), ranges.len()), (Err(ErrorKind::Unanswered), "0123", 3));
}

#[tokio::test(start_paused = true)]
async fn short_part_is_not_the_end() {
    let v1 = Some("\"v1\"");
    for (range, bytes) in [("bytes 4-6/10", "456"), ("bytes 4-9/10", "456")] {
        let (result, content, ranges) = download(&[
            (200, v1, None, "0123", true),
            (206, v1, Some(range), bytes, false),
            (206, v1, Some("bytes 7-9/10"), "789", false),
        ])
        .await;
        assert_eq!((result, content.as_str()), (Ok(10), "0123456789"), "{range}");
        assert_eq!(ranges[2], "bytes=7- \"v1\"");
    }
}

#[tokio::test(start_paused = true)]
async fn unsatisfiable_range_ends_only_a_complete_download() {
    let v1 = Some("\"v1\"");
    for (etag, range, complete) in [
        (None, Some("bytes */4"), true),
        (v1, Some("bytes */4"), true),
        (Some("\"v2\""), Some("bytes */4"), false),
        (None, Some("bytes */3"), false),
        (None, Some("bytes 0-3/4"), false),
        (None, None, false),
    ] {
        let (result, content, ranges) = download(&[
            (200, v1, None, "0123", true),
            (416, etag, range, "", false),
            (200, v1, None, "the whole", false),
        ])
        .await;
        let expected = if complete { (Ok(4), "0123") } else { (Ok(9), "the whole") };
        assert_eq!((result, content.as_str()), expected, "{etag:?} {range:?}");
        assert_eq!(ranges.get(2).map(String::as_str), (!complete).then_some("- -"), "{etag:?} {range:?}");
    }
    let (result, ..) = download(&[(416, None, Some("bytes */0"), "", false)]).await;
    assert_eq!(result, Err(ErrorKind::ApiRefused));
}

#[tokio::test(start_paused = true)]
async fn part_without_request_is_an_error() {
    let range = Some("bytes 0-3/10");
    let (result, content, _) = download(&[(206, Some("\"v1\""), range, "0123", false)]).await;
    assert_eq!((result, content.as_str()), (Err(ErrorKind::DownloadFailed), ""));
}

#[tokio::test(start_paused = true)]
async fn file_that_is_not_ready_is_requested_again() {
    let not_ready = (202, None, None, "wait", false);
    let (result, content, _) = download(&[not_ready, (200, None, None, "0123", false)]).await;
    assert_eq!((result, content.as_str()), (Ok(4), "0123"));
    let (result, content, _) = download(&[not_ready; 9]).await;
    assert_eq!((result, content.as_str()), (Err(ErrorKind::Unavailable), ""));
}

#[tokio::test(start_paused = true)]
async fn size_limit_holds_for_the_whole_file() {
    let v1 = Some("\"v1\"");
    // The limit of the endpoint is 20 bytes.
    for (range, bytes, fits) in [
        ("bytes 15-19/20", "fghij", true),
        ("bytes 15-20/21", "fghijk", false),
        ("bytes 15-15/21", "f", false),
    ] {
        let (result, content, ranges) =
            download(&[(200, v1, None, "0123456789abcde", true), (206, v1, Some(range), bytes, false)]).await;
        assert_eq!(result, if fits { Ok(20) } else { Err(ErrorKind::InvalidResponse) }, "{range}");
        assert_eq!((content.len(), ranges.len()), (if fits { 20 } else { 15 }, 2), "{range}");
    }
}
