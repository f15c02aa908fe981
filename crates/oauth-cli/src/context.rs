//! State shared by all commands that work on connections.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::Config;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::store::{Store, StoreAddress, StoreLocation};
use crate::unrecognized_responses::UnrecognizedResponses;
use crate::wire_trace::Trace;

/// Arguments common to these commands.
#[derive(Args, Clone, Debug)]
pub(crate) struct CommonArgs {
    /// Use this store: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "STORE", env = "OAUTH_STORE", hide_env_values = true)]
    pub(crate) store: Option<StoreArg>,

    /// Use this configuration file
    #[arg(long, value_name = "FILE", env = "OAUTH_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,

    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// Show the calls to the provider on stderr, secrets masked
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

impl CommonArgs {
    pub(crate) fn trace(&self) -> Trace {
        if self.verbose { Trace::Calls } else { Trace::Off }
    }
}

/// A store address as given, parsed later: the argument parser would quote an invalid one, and a database URL
/// holds a password.
#[derive(Clone)]
pub(crate) struct StoreArg(String);

impl From<String> for StoreArg {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for StoreArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreArg([redacted])")
    }
}

/// Configuration, output, store and interrupt handling of one run.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) output: Output,
    pub(crate) store_location: StoreLocation,
    pub(crate) interrupt: Interrupt,
    pub(crate) trace: Trace,
}

impl Context {
    pub(crate) fn new(common: &CommonArgs) -> Result<Self, Failure> {
        let interrupt = Interrupt::listen()?;
        let config = Config::read(common.config.as_deref())?;
        let store_location = Self::store_location(common, &config)?;
        Ok(Self {
            config,
            output: Output::new(common.json),
            store_location,
            interrupt,
            trace: common.trace(),
        })
    }

    /// Resolves the store's location from options, configuration and defaults.
    pub(crate) fn store_location(common: &CommonArgs, config: &Config) -> Result<StoreLocation, Failure> {
        let address = match (&common.store, &config.store) {
            (Some(StoreArg(text)), _) => {
                text.parse().map_err(|error| Failure::usage(format!("--store, or OAUTH_STORE: {error}")))?
            }
            (None, Some(text)) => {
                let address: StoreAddress = text.parse().map_err(|error| {
                    Failure::setup(format!("`store` in {}: {error}", config.path.display()))
                })?;
                // Independent of the current directory.
                address.relative_to(config.path.parent().unwrap_or(Path::new("")))
            }
            (None, None) => StoreAddress::Sqlite(crate::paths::store_file()?),
        };
        let keyring = match env::var("OAUTH_KEYRING").ok().as_deref() {
            Some("off") => false,
            _ => config.keyring.unwrap_or(true),
        };
        Ok(StoreLocation { address, use_keyring: keyring })
    }

    pub(crate) fn unrecognized_responses(&self) -> UnrecognizedResponses {
        UnrecognizedResponses::next_to(&self.store_location.address)
    }

    /// Opens the store if it exists.
    pub(crate) async fn open_store(&self) -> Result<Option<Store>, Failure> {
        self.until_interrupted(self.store_location.open_existing()).await
    }

    /// Cancels `work` on a signal. For work that is safe to drop at any point, or that continues in its own
    /// task.
    pub(crate) async fn until_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            biased;
            () = interrupt.wait() => Err(Failure::interrupted()),
            result = work => result,
        }
    }
}
