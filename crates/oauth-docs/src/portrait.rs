//! The facts that the crate of one provider declares.

use std::fmt::Display;

use anyhow::Result;
use oauth_core::http::header::AUTHORIZATION;
use oauth_core::{AccessToken, CodeGrant, Connect, Provider, Renewal, RevocationForm, Scheme, Site};

use crate::api_calls::ApiCalls;
use crate::dialect;

/// A declared fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Its key in the facts file.
    pub(crate) key: &'static str,
    /// Its value in words.
    pub(crate) value: String,
    /// The value of RFC 6749 in words, if the fact is a setting of the dialect.
    pub(crate) standard: Option<String>,
}

impl Fact {
    /// True for a setting that follows RFC 6749.
    pub(crate) fn is_standard(&self) -> bool {
        self.standard.as_ref() == Some(&self.value)
    }

    /// The value in a table: bold if it differs from RFC 6749.
    pub(crate) fn shown(&self) -> String {
        let differs = self.standard.is_some() && !self.is_standard();
        if differs { format!("**{}**", self.value) } else { self.value.clone() }
    }
}

/// The facts of one provider that its pages show.
#[derive(Clone, Debug)]
pub(crate) struct Portrait {
    /// Name of the provider, its crate and its page.
    pub(crate) name: &'static str,
    pub(crate) title: String,
    /// The declared facts, the settings of the dialect last.
    pub(crate) facts: Vec<Fact>,
    /// `Endpoint::NAME` of the calls that its crate declares.
    pub(crate) calls: Vec<String>,
    /// The documented calls. Empty for a provider without pages of its own.
    pub(crate) documented: ApiCalls,
    /// True if it has an OAuth flow, and thus pages of its own.
    pub(crate) has_flow: bool,
}

impl Portrait {
    /// The portrait of a provider with an OAuth flow.
    pub(crate) fn of<P: CodeGrant>(site: &P::Site, connect: &P::Connect) -> Result<Self> {
        let mut portrait = Self::without_grant::<P>(site);
        portrait.has_flow = true;
        portrait.facts.retain(|fact| fact.standard.is_none());
        let authorize = connect.authorization(site)?.endpoint;
        let urls = [("authorize-url", code(authorize)), ("token-url", code(site.token_url()))];
        portrait.facts.splice(..0, urls.map(|(key, value)| Fact { key, value, standard: None }));
        portrait.facts.extend(dialect::facts(&P::DIALECT));
        if !P::Renewal::REFRESHES {
            portrait.facts.retain(|fact| fact.key != "refresh-grant");
        }
        Ok(portrait)
    }

    /// The portrait of a provider without a grant.
    pub(crate) fn without_grant<P: Provider>(site: &P::Site) -> Self {
        let mut facts = dialect::facts(&P::DIALECT);
        facts.retain(|fact| !fact.is_standard());
        let title = P::TITLE.to_owned();
        let mut portrait = Self {
            name: P::NAME,
            title,
            facts,
            calls: Vec::new(),
            documented: ApiCalls::default(),
            has_flow: false,
        }
        .with("scheme", code(header::<P::Scheme>()))
        .with("renewal", renewal::<P::Renewal>());
        let token = AccessToken::new("TOKEN");
        if let Some(check) = site.token_check(&token) {
            portrait = portrait.with("token-check", code(format!("GET {}", check.url())));
        }
        if let Some(call) = site.revocation(&token) {
            let method = match call.form() {
                RevocationForm::ApiCall(method) => method.as_str(),
                _ => "POST",
            };
            portrait = portrait.with("revocation", code(format!("{method} {}", call.url())));
        }
        portrait
    }

    /// `gocd` for `gocd-personal`.
    pub(crate) fn crate_name(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }

    /// Adds a suffix to the display name.
    pub(crate) fn with_title_suffix(mut self, more: &str) -> Self {
        self.title = format!("{}, {more}", self.title);
        self
    }

    /// Adds a fact that is declared outside the dialect.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        let at = self.facts.iter().position(|fact| fact.standard.is_some()).unwrap_or(self.facts.len());
        self.facts.insert(at, Fact { key, value: value.into(), standard: None });
        self
    }

    /// Says why there are no scopes.
    pub(crate) fn without_scopes(mut self, words: &str) -> Self {
        self.facts.retain(|fact| fact.key != "scope-separator");
        self.with("scopes", words)
    }
}

pub(crate) fn code(text: impl Display) -> String {
    format!("`{text}`")
}

/// The header of an access token, as in `Authorization: Bearer …`.
fn header<S: Scheme>() -> String {
    const TOKEN: &str = "SAMPLE-TOKEN";
    let header = S::header(&AccessToken::new(TOKEN));
    let (name, value) = header.expect("any scheme accepts letters and a hyphen");
    let name = if name == AUTHORIZATION { "Authorization" } else { name.as_str() };
    format!("{name}: {}", value.to_str().unwrap_or_default().replace(TOKEN, "…"))
}

fn renewal<R: Renewal>() -> String {
    if !R::REFRESHES {
        return "no refresh tokens".to_owned();
    }
    let times =
        if R::SINGLE_USE { "each refresh token works once" } else { "a refresh token works many times" };
    match R::IDLE_LIFETIME {
        Some(unused) => format!("{times}; an unused one lapses after {} days", unused.as_secs() / 86_400),
        None => format!("{times}; it does not lapse"),
    }
}
