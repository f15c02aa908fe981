//! Required version bumps by the rules of Cargo: below 1.0, the first non-zero number acts as the major one.

use std::fmt;

use cargo_metadata::semver::Version;

/// Impact of a change on dependent crates.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No change.
    #[default]
    None,
    /// A change that dependent code cannot see.
    Patch,
    /// Additions only.
    Minor,
    /// Something public was removed or changed.
    Major,
}

impl Level {
    /// Parses `patch`, `minor` or `major`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|level| level.to_string() == word)
    }

    /// The lowest version after `version` that allows such a change.
    #[must_use]
    pub fn after(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        let (major, minor, patch) = match self {
            Self::None => return version.clone(),
            Self::Major if major > 0 => (major + 1, 0, 0),
            Self::Minor if major > 0 => (major, minor + 1, 0),
            Self::Major if minor > 0 => (0, minor + 1, 0),
            _ => (major, minor, patch + 1),
        };
        Version::new(major, minor, patch)
    }

    /// The largest change allowed between two versions.
    #[must_use]
    pub fn allowed(from: &Version, to: &Version) -> Self {
        let fits = |level: Self| to >= &level.after(from);
        [Self::Major, Self::Minor, Self::Patch].into_iter().find(|level| fits(*level)).unwrap_or_default()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(level: Level, version: &str) -> String {
        level.after(&version.parse().unwrap()).to_string()
    }

    #[test]
    fn next_version_by_level() {
        for (level, version, next) in [
            (Level::None, "0.1.0", "0.1.0"),
            (Level::Patch, "0.1.0", "0.1.1"),
            (Level::Minor, "0.1.0", "0.1.1"),
            (Level::Major, "0.1.7", "0.2.0"),
            (Level::Major, "0.0.3", "0.0.4"),
            (Level::Patch, "1.4.2", "1.4.3"),
            (Level::Minor, "1.4.2", "1.5.0"),
            (Level::Major, "1.4.2", "2.0.0"),
        ] {
            assert_eq!(after(level, version), next, "{level} after {version}");
        }
    }

    #[test]
    fn allowed_level_by_version_step() {
        for (from, to, allowed) in [
            ("0.1.0", "0.1.0", Level::None),
            ("0.1.0", "0.1.1", Level::Minor),
            ("0.1.0", "0.2.0", Level::Major),
            ("1.0.0", "1.0.1", Level::Patch),
            ("1.0.0", "1.1.0", Level::Minor),
            ("1.0.0", "2.0.0", Level::Major),
            ("1.2.0", "1.1.0", Level::None),
        ] {
            assert_eq!(
                Level::allowed(&from.parse().unwrap(), &to.parse().unwrap()),
                allowed,
                "{from} to {to}"
            );
        }
    }
}
