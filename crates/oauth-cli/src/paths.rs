//! Default paths of configuration and data.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use crate::failure::Failure;

const FOLDER: &str = "oauth";

/// Returns the default path of the configuration file.
pub(crate) fn config_file() -> Result<PathBuf, Failure> {
    Ok(strategy()?.config_dir().join(FOLDER).join("oauth.toml"))
}

/// Returns the default path of the store.
pub(crate) fn store_file() -> Result<PathBuf, Failure> {
    Ok(strategy()?.data_dir().join(FOLDER).join("connections.db"))
}

/// Returns the path of the running sandbox's manifest.
pub(crate) fn sandbox_file() -> Result<PathBuf, Failure> {
    Ok(strategy()?.data_dir().join(FOLDER).join("sandbox.json"))
}

/// Returns the user's home directory, if known.
pub(crate) fn home() -> Option<PathBuf> {
    etcetera::home_dir().ok()
}

fn strategy() -> Result<impl etcetera::BaseStrategy, Failure> {
    etcetera::base_strategy::choose_native_strategy().map_err(|_| {
        Failure::setup("the home directory is not known").with_help("set HOME, or pass --config and --store")
    })
}
