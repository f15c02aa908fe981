//! Personal access tokens (docs/provider-facts.md 1g).

use std::fmt;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::State;
use crate::random;

/// A token that a person made for their own programs.
#[derive(Clone)]
pub(in crate::gocd) struct Personal {
    pub(in crate::gocd) number: u64,
    pub(in crate::gocd) token: String,
    /// [`User::login`](crate::User::login).
    pub(in crate::gocd) owner: String,
    pub(in crate::gocd) description: Option<String>,
    pub(in crate::gocd) created_at: DateTime<Utc>,
    pub(in crate::gocd) last_used_at: Option<DateTime<Utc>>,
    pub(in crate::gocd) revoked: Option<Revoked>,
}

/// The end of a token, which is final.
#[derive(Clone, Debug)]
pub(in crate::gocd) struct Revoked {
    pub(in crate::gocd) at: DateTime<Utc>,
    pub(in crate::gocd) by: String,
    pub(in crate::gocd) cause: Option<String>,
}

/// Which tokens a list is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gocd) enum Filter {
    Active,
    All,
    Revoked,
}

impl Filter {
    pub(in crate::gocd) fn read(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "all" => Some(Self::All),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }

    fn takes(self, token: &Personal) -> bool {
        match self {
            Self::Active => token.revoked.is_none(),
            Self::All => true,
            Self::Revoked => token.revoked.is_some(),
        }
    }
}

impl State {
    /// Makes a token of 40 hexadecimal digits.
    pub(in crate::gocd) fn create_personal(
        &mut self,
        owner: &str,
        description: Option<&str>,
        now: DateTime<Utc>,
    ) -> Personal {
        let token = Personal {
            number: self.next_number(),
            token: random::hex::<20>(),
            owner: owner.to_owned(),
            description: description.map(str::to_owned),
            created_at: now,
            last_used_at: None,
            revoked: None,
        };
        self.personal.push(token.clone());
        token
    }

    pub(in crate::gocd) fn personal_of(&self, owner: &str, filter: Filter) -> Vec<Personal> {
        self.personal.iter().filter(|token| token.owner == owner && filter.takes(token)).cloned().collect()
    }

    /// One of the owner's own tokens, revoked or not.
    pub(in crate::gocd) fn personal(&mut self, owner: &str, number: u64) -> Option<&mut Personal> {
        self.personal.iter_mut().find(|token| token.owner == owner && token.number == number)
    }

    /// Whom a live token belongs to; it counts as used now.
    pub(in crate::gocd) fn use_personal(&mut self, token: &str, now: DateTime<Utc>) -> Option<&str> {
        let given = token.as_bytes();
        let right = |known: &&mut Personal| {
            known.revoked.is_none() && bool::from(known.token.as_bytes().ct_eq(given))
        };
        let found = self.personal.iter_mut().find(right)?;
        found.last_used_at = Some(now);
        Some(&found.owner)
    }
}

/// Without the token.
impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Personal")
            .field("number", &self.number)
            .field("owner", &self.owner)
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}
