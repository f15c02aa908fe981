//! Parameters by RFC 6749 3.1 and 3.2: an empty value counts as missing, and no parameter may be repeated.

use super::options::Options;
use crate::params::{Pairs, Params};
use crate::token_error::TokenError;

/// The parameters of one request, from either its query or its body.
#[derive(Clone, Copy)]
pub(super) struct UniqueParams<'a>(&'a Pairs);

impl<'a> UniqueParams<'a> {
    /// For the authorization endpoint: the body, or the query when the body is empty.
    pub(super) fn of_either(params: &'a Params) -> Self {
        Self(if params.form.is_empty() { &params.query } else { &params.form })
    }

    /// For the token endpoint: the body.
    pub(super) fn of_body(params: &'a Params) -> Self {
        Self(&params.form)
    }

    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }

    pub(super) fn text(self, name: &str) -> &'a str {
        self.get(name).unwrap_or_default()
    }

    pub(super) fn repeated(self) -> Option<&'a str> {
        let names = || self.0.iter().map(|(name, _)| name.as_str());
        names()
            .enumerate()
            .find(|(at, name)| names().take(*at).any(|other| other == *name))
            .map(|(_, name)| name)
    }

    pub(super) fn require(self, name: &str) -> Result<&'a str, TokenError> {
        self.get(name).ok_or_else(|| TokenError::missing(name))
    }

    /// The requested scopes. `None` when the parameter is missing.
    pub(super) fn scopes(self, options: &Options) -> Result<Option<Vec<String>>, TokenError> {
        let Some(list) = self.get("scope") else { return Ok(None) };
        let mut found = Vec::new();
        for scope in list.split(options.scope_separator) {
            if !options.scopes.iter().any(|known| known == scope) {
                return Err(TokenError::new("invalid_scope", format!("there is no scope {scope}")));
            }
            if !found.iter().any(|known| known == scope) {
                found.push(scope.to_owned());
            }
        }
        Ok(Some(found))
    }
}
