//! How much a version must move: the rules of Cargo, where below 1.0 the first number that is not zero is the major one.

use std::fmt;

use cargo_metadata::semver::Version;

/// How much a change asks of those who depend on a crate.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing changed.
    #[default]
    None,
    /// Nothing that their code could see.
    Patch,
    /// There is more, and what there was is still there.
    Minor,
    /// Something they may use is gone or different.
    Major,
}

impl Level {
    /// Reads `patch`, `minor` or `major`.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|level| level.to_string() == word)
    }

    /// The least version after this one that allows such a change.
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

    /// The most that may change between these two versions.
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
    fn the_next_version() {
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
    fn what_a_step_allows() {
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
