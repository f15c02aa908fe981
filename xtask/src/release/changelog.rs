//! Changelogs in the form of Keep a Changelog: what a release takes from `Unreleased`.

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// What stands under `Unreleased`; empty when nothing does.
///
/// # Errors
/// When there is no such heading.
pub fn unreleased(text: &str) -> Result<&str> {
    let (_, rest) = split(text)?;
    Ok(rest[..end(rest)].trim())
}

/// Whether there is a section for this version.
#[must_use]
pub fn has(text: &str, version: &Version) -> bool {
    text.lines().any(|line| line.starts_with(&format!("## [{version}]")))
}

/// Moves what is unreleased under a heading of its own. `instead` names a version that was prepared and never published: its
/// entries go along. `otherwise` is what the section says when nobody wrote an entry.
///
/// # Errors
/// When there is no `Unreleased`, or the version has a section already.
pub fn released(
    text: &str,
    version: &Version,
    date: &str,
    instead: Option<&Version>,
    otherwise: &str,
) -> Result<String> {
    anyhow::ensure!(!has(text, version), "there is a section for {version} already");
    let (before, rest) = split(text)?;
    let (mut entries, mut older) = rest.split_at(end(rest));
    let kept;
    if let Some(heading) = instead.map(|old| format!("## [{old}]"))
        && older.starts_with(&heading)
    {
        let body = older.split_once('\n').map_or("", |(_, body)| body);
        let (prepared, rest) = body.split_at(end(body));
        kept = format!("{}\n\n{}", entries.trim(), prepared.trim());
        (entries, older) = (&kept, rest);
    }
    let entries = match entries.trim() {
        "" => otherwise,
        some => some,
    };
    let older = if older.is_empty() { String::new() } else { format!("\n{older}") };
    Ok(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}\n\n{entries}\n{older}"))
}

fn split(text: &str) -> Result<(&str, &str)> {
    text.split_once(UNRELEASED).with_context(|| format!("a changelog needs a heading `{UNRELEASED}`"))
}

/// Where the next section begins.
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
    fn entries_move_under_their_version_and_unreleased_is_empty_again() {
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
    fn a_version_that_was_prepared_and_never_published_is_taken_over() {
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
    fn the_first_release_and_a_release_without_entries() {
        let first =
            released("# C\n\n## [Unreleased]\n", &version("0.1.0"), "2025-02-03", None, "- Same.").unwrap();
        assert_eq!(first, "# C\n\n## [Unreleased]\n\n## [0.1.0] - 2025-02-03\n\n- Same.\n");
        assert!(unreleased("# Changelog\n").is_err());
    }
}
