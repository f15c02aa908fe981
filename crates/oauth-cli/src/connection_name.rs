//! The name of a connection on the command line: `PROVIDER ACCOUNT` or `PROVIDER/ACCOUNT`.

use std::ffi::{OsStr, OsString};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error, ValueEnum as _};

use crate::context::CommonArgs;
use crate::failure::Failure;
use crate::providers::ProviderName;
use crate::shown_text::is_hidden;

/// Name of an account where none is given.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";

/// A provider, and the account if written as `PROVIDER/ACCOUNT`.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionName {
    pub(crate) provider: ProviderName,
    pub(crate) account: Option<String>,
}

impl ConnectionName {
    /// Returns provider and account. The account may also be an argument of its own.
    pub(crate) fn resolve(&self, account: Option<&str>) -> Result<(ProviderName, String), Failure> {
        let account = match (&self.account, account) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage("the account is given twice")
                    .with_help("write PROVIDER/ACCOUNT or PROVIDER ACCOUNT"));
            }
            (Some(account), None) => account,
            (None, account) => account.unwrap_or(DEFAULT_ACCOUNT),
        };
        Ok((self.provider, account.to_owned()))
    }
}

/// Parses a [`ConnectionName`]. Keeps the provider names for completions and suggestions.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionNameParser;

impl TypedValueParser for ConnectionNameParser {
    type Value = ConnectionName;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        let Some(text) = value.to_str() else { return Err(Error::new(ErrorKind::InvalidUtf8)) };
        let (provider, account) =
            text.split_once('/').map_or((text, None), |(provider, account)| (provider, Some(account)));
        let provider =
            EnumValueParser::<ProviderName>::new().parse_ref(command, argument, OsStr::new(provider))?;
        Ok(ConnectionName { provider, account: account.map(str::to_owned) })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(ProviderName::value_variants().iter().filter_map(ProviderName::to_possible_value)))
    }
}

/// Arguments of commands about one connection.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConnectionArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal; or PROVIDER/ACCOUNT
    #[arg(value_name = "PROVIDER", value_parser = ConnectionNameParser, hide_possible_values = true)]
    name: ConnectionName,

    /// Account name, as given when connecting [default: default]
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl ConnectionArgs {
    pub(crate) fn resolve(&self) -> Result<(ProviderName, String), Failure> {
        self.name.resolve(self.account.as_deref())
    }
}

/// Splits `connect PROVIDER/ACCOUNT` into two arguments: each provider is a subcommand.
pub(crate) fn split_for_subcommand(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let has_subcommands =
        arguments.get(1).and_then(|name| name.to_str()).is_some_and(|name| matches!(name, "connect" | "add"));
    let name = arguments.get(2).filter(|_| has_subcommands).and_then(|name| name.to_str());
    if let Some((provider, account)) = name.and_then(|name| name.split_once('/')) {
        let both = [OsString::from(provider), OsString::from(account)];
        arguments.splice(2..3, both);
    }
    arguments
}

/// Parses a new account's name. Rejects control characters, which could manipulate a terminal, and invisible
/// ones, with which two names would look alike.
pub(crate) fn account_name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("the account name is empty".to_owned());
    }
    if text.contains(is_hidden) {
        return Err("the account name contains control or invisible characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Returns a connection's name as one word of a shell command.
pub(crate) fn shell_name(provider: &str, account: &str) -> String {
    match account {
        DEFAULT_ACCOUNT => provider.to_owned(),
        account => shell_quoted(&format!("{provider}/{account}")),
    }
}

/// Quotes a word for POSIX shells if it needs quotes.
pub(crate) fn shell_quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_words_are_quoted_if_needed() {
        for (word, quoted) in [
            ("go1/acme", "go1/acme"),
            ("go1/Acme Inc", "'go1/Acme Inc'"),
            ("go1/it's", r"'go1/it'\''s'"),
            ("go1/$(x)", "'go1/$(x)'"),
            ("", "''"),
        ] {
            assert_eq!(shell_quoted(word), quoted);
        }
        assert_eq!(shell_name("go1", DEFAULT_ACCOUNT), "go1");
    }

    #[test]
    fn account_of_connect_is_split_off() {
        let split = |line: &str| {
            let words = split_for_subcommand(line.split(' ').map(OsString::from).collect());
            words.join(OsStr::new(" ")).into_string().unwrap()
        };
        assert_eq!(split("oauth connect go1/acme --port 0"), "oauth connect go1 acme --port 0");
        assert_eq!(split("oauth request go1/acme /me"), "oauth request go1/acme /me");
        assert_eq!(split("oauth connect go1 a/b"), "oauth connect go1 a/b");
    }
}
