//! Calls with more than one kind of response, and details that snapshots do not show.

use gocd::api::artifacts::{AppendToArtifact, ArtifactFolder, Artifacts, UploadArtifact};
use gocd::api::dashboard::GetDashboard;
use gocd::api::pipelines::{PipelineRuns, Schedule, SchedulePipeline};
use gocd::api::{HistoryLinks, NewEnvironmentVariable};
use gocd::{ErrorKind, Personal};
use oauth_core::http::Response;
use oauth_core::{Endpoint, Error, serde_json};
use oauth_testing::{RecordingTransport, json_response};

use crate::client;

async fn send<E: Endpoint<Personal>>(response: Response<Vec<u8>>, call: &E) -> Result<E::Response, Error> {
    let (client, token) = client(RecordingTransport::with_responses([response]));
    client.send(&token, call).await
}

#[tokio::test]
async fn folder_in_progress_is_none() {
    let call = ArtifactFolder::new("up42", 5, "test", 1, "unit", "target/dist");
    assert_eq!(send(json_response(202, ""), &call).await.unwrap(), None);
    assert_eq!(send(json_response(200, "zip"), &call).await.unwrap().as_deref(), Some(&b"zip"[..]));
}

#[tokio::test]
async fn folder_is_downloaded_once_it_is_ready() {
    let call = ArtifactFolder::new("up42", 5, "test", 1, "unit", "target/dist");
    let responses = [json_response(202, "please wait"), json_response(200, "zip")];
    let (client, token) = client(RecordingTransport::with_responses(responses));
    let mut target = Vec::new();
    let error = client.download(&token, &call, &mut target).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert!(target.is_empty());
    assert_eq!(client.download(&token, &call, &mut target).await.unwrap().bytes, 3);
    assert_eq!(target, b"zip");
}

/// The server answers so until its dashboard is loaded, after a start. Source: the server's class
/// `DashboardControllerV4`.
#[tokio::test]
async fn loading_dashboard_is_transient() {
    let loading =
        json_response(202, r#"{"message":"Dashboard is being processed, this may take a few seconds."}"#);
    let error = send(loading, &GetDashboard).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert!(error.to_string().contains("being processed"), "{error}");
    let unreadable = send(json_response(200, r#"{"message":"?"}"#), &GetDashboard).await.unwrap_err();
    assert_eq!(unreadable.kind(), ErrorKind::InvalidResponse);
    // A 202 to a call that changes something is its answer.
    let accepted = json_response(202, "{}");
    let error = send(accepted, &SchedulePipeline::new("up42", Schedule::new())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn artifacts_may_be_list_or_object() {
    let call = Artifacts::new("up42", 5, "test", 1, "unit");
    let files = r#"{"name":"a","files":[{"name":"b"},7]}"#;
    for (body, readable, unread) in
        [(files.to_owned(), 1, 0), (format!("[{files},{{}},{files}]"), 2, 1), ("[]".to_owned(), 0, 0)]
    {
        let artifacts = send(json_response(200, &body), &call).await.unwrap();
        assert_eq!((artifacts.len(), artifacts.unread.len()), (readable, unread), "{body}");
        assert!(artifacts.iter().all(|artifact| artifact.files.len() == 1 && artifact.unread() == 1));
    }
    for body in [r#"{"message":"no"}"#, "7", "null"] {
        let error = send(json_response(200, body), &call).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[test]
fn history_links_have_cursors() {
    let links = |json: &str| serde_json::from_str::<HistoryLinks>(json).unwrap();
    let both = links(
        r#"{"next":{"href":"http://go.example.com/go/api/x?page_size=9&after=35"},
            "previous":{"href":"http://go.example.com/go/api/x?before=9"}}"#,
    );
    assert_eq!((both.after(), both.before()), (Some(35), Some(9)));
    for none in ["{}", r#"{"next":{"href":"?after=1"}}"#, r#"{"next":{"href":"http://a/?after=x"}}"#] {
        assert_eq!((links(none).after(), links(none).before()), (None, None), "{none}");
    }
}

#[test]
fn only_calls_without_effect_are_repeated() {
    fn idempotent<E: Endpoint<Personal>>(_: &E) -> bool {
        E::IDEMPOTENT
    }
    assert!(idempotent(&PipelineRuns::new("up42")));
    assert!(!idempotent(&UploadArtifact::new("up42", 5, "test", 1, "unit", "a", b"b")));
    assert!(!idempotent(&AppendToArtifact::new("up42", 5, "test", 1, "unit", "a", b"b")));
}

#[tokio::test]
async fn echoed_secret_is_redacted() {
    let key = NewEnvironmentVariable::new("DEPLOY_KEY").value("canary-value").secure(true);
    let call = SchedulePipeline::new("up42", Schedule::new().environment_variables([key]));
    let response = json_response(422, r#"{"message":"canary-value is too short"}"#);
    let error = send(response, &call).await.unwrap_err();
    assert!(!format!("{error} {error:?} {call:?}").contains("canary"), "{error:?}");
}
