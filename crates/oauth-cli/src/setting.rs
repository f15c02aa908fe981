//! Provider options as data: their definition and values.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A provider option: `--name` on the command line, and `name` with underscores in the configuration table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    help: &'static str,
    kind: Kind,
    pub(crate) scope: SettingScope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Switch,
    One(&'static str),
    Many(&'static str),
}

/// The scope of a setting, which decides the commands that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingScope {
    /// Address of the provider.
    Site,
    /// One attempt to connect; not saved.
    Connect,
    /// Permissions requested besides scopes; saved with the connection.
    Permissions,
    /// OAuth scopes, for connecting and for imported tokens; saved with the connection.
    Scopes,
    /// An imported token.
    Add,
}

impl Setting {
    pub(crate) const fn switch(scope: SettingScope, name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Switch, scope }
    }

    pub(crate) const fn one(
        scope: SettingScope,
        name: &'static str,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, help, kind: Kind::One(value), scope }
    }

    pub(crate) const fn many(
        scope: SettingScope,
        name: &'static str,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, help, kind: Kind::Many(value), scope }
    }

    /// Returns the name in the configuration file.
    pub(crate) fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    pub(crate) fn arg(&self) -> Arg {
        let arg = Arg::new(self.name).long(self.name).help(self.help);
        match self.kind {
            Kind::Switch => arg.action(ArgAction::SetTrue),
            Kind::One(value) => arg.value_name(value).action(ArgAction::Set),
            Kind::Many(value) => arg.value_name(value).value_delimiter(',').action(ArgAction::Append),
        }
    }

    fn read(&self, matches: &ArgMatches) -> Option<Vec<String>> {
        match self.kind {
            Kind::Switch => matches.get_flag(self.name).then(|| vec!["true".to_owned()]),
            Kind::One(_) => matches.get_one::<String>(self.name).map(|value| vec![value.clone()]),
            Kind::Many(_) => matches.get_many::<String>(self.name).map(|values| values.cloned().collect()),
        }
    }

    /// Parses a value of the configuration file.
    pub(crate) fn parse_toml(&self, value: &toml::Value) -> Result<Vec<String>, String> {
        let expected = match self.kind {
            Kind::Switch => "true or false",
            Kind::One(_) => "a single value",
            Kind::Many(_) => "a list of strings",
        };
        let invalid = || format!("`{}` must be {expected}", self.key());
        match (self.kind, value) {
            (Kind::Switch, toml::Value::Boolean(on)) => Ok(vec![on.to_string()]),
            (Kind::One(_) | Kind::Many(_), toml::Value::String(text)) => Ok(vec![text.clone()]),
            (Kind::One(_), toml::Value::Integer(number)) => Ok(vec![number.to_string()]),
            (Kind::Many(_), toml::Value::Array(list)) => {
                list.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(invalid)).collect()
            }
            _ => Err(invalid()),
        }
    }
}

/// Values of settings, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Settings(BTreeMap<String, Vec<String>>);

impl Settings {
    /// Collects the values given on the command line.
    pub(crate) fn from_matches<'a>(
        matches: &ArgMatches,
        settings: impl Iterator<Item = &'a Setting>,
    ) -> Self {
        Self(settings.filter_map(|one| Some((one.name.to_owned(), one.read(matches)?))).collect())
    }

    pub(crate) fn set(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    /// Makes the path of a setting independent of the current directory.
    pub(crate) fn make_absolute(&mut self, name: &str) {
        for path in self.0.get_mut(name).into_iter().flatten() {
            if let Ok(whole) = std::path::absolute(&*path) {
                *path = whole.to_string_lossy().into_owned();
            }
        }
    }

    /// Keeps the settings whose name satisfies `keep`.
    pub(crate) fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = self.0.iter().filter(|(name, _)| keep(name));
        Self(kept.map(|(name, values)| (name.clone(), values.clone())).collect())
    }

    /// Adds `defaults` for settings that `self` lacks.
    pub(crate) fn with_defaults(mut self, defaults: Self) -> Self {
        for (name, values) in defaults.0 {
            self.0.entry(name).or_insert(values);
        }
        self
    }

    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// Returns a required value.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.one(name).ok_or_else(|| {
            Failure::usage(format!("`{name}` is missing")).with_help(format!(
                "pass --{name} when you connect or add the account, or set `{}` in the provider's table of the \
                 configuration file",
                name.replace('-', "_")
            ))
        })
    }

    /// Rejects a server address without a scheme.
    pub(crate) fn check_server(&self) -> Result<(), Failure> {
        match self.one("server") {
            Some(server) if !server.contains("://") && server.contains(['.', ':', '/']) => {
                let is_local = ["127.", "localhost", "[::1]"].iter().any(|host| server.starts_with(host));
                let scheme = if is_local { "http" } else { "https" };
                Err(Failure::usage(format!("the server `{server}` has no scheme"))
                    .with_help(format!("write {scheme}://{server}")))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn many(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.one(name) == Some("true")
    }

    /// Parses a value.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure>
    where
        T::Err: std::fmt::Display,
    {
        let parse =
            |text: &str| text.parse().map_err(|error| Failure::usage(format!("invalid `--{name}`: {error}")));
        self.one(name).map(parse).transpose()
    }

    /// Parses scopes separated by spaces or commas.
    pub(crate) fn scopes(&self) -> Result<oauth_core::Scopes, Failure> {
        let words = self.many("scope").iter().flat_map(|text| text.split([' ', ',']));
        let scopes = words.filter(|word| !word.is_empty()).map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(scopes.into())
    }
}
