//! Histories, page by page.

use gocd::ErrorKind;
use gocd::api::pipelines::PipelineRuns;
use oauth_testing::{RecordingTransport, json_response};

fn page(counters: &[u32], links: &str) -> gocd::http::Response<Vec<u8>> {
    let runs: Vec<String> =
        counters.iter().map(|counter| format!(r#"{{"name":"up42","counter":{counter}}}"#)).collect();
    json_response(200, &format!(r#"{{"_links":{links},"pipelines":[{}]}}"#, runs.join(",")))
}

#[tokio::test]
async fn history_is_read_by_cursor() {
    // The link's host is not followed.
    let next = r#"{"next":{"href":"http://elsewhere.example/history?page_size=2&after=7"}}"#;
    let broken = r#"{"next":{"href":"https://go.example.com:8154/history"}}"#;
    for (last, expected) in [
        ("{}", vec![Ok(9), Ok(8), Ok(7)]),
        (broken, vec![Ok(9), Ok(8), Ok(7), Err(ErrorKind::InvalidResponse)]),
    ] {
        let transport = RecordingTransport::with_responses([page(&[9, 8], next), page(&[7], last)]);
        let (client, token) = crate::client(transport.clone());
        let mut runs = client.pages(&token, PipelineRuns::new("up42").page_size(2));
        let mut seen = Vec::new();
        while let Some(run) = runs.next().await {
            seen.push(run.map(|run| run.counter).map_err(|error| error.kind()));
        }
        assert_eq!(seen, expected);
        let text = transport.text();
        assert!(text.contains("? page_size=2\n    ? after=7\n") && !text.contains("elsewhere"), "{text}");
    }
}

#[tokio::test]
async fn history_never_returns_to_newer_runs() {
    let next =
        |after: u32| format!(r#"{{"next":{{"href":"https://go.example.com/history?after={after}"}}}}"#);
    // The second page leads to itself, then to a newer page.
    for bad in [7, 9] {
        let transport = RecordingTransport::with_responses([page(&[9, 8], &next(7)), page(&[6], &next(bad))]);
        let (client, token) = crate::client(transport.clone());
        let mut runs = client.pages(&token, PipelineRuns::new("up42").before(5));
        let mut seen = Vec::new();
        while let Some(run) = runs.next().await {
            seen.push(run.map(|run| run.counter).map_err(|error| error.kind()));
        }
        assert_eq!(seen, [Ok(9), Ok(8), Ok(6), Err(ErrorKind::InvalidResponse)], "{bad}");
        let text = transport.text();
        assert_eq!((text.matches("before=").count(), text.matches("after=").count()), (1, 1), "{text}");
    }
}
