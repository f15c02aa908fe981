//! The replies that the providers' tests keep: read where they are, so that no copy falls behind.

use std::path::Path;

/// Every file of a folder, by name; none where there is no folder.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// The replies of a provider whose names begin so, without the text about them.
///
/// # Panics
/// If there are none: a seed that is gone is not missed otherwise.
pub(crate) fn replies(provider: &str, begin: &str) -> Vec<Vec<u8>> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates").join(provider).join("tests/replies");
    let found: Vec<Vec<u8>> = files(&folder)
        .into_iter()
        .filter(|(name, _)| name.starts_with(begin) && !name.ends_with(".md"))
        .map(|(_, reply)| reply)
        .collect();
    assert!(!found.is_empty(), "{} has no reply {begin}…", folder.display());
    found
}

/// The clients, as folders of `crates`.
pub(crate) const PROVIDERS: [&str; 4] = ["cohortgo", "cobot", "go1", "gocd"];
