//! Variations of known inputs, which random bytes would not reach.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// `Debug` shows a string for a shell's `printf '%b'`.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| match byte {
            b' '..=b'~' if !b"\\'\"".contains(byte) => write!(f, "{}", char::from(*byte)),
            _ => write!(f, "\\x{byte:02x}"),
        })
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    /// One of the first bytes, which are choices.
    Choose(usize, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    /// Copied to another position.
    Repeat(Index, usize, Index),
}

/// One of `known` with some changes; sometimes random bytes.
pub(crate) fn inputs(known: Vec<Vec<u8>>, words: &'static [&'static str]) -> impl Strategy<Value = Bytes> {
    let changed =
        (select(known), proptest::collection::vec(change(words), 0..6)).prop_map(|(mut input, changes)| {
            changes.into_iter().for_each(|change| change.apply(&mut input));
            input
        });
    let random = proptest::collection::vec(any::<u8>(), 0..200);
    prop_oneof![12 => changed, 1 => random].prop_map(Bytes)
}

fn change(words: &'static [&'static str]) -> impl Strategy<Value = Change> {
    let word = select(words).prop_map(|word| word.as_bytes().to_vec());
    let byte = any::<u8>().prop_map(|byte| vec![byte]);
    prop_oneof![
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => (0_usize..3, any::<u8>()).prop_map(|(at, byte)| Change::Choose(at, byte)),
        4 => (any::<Index>(), prop_oneof![3 => word, 1 => byte]).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (any::<Index>(), 1_usize..12).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (any::<Index>(), 1_usize..40, any::<Index>()).prop_map(|(at, length, to)| Change::Repeat(at, length, to)),
    ]
}

impl Change {
    fn apply(self, input: &mut Vec<u8>) {
        let end = |at: usize, length: usize, input: &[u8]| (at + length).min(input.len());
        match self {
            Self::Set(..) | Self::Remove(..) if input.is_empty() => {}
            Self::Set(at, byte) => {
                let at = at.index(input.len());
                input[at] = byte;
            }
            Self::Choose(at, byte) => {
                if let Some(choice) = input.get_mut(at) {
                    *choice = byte;
                }
            }
            Self::Insert(at, bytes) => {
                let at = at.index(input.len() + 1);
                input.splice(at..at, bytes);
            }
            Self::Remove(at, length) => {
                let at = at.index(input.len());
                input.drain(at..end(at, length, input));
            }
            Self::Repeat(at, length, to) => {
                let (at, to) = (at.index(input.len() + 1), to.index(input.len() + 1));
                let again = input[at..end(at, length, input)].to_vec();
                input.splice(to..to, again);
            }
        }
    }
}
