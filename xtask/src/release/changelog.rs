//! Changelogs in the Keep a Changelog format: moves the entries of `Unreleased` into a release.

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// The text under `Unreleased`; empty if there is none.
///
/// # Errors
/// If there is no such heading.
pub fn unreleased(text: &str) -> Result<&str> {
    let (_, rest) = split(text)?;
    Ok(rest[..end(rest)].trim())
}

/// True if this version has a section.
#[must_use]
pub fn has(text: &str, version: &Version) -> bool {
    text.lines().any(|line| line.starts_with(&format!("## [{version}]")))
}

/// Moves the unreleased entries into a section for `version`. Entries of `instead`, a version that was
/// prepared but never published, move along. `otherwise` is the text of a section without entries.
///
/// # Errors
/// If there is no `Unreleased` heading, or the version already has a section.
pub fn released(
    text: &str,
    version: &Version,
    date: &str,
    instead: Option<&Version>,
    otherwise: &str,
) -> Result<String> {
    anyhow::ensure!(!has(text, version), "the changelog already has a section for {version}");
    let (before, rest) = split(text)?;
    let (mut entries, mut older) = rest.split_at(end(rest));
    let merged;
    if let Some(heading) = instead.map(|old| format!("## [{old}]"))
        && older.starts_with(&heading)
    {
        let body = older.split_once('\n').map_or("", |(_, body)| body);
        let (prepared, rest) = body.split_at(end(body));
        merged = format!("{}\n\n{}", entries.trim(), prepared.trim());
        (entries, older) = (&merged, rest);
    }
    let entries = match entries.trim() {
        "" => otherwise,
        some => some,
    };
    let older = if older.is_empty() { String::new() } else { format!("\n{older}") };
    Ok(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}\n\n{entries}\n{older}"))
}

fn split(text: &str) -> Result<(&str, &str)> {
    text.split_once(UNRELEASED).with_context(|| format!("the changelog has no heading `{UNRELEASED}`"))
}

/// Offset of the next section.
fn end(text: &str) -> usize {
    text.find("\n## [").map_or(text.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "# Changelog\n\nForm.\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.1.0] - 2025-01-01\n\n- First.\n";

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn release_moves_unreleased_entries() {
        assert_eq!(unreleased(LOG).unwrap(), "### Added\n\n- One.");
        let after = released(LOG, &version("0.1.1"), "2025-02-03", None, "none").unwrap();
        assert_eq!(
            after,
            "# Changelog\n\nForm.\n\n## [Unreleased]\n\n## [0.1.1] - 2025-02-03\n\n### Added\n\n- One.\n\n\
             ## [0.1.0] - 2025-01-01\n\n- First.\n"
        );
        assert_eq!(unreleased(&after).unwrap(), "");
        assert!(has(&after, &version("0.1.1")) && !has(&after, &version("0.1.2")));
        assert!(released(&after, &version("0.1.1"), "2025-02-04", None, "none").is_err());
    }

    #[test]
    fn release_absorbs_prepared_unpublished_version() {
        let prepared = released(LOG, &version("0.1.1"), "2025-02-03", None, "none").unwrap();
        let more = prepared.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Removed\n\n- Two.\n");
        let after =
            released(&more, &version("0.2.0"), "2025-02-05", Some(&version("0.1.1")), "none").unwrap();
        assert!(after.contains(
            "## [0.2.0] - 2025-02-05\n\n### Removed\n\n- Two.\n\n### Added\n\n- One.\n\n## [0.1.0]"
        ));
        assert!(!has(&after, &version("0.1.1")));
    }

    #[test]
    fn first_release_without_entries() {
        let first =
            released("# C\n\n## [Unreleased]\n", &version("0.1.0"), "2025-02-03", None, "- Same.").unwrap();
        assert_eq!(first, "# C\n\n## [Unreleased]\n\n## [0.1.0] - 2025-02-03\n\n- Same.\n");
        assert!(unreleased("# Changelog\n").is_err());
    }
}
