//! Personal access tokens (docs/provider-facts.md 1g).

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::State;
use crate::random;

#[derive(Clone)]
pub(in crate::gocd) struct PersonalToken {
    pub(in crate::gocd) number: u64,
    pub(in crate::gocd) token: String,
    /// [`User::login`](crate::User::login).
    pub(in crate::gocd) owner: String,
    pub(in crate::gocd) description: Option<String>,
    pub(in crate::gocd) created_at: DateTime<Utc>,
    pub(in crate::gocd) last_used_at: Option<DateTime<Utc>>,
    pub(in crate::gocd) revoked: Option<Revocation>,
}

/// The revocation of a token. It cannot be undone.
#[derive(Clone, Debug)]
pub(in crate::gocd) struct Revocation {
    pub(in crate::gocd) at: DateTime<Utc>,
    pub(in crate::gocd) by: String,
    pub(in crate::gocd) cause: Option<String>,
}

impl State {
    /// Creates a token of 40 hexadecimal digits.
    pub(in crate::gocd) fn create_personal_token(
        &mut self,
        owner: &str,
        description: Option<&str>,
        now: DateTime<Utc>,
    ) -> PersonalToken {
        let token = PersonalToken {
            number: self.next_number(),
            token: random::hex::<20>(),
            owner: owner.to_owned(),
            description: description.map(str::to_owned),
            created_at: now,
            last_used_at: None,
            revoked: None,
        };
        self.personal_tokens.push(token.clone());
        token
    }

    /// The tokens of `owner`: the revoked ones, those that are not, or both.
    pub(in crate::gocd) fn personal_tokens_of(
        &self,
        owner: &str,
        revoked: Option<bool>,
    ) -> Vec<PersonalToken> {
        let matches = |token: &&PersonalToken| {
            token.owner == owner && revoked.is_none_or(|revoked| token.revoked.is_some() == revoked)
        };
        self.personal_tokens.iter().filter(matches).cloned().collect()
    }

    /// A token of `owner`, possibly revoked.
    pub(in crate::gocd) fn personal_token(&mut self, owner: &str, number: u64) -> Option<&mut PersonalToken> {
        self.personal_tokens.iter_mut().find(|token| token.owner == owner && token.number == number)
    }

    /// Returns the owner of a valid token and records the time of its use.
    pub(in crate::gocd) fn use_personal_token(&mut self, token: &str, now: DateTime<Utc>) -> Option<&str> {
        let given = token.as_bytes();
        let is_valid = |known: &&mut PersonalToken| {
            known.revoked.is_none() && bool::from(known.token.as_bytes().ct_eq(given))
        };
        let found = self.personal_tokens.iter_mut().find(is_valid)?;
        found.last_used_at = Some(now);
        Some(&found.owner)
    }
}
