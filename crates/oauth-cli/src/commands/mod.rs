//! The commands, one file each.

pub(crate) mod add;
pub(crate) mod api;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod disconnect;
pub(crate) mod doctor;
pub(crate) mod header;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod refresh;
pub(crate) mod request;
pub(crate) mod rotate_keys;
pub(crate) mod status;

use clap::Args;

use crate::context::CommonArgs;
use crate::providers::ProviderName;
use crate::shown_text::is_hidden;

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

/// Arguments of commands about one connection.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConnectionArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    pub(crate) provider: ProviderName,

    /// Account name, as given when connecting
    #[arg(value_name = "ACCOUNT")]
    pub(crate) account: String,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}
