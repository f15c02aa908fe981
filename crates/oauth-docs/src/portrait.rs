//! The facts of one provider.

use oauth_core::facts::{Entry, Fact, Source};
use oauth_core::{NamedScope, Provider, Renewal, Scheme};

use crate::recorded_flow::Flow;

/// The facts of one provider that its pages show.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Portrait {
    /// Name of the provider, its crate and its page.
    pub name: &'static str,
    /// Display name.
    pub title: String,
    /// Its dialect as text.
    pub entries: Vec<Entry>,
    /// The other declared facts as text.
    pub values: Vec<(Fact, String)>,
    /// The sources of the facts.
    pub sources: Vec<Source>,
    /// The scopes with a constant.
    pub scopes: &'static [NamedScope],
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
            entries: P::DIALECT.entries(),
            values: vec![(Fact::Scheme, code(P::Scheme::TEMPLATE)), (Fact::Renewal, renewal::<P::Renewal>())],
            sources: P::SOURCES.to_vec(),
            scopes: &[],
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

    /// Adds the scopes with a constant.
    pub(crate) fn with_scopes(mut self, scopes: &'static [NamedScope]) -> Self {
        self.scopes = scopes;
        self.with(Fact::Scopes, format!("{} known", scopes.len()))
    }

    /// The value of a fact as text.
    #[must_use]
    pub fn value(&self, fact: Fact) -> Option<&str> {
        let of_dialect =
            self.entries.iter().find(|entry| entry.fact == fact).map(|entry| entry.value.as_str());
        of_dialect
            .or_else(|| self.values.iter().find(|(known, _)| *known == fact).map(|(_, value)| value.as_str()))
    }

    /// The sources of a fact.
    pub fn sources_of(&self, fact: Fact) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(move |source| source.fact == fact)
    }
}

pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
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
            (oauth_core::facts::Fact::PasswordGrant, $crate::portrait::offers!($provider, PasswordGrant)),
            (
                oauth_core::facts::Fact::ClientCredentialsGrant,
                $crate::portrait::offers!($provider, ClientCredentialsGrant),
            ),
            (oauth_core::facts::Fact::DirectCode, $crate::portrait::offers!($provider, DirectCode)),
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
    fn renewals_in_words() {
        assert_eq!(renewal::<Never>(), "no refresh tokens");
        assert_eq!(
            renewal::<SingleUseRefreshToken<90>>(),
            "each refresh token works once; an unused one lapses after 90 days"
        );
        assert_eq!(renewal::<ReusableRefreshToken>(), "a refresh token works many times; it does not lapse");
    }
}
