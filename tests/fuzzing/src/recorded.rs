//! The recorded responses of the providers' tests, read in place.

use std::path::Path;

/// Every file of a folder with its name, sorted. Empty if the folder does not exist.
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

/// The recorded responses of a provider whose file names begin with `begin`, without the Markdown files.
///
/// # Panics
/// If there are none.
pub(crate) fn recorded_responses(provider: &str, begin: &str) -> Vec<Vec<u8>> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates").join(provider).join("tests/replies");
    let found: Vec<Vec<u8>> = files(&folder)
        .into_iter()
        .filter(|(name, _)| name.starts_with(begin) && !name.ends_with(".md"))
        .map(|(_, response)| response)
        .collect();
    assert!(!found.is_empty(), "{} has no response {begin}…", folder.display());
    found
}

/// The provider crates' folders.
pub(crate) const PROVIDERS: [&str; 4] = ["cohortgo", "cobot", "go1", "gocd"];
