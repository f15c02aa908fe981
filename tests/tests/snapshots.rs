//! No snapshot holds a secret of the fixtures. They all begin with `canary-`, also where they are encoded.
#![allow(clippy::unwrap_used)] // a test may panic

use std::path::{Path, PathBuf};

fn snapshots(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            snapshots(&path, found);
        } else if path.extension().is_some_and(|end| end == "snap" || end == "stderr") {
            found.push(path);
        }
    }
}

/// `canary-` as it is and as base64 shows it at each of the three alignments.
const SIGNS: [&str; 4] = ["canary-", "Y2FuYXJ5L", "NhbmFyeS", "jYW5hcnkt"];

fn leaks(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

#[test]
fn no_snapshot_holds_a_secret() {
    let mut found = Vec::new();
    snapshots(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap(), &mut found);
    assert!(found.len() > 20, "only {} snapshots were found", found.len());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!leaks(&text), "{} holds a secret of the fixtures", path.display());
    }
}

#[test]
fn the_scan_would_see_one() {
    assert!(leaks("access_token=canary-access-token"));
    for encoded in ["Basic YTpjYW5hcnkteA==", "Basic YWI6Y2FuYXJ5LXg=", "Basic YWJjOmNhbmFyeS14"] {
        assert!(leaks(encoded), "{encoded}");
    }
}
