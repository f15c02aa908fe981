//! The commands that work on connections, one file each.

pub(crate) mod add;
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

/// What a new account may be called: what can be typed again, and does nothing to a terminal.
pub(crate) fn account_name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("an account has a name".to_owned());
    }
    if text.contains(char::is_control) {
        return Err("a name holds no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Arguments of commands that are about one connection and nothing else.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConnectionArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    pub(crate) provider: ProviderName,

    /// The account, by the name that it was connected under
    #[arg(value_name = "ACCOUNT")]
    pub(crate) account: String,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}
