//! Commands with one subcommand per provider, because options differ.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, ValueEnum as _};

use super::ProviderName;
use crate::setting::{Setting, SettingScope, Settings};

/// The command's arguments common to all providers.
pub(crate) trait CommandArgs: Args {
    /// Returns whether the command has settings of this scope.
    fn accepts(scope: SettingScope) -> bool;
}

/// Parsed arguments: the provider, the command's own arguments, and the provider's settings.
#[derive(Clone, Debug)]
pub(crate) struct ProviderArgs<T> {
    pub(crate) provider: ProviderName,
    pub(crate) command: T,
    pub(crate) settings: Settings,
}

fn settings<T: CommandArgs>(provider: ProviderName) -> impl Iterator<Item = &'static Setting> {
    provider.settings().iter().filter(|setting| T::accepts(setting.scope))
}

impl<T: CommandArgs> Args for ProviderArgs<T> {
    fn augment_args(command: Command) -> Command {
        let one = |provider: &ProviderName| {
            let about = provider.to_possible_value().and_then(|value| value.get_help().cloned());
            let command = T::augment_args(Command::new(provider.as_str()));
            command
                .about(about.unwrap_or_default())
                .next_help_heading("Provider options")
                .args(settings::<T>(*provider).map(Setting::arg))
        };
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .disable_help_subcommand(true)
            .subcommand_value_name("PROVIDER")
            .subcommand_help_heading("Providers")
            .subcommands(ProviderName::value_variants().iter().map(one))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: CommandArgs> FromArgMatches for ProviderArgs<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let missing = || Error::raw(clap::error::ErrorKind::MissingSubcommand, "missing provider\n");
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let provider = ProviderName::from_str(name, false).map_err(|_| missing())?;
        Ok(Self {
            provider,
            command: T::from_arg_matches(matches)?,
            settings: Settings::from_matches(matches, settings::<T>(provider)),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
