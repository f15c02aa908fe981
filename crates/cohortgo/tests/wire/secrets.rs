//! Secrets never appear in snapshots or in `Debug`.

use std::fs;
use std::path::{Path, PathBuf};

use cohortgo::api::{InvoicedStudent, NewProviderInvoice};
use cohortgo::{Connect, Site};
use oauth_testing::{RecordingTransport, callback};

use crate::api::john;
use crate::{REDIRECT_URI, client, recorded};

fn snapshots(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            snapshots(&path, out);
        } else if path.extension().is_some_and(|kind| kind == "snap" || kind == "new") {
            out.push(path);
        }
    }
}

#[test]
fn snapshots_hold_no_canary() {
    let mut all = Vec::new();
    for folder in ["src", "tests"] {
        snapshots(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    assert!(all.len() > 10, "the snapshots are not where this test looks");
    for path in all {
        assert!(!fs::read_to_string(&path).unwrap().contains("canary-"), "{}", path.display());
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let transport = RecordingTransport::with_responses([recorded(200, "token_acting.json")]);
    let client = client(Site::production(), &transport);
    let started = client.begin(&Connect::acting_as_users()).unwrap();
    let state = started.pending.state();
    let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    let stored = token.to_persisted().unwrap();
    let text = format!("{client:?} {:?} {token:?} {stored:?}", started.pending);
    assert!(!text.contains("canary-") && !text.contains(state.expose()), "{text}");
}

#[test]
fn debug_hides_student_data() {
    let student = InvoicedStudent::new().passport_number("M1231234").with("note", "ill");
    let invoice = NewProviderInvoice::new().student(student.clone()).document_data("data:application/pdf");
    let text = format!("{:?} {student:?} {invoice:?}", john());
    for personal in
        ["John", "Smith", "A1231234", "M1231234", "1990", "passport.example", "ill\"", "application"]
    {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    assert!(text.contains("passport_number") && text.contains("note"), "{text}");
}
