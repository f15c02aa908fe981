//! Where the platform keeps settings and data of programs.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use crate::failure::Failure;

const FOLDER: &str = "oauth";

/// The configuration file, where no other is named.
pub(crate) fn config_file() -> Result<PathBuf, Failure> {
    Ok(strategy()?.config_dir().join(FOLDER).join("oauth.toml"))
}

/// The store, where no other is named.
pub(crate) fn store_file() -> Result<PathBuf, Failure> {
    Ok(strategy()?.data_dir().join(FOLDER).join("connections.db"))
}

/// The user's own folder, if it is known.
pub(crate) fn home() -> Option<PathBuf> {
    etcetera::home_dir().ok()
}

fn strategy() -> Result<impl etcetera::BaseStrategy, Failure> {
    etcetera::base_strategy::choose_native_strategy().map_err(|_| {
        Failure::setup("the home folder of this user is not known")
            .with_help("set HOME, or name the files with --config and --store")
    })
}
