//! Scopes: the permissions of an access token.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One scope (RFC 6749 section 3.3): printable ASCII without space, `"` and `\`.
///
/// Provider crates have constants for the known scopes. Others can be parsed, because providers add scopes.
///
/// ```
/// use oauth_core::Scope;
///
/// const READ: Scope = Scope::from_static("read");
/// assert_eq!("read".parse::<Scope>().unwrap(), READ);
/// assert!("two words".parse::<Scope>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Cow<'static, str>);

impl Scope {
    /// Creates a scope from a constant.
    ///
    /// # Panics
    /// If it is not a scope by RFC 6749 section 3.3; in a `const` that is a compile error.
    pub const fn from_static(scope: &'static str) -> Self {
        assert!(is_scope(scope.as_bytes()), "not a scope by RFC 6749 section 3.3");
        Self(Cow::Borrowed(scope))
    }

    /// Returns the scope as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_scope(bytes: &[u8]) -> bool {
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        i += 1;
    }
    !bytes.is_empty()
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(scope: &str) -> Result<Self, Error> {
        Self::try_from(scope.to_owned())
    }
}

impl TryFrom<String> for Scope {
    type Error = Error;

    fn try_from(scope: String) -> Result<Self, Error> {
        if is_scope(scope.as_bytes()) {
            Ok(Self(Cow::Owned(scope)))
        } else {
            Err(Error::invalid_input(format!(
                "`{}` is not a scope",
                crate::util::redact::sanitize(&scope, 60)
            ))
            .with_help(
                "a scope is printable ASCII without space, quote and backslash (RFC 6749 section 3.3)",
            ))
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.0.into_owned()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares a provider's scopes as constants.
///
/// ```
/// mod scope {
///     oauth_core::scopes! {
///         /// Read orders.
///         ORDERS_READ = "orders:read",
///         /// Change orders.
///         ORDERS_WRITE = "orders:write",
///     }
/// }
/// assert_eq!(scope::ORDERS_WRITE.as_str(), "orders:write");
/// ```
#[macro_export]
macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $scope:literal),* $(,)?) => {
        $($(#[$doc])* pub const $name: $crate::Scope = $crate::Scope::from_static($scope);)*
    };
}

/// A list of distinct scopes in the given order.
///
/// ```
/// use oauth_core::Scopes;
///
/// let wanted: Scopes = "read write".parse().unwrap();
/// let granted: Scopes = "read".parse().unwrap();
/// assert_eq!(wanted.missing_from(&granted).to_string(), "write");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Returns an empty list.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The scopes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Scope> {
        self.0.iter()
    }

    /// Returns the number of scopes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if the list is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if the list contains `scope`.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Returns the scopes of `self` that `granted` lacks.
    #[must_use]
    pub fn missing_from(&self, granted: &Self) -> Self {
        self.iter().filter(|scope| !granted.contains(scope)).cloned().collect()
    }

    /// Joins the scopes by the provider's separator.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a scope holds the separator itself.
    pub fn joined(&self, separator: char) -> Result<String, Error> {
        let mut out = String::new();
        for scope in self {
            if scope.as_str().contains(separator) {
                return Err(Error::invalid_input(format!(
                    "the scope `{scope}` holds the separator `{separator}`"
                )));
            }
            if !out.is_empty() {
                out.push(separator);
            }
            out.push_str(scope.as_str());
        }
        Ok(out)
    }

    /// Parses a list separated by white space or commas, as servers send it. Invalid scopes are dropped,
    /// because an error would lose the token in the same response.
    pub(crate) fn lenient(text: &str) -> Self {
        text.split(|c: char| c.is_whitespace() || c == ',').filter_map(|scope| scope.parse().ok()).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut out = Self::none();
        out.extend(scopes);
        out
    }
}

/// Up to this length a linear search is cheaper than a set.
const FEW: usize = 16;

impl Extend<Scope> for Scopes {
    fn extend<I: IntoIterator<Item = Scope>>(&mut self, scopes: I) {
        let mut scopes = scopes.into_iter();
        for scope in scopes.by_ref() {
            if !self.0.contains(&scope) {
                self.0.push(scope);
            }
            if self.0.len() > FEW {
                break;
            }
        }
        // A server may send as many as fit into a response.
        if let Some(next) = scopes.next() {
            let mut seen: HashSet<Scope> = self.0.iter().cloned().collect();
            let more = std::iter::once(next).chain(scopes);
            self.0.extend(more.filter(|scope| seen.insert(scope.clone())));
        }
    }
}

impl<const N: usize> From<[Scope; N]> for Scopes {
    fn from(scopes: [Scope; N]) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        scopes.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Scopes {
    type Item = &'a Scope;
    type IntoIter = std::slice::Iter<'a, Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromStr for Scopes {
    type Err = Error;

    /// Parses scopes separated by spaces (RFC 6749 section 3.3).
    fn from_str(text: &str) -> Result<Self, Error> {
        text.split_ascii_whitespace().map(str::parse).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, scope) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_list_survives_both_separators(list in proptest::collection::vec("[a-z][a-z0-9_.:-]{0,12}", 0..8)) {
            let scopes: Scopes = list.iter().map(|s| s.parse().unwrap()).collect();
            for separator in [' ', ','] {
                prop_assert_eq!(&Scopes::lenient(&scopes.joined(separator).unwrap()), &scopes);
            }
        }

        #[test]
        fn reading_never_panics_and_never_yields_an_invalid_scope(text in ".{0,80}") {
            for scope in &Scopes::lenient(&text) {
                prop_assert!(is_scope(scope.as_str().as_bytes()));
            }
        }
    }

    #[test]
    fn as_many_as_fit_into_a_reply_are_read_in_one_go() {
        let many: String = (0..150_000).map(|n| format!("s{n} ")).collect();
        assert_eq!(Scopes::lenient(&many).len(), 150_000);
    }

    #[test]
    fn a_separator_inside_a_scope_is_refused() {
        let scopes: Scopes = "a,b c".parse().unwrap();
        assert!(scopes.joined(',').is_err());
        assert_eq!(scopes.joined(' ').unwrap(), "a,b c");
    }
}
