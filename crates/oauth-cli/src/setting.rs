//! What is particular to a provider, as data: its options on the command line, and their values.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// One option of a provider: `--name` on the command line, `name` (with underscores) in its table of the configuration file.
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

/// What a setting is about, and so which commands have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingScope {
    /// Where the provider is.
    Site,
    /// How the person is asked: for this time alone.
    Connect,
    /// What the person is asked for, besides scopes: of a connection that is made.
    Rights,
    /// The scopes: of a connection that is made, and of a token that is added.
    Scopes,
    /// A token that was got elsewhere.
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

    /// Its name in the configuration file.
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

    fn from_matches(&self, matches: &ArgMatches) -> Option<Vec<String>> {
        match self.kind {
            Kind::Switch => matches.get_flag(self.name).then(|| vec!["true".to_owned()]),
            Kind::One(_) => matches.get_one::<String>(self.name).map(|value| vec![value.clone()]),
            Kind::Many(_) => matches.get_many::<String>(self.name).map(|values| values.cloned().collect()),
        }
    }

    /// Reads the value that the configuration file has for it.
    pub(crate) fn parse_toml(&self, value: &toml::Value) -> Result<Vec<String>, String> {
        let wanted = match self.kind {
            Kind::Switch => "true or false",
            Kind::One(_) => "one value",
            Kind::Many(_) => "a list of words",
        };
        let wrong = || format!("`{}` must be {wanted}", self.key());
        match (self.kind, value) {
            (Kind::Switch, toml::Value::Boolean(on)) => Ok(vec![on.to_string()]),
            (Kind::One(_) | Kind::Many(_), toml::Value::String(text)) => Ok(vec![text.clone()]),
            (Kind::One(_), toml::Value::Integer(number)) => Ok(vec![number.to_string()]),
            (Kind::Many(_), toml::Value::Array(list)) => {
                list.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            _ => Err(wrong()),
        }
    }
}

/// The values of settings, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Settings(BTreeMap<String, Vec<String>>);

impl Settings {
    /// What the command line says.
    pub(crate) fn from_matches<'a>(
        matches: &ArgMatches,
        settings: impl Iterator<Item = &'a Setting>,
    ) -> Self {
        Self(settings.filter_map(|one| Some((one.name.to_owned(), one.from_matches(matches)?))).collect())
    }

    pub(crate) fn set(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    /// Makes the path that a setting names good for other folders than this one.
    pub(crate) fn make_absolute(&mut self, name: &str) {
        for path in self.0.get_mut(name).into_iter().flatten() {
            if let Ok(whole) = std::path::absolute(&*path) {
                *path = whole.to_string_lossy().into_owned();
            }
        }
    }

    /// Those of these names alone.
    pub(crate) fn filter(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let wanted = self.0.iter().filter(|(name, _)| is_wanted(name));
        Self(wanted.map(|(name, values)| (name.clone(), values.clone())).collect())
    }

    /// Where both say something, `self` holds.
    pub(crate) fn with_defaults(mut self, defaults: Self) -> Self {
        for (name, values) in defaults.0 {
            self.0.entry(name).or_insert(values);
        }
        self
    }

    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// One that cannot be done without.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.one(name).ok_or_else(|| {
            Failure::usage(format!("`{name}` is not known")).with_help(format!(
                "give it with --{name} when you connect or add the account, or write `{}` into the provider's table of the \
                 configuration file",
                name.replace('-', "_")
            ))
        })
    }

    pub(crate) fn many(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.one(name) == Some("true")
    }

    /// A value that is more than text.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure>
    where
        T::Err: std::fmt::Display,
    {
        let parse = |text: &str| {
            text.parse().map_err(|error| Failure::usage(format!("`--{name}` cannot be used: {error}")))
        };
        self.one(name).map(parse).transpose()
    }

    /// Scopes, however they were separated.
    pub(crate) fn scopes(&self) -> Result<oauth_core::Scopes, Failure> {
        let words = self.many("scope").iter().flat_map(|text| text.split([' ', ',']));
        let scopes = words.filter(|word| !word.is_empty()).map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(scopes.into())
    }
}
