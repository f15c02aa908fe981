//! What an account is called, where it is looked up.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// As many as fit into what a `String` takes without its text.
const SHORT: usize = 22;

/// The bytes of a name. Few of them lie here, so that who looks a name up among many finds it without another look at memory,
/// which costs more than all the rest where no cache holds them.
pub(super) enum Name {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Name {
    pub(super) fn new(name: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(name.as_bytes());
                Self::Short { len, bytes }
            }
            _ => Self::Long(name.as_bytes().into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or(bytes),
            Self::Long(bytes) => bytes,
        }
    }
}

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        self.bytes()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_name_is_found_again_and_no_other() {
        assert_eq!(size_of::<Name>(), size_of::<String>());
        // Of every length about the longest short one, such as differ in the last byte or are the beginning of another, and
        // one of zeroes, which is what a short name is filled up with.
        let names: Vec<String> = (0..=2 * SHORT)
            .flat_map(|len| ["a", "b", "\0"].map(|last| "a".repeat(len) + last))
            .chain([String::new(), "é".repeat(SHORT / 2), "é".repeat(SHORT / 2 + 1)])
            .collect();
        let found: HashMap<Name, &String> = names.iter().map(|name| (Name::new(name), name)).collect();
        assert_eq!(found.len(), names.len());
        for name in &names {
            assert_eq!(found.get(name.as_bytes()), Some(&name));
        }
        assert!(!found.contains_key("c".as_bytes()));
    }
}
