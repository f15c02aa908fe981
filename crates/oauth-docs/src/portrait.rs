//! The facts of one provider.

use oauth_core::http::header::AUTHORIZATION;
use oauth_core::{AccessToken, Provider, Renewal, Scheme, Site};

use crate::dialect_entry::DialectEntry;
use crate::fact::Fact;
use crate::provider_facts::{CallEntry, FactEntry, ProviderFacts, Source};
use crate::recorded_flow::Flow;
use crate::scope_constant::ScopeConstant;

/// The facts of one provider that its pages show.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Portrait {
    /// Name of the provider, its crate and its page.
    pub name: &'static str,
    /// Display name.
    pub title: String,
    /// Its dialect as text.
    pub entries: Vec<DialectEntry>,
    /// The other declared facts as text.
    pub values: Vec<(Fact, String)>,
    /// The facts in the facts file.
    pub facts: Vec<FactEntry>,
    /// The typed calls in the facts file.
    pub calls: Vec<CallEntry>,
    /// The scopes with a constant.
    pub scopes: Vec<ScopeConstant>,
    /// The recorded requests, if it has an OAuth flow.
    pub(crate) flow: Option<Flow>,
}

/// Shown for what a provider does not offer.
pub(crate) const NONE: &str = "—";

impl Portrait {
    /// The portrait of a provider's declaration and recorded flow.
    pub(crate) fn of<P: Provider>(flow: Flow) -> Self {
        let mut portrait = Self::without_grant::<P>();
        portrait.values.splice(
            ..0,
            [(Fact::AuthorizeUrl, code(&flow.authorize.url)), (Fact::TokenUrl, code(&flow.exchange.url))],
        );
        portrait.flow = Some(flow);
        portrait
    }

    /// The portrait of a provider without a grant.
    pub(crate) fn without_grant<P: Provider>() -> Self {
        Self {
            name: P::NAME,
            title: P::TITLE.to_owned(),
            entries: DialectEntry::all(&P::DIALECT),
            values: vec![
                (Fact::Scheme, code(&header::<P::Scheme>())),
                (Fact::Renewal, renewal::<P::Renewal>()),
            ],
            facts: Vec::new(),
            calls: Vec::new(),
            scopes: Vec::new(),
            flow: None,
        }
    }

    /// Adds a suffix to the display name.
    pub(crate) fn with_title_suffix(mut self, more: &str) -> Self {
        self.title = format!("{}, {more}", self.title);
        self
    }

    /// Adds a fact that is declared outside the dialect.
    pub(crate) fn with(mut self, fact: Fact, value: impl Into<String>) -> Self {
        self.values.push((fact, value.into()));
        self
    }

    /// Adds the scopes with a constant, by the text of the crate's `src/scope.rs`.
    pub(crate) fn with_scopes(mut self, source: &str) -> Self {
        self.scopes = ScopeConstant::parse_all(source);
        let count = format!("{} known", self.scopes.len());
        self.with(Fact::Scopes, count)
    }

    /// Adds the provider's entries of the facts file.
    pub(crate) fn with_entries_of(mut self, file: &ProviderFacts) -> Self {
        self.facts = file.facts.iter().filter(|entry| entry.provider == self.name).cloned().collect();
        self.calls = file.calls.iter().filter(|entry| entry.provider == self.name).cloned().collect();
        self
    }

    /// The value of a fact as text.
    #[must_use]
    pub fn value(&self, fact: Fact) -> Option<&str> {
        let of_dialect =
            self.entries.iter().find(|entry| entry.fact == fact).map(|entry| entry.value.as_str());
        of_dialect
            .or_else(|| self.values.iter().find(|(known, _)| *known == fact).map(|(_, value)| value.as_str()))
    }

    /// The entry of a fact in the facts file.
    #[must_use]
    pub fn entry(&self, fact: Fact) -> Option<&FactEntry> {
        self.facts.iter().find(|entry| entry.fact == fact.key())
    }

    /// All sources, of facts and of calls.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let of_facts = self.facts.iter().flat_map(|entry| &entry.sources);
        of_facts.chain(self.calls.iter().flat_map(|entry| &entry.sources))
    }
}

/// The request of [`Site::token_check`], with `TOKEN` for the token.
pub(crate) fn token_check<X>(site: &impl Site<X>) -> String {
    match site.token_check(&AccessToken::new("TOKEN")) {
        Some(check) => code(&format!("GET {}", check.url())),
        None => "none".to_owned(),
    }
}

/// The request of [`Site::revocation`], with `TOKEN` for the token.
pub(crate) fn revocation<X>(site: &impl Site<X>) -> String {
    match site.revocation(&AccessToken::new("TOKEN")) {
        Some(call) => code(&format!("DELETE {}", call.url())),
        None => "none".to_owned(),
    }
}

pub(crate) fn code(text: &str) -> String {
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

pub(crate) fn renewal<R: Renewal>() -> String {
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

/// True if a provider implements a grant's trait, so that pages list exactly those grants.
macro_rules! offers {
    ($provider:ty, $grant:ident) => {{
        #[allow(dead_code, reason = "used where the provider lacks the grant")]
        trait Otherwise {
            const OFFERED: bool = false;
        }
        impl<T> Otherwise for T {}
        struct Probe<P>(std::marker::PhantomData<P>);
        #[allow(dead_code, reason = "used where the provider has the grant")]
        impl<P: oauth_core::$grant> Probe<P> {
            const OFFERED: bool = true;
        }
        <Probe<$provider>>::OFFERED
    }};
}
pub(crate) use offers;

/// Adds the grants of a provider as facts.
macro_rules! grants {
    ($portrait:expr, $provider:ty) => {{
        let mut portrait = $portrait;
        for (fact, offered) in [
            ($crate::fact::Fact::PasswordGrant, $crate::portrait::offers!($provider, PasswordGrant)),
            (
                $crate::fact::Fact::ClientCredentialsGrant,
                $crate::portrait::offers!($provider, ClientCredentialsGrant),
            ),
            ($crate::fact::Fact::DirectCode, $crate::portrait::offers!($provider, DirectCode)),
        ] {
            if offered {
                portrait = portrait.with(fact, "yes");
            }
        }
        portrait
    }};
}
pub(crate) use grants;

#[cfg(test)]
mod tests {
    use oauth_core::{Never, ReusableRefreshToken, SingleUseRefreshToken};

    use super::*;

    #[test]
    fn grants_are_what_the_compiler_finds() {
        assert!(offers!(cobot::Cobot, PasswordGrant));
        assert!(!offers!(cobot::Cobot, ClientCredentialsGrant));
        assert!(!offers!(gocd::Gocd, PasswordGrant));
        assert!(offers!(go1::Go1, ClientCredentialsGrant));
        assert!(offers!(go1::Go1, Refreshes) && !offers!(cobot::Cobot, Refreshes));
    }

    #[test]
    fn header_shows_place_of_token() {
        assert_eq!(header::<oauth_core::Bearer>(), "Authorization: Bearer …");
        assert_eq!(header::<gocd::TokenScheme>(), "Authorization: Token token=\"…\"");
    }

    #[test]
    fn renewals_in_words() {
        assert_eq!(renewal::<Never>(), "no refresh tokens");
        assert_eq!(
            renewal::<SingleUseRefreshToken<90>>(),
            "each refresh token works once; an unused one lapses after 90 days"
        );
        assert_eq!(renewal::<ReusableRefreshToken>(), "a refresh token works many times; it does not lapse");
    }
}
