//! Each call of the API, with a response made of the documented fields.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

#[path = "../common/mod.rs"]
mod common;
mod declarations;
mod mutations;
mod pages;
mod v1;
mod v2;

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use cobot::chrono::{DateTime, NaiveDate, Utc};
use cobot::{Cobot, Endpoint};
use oauth_testing::ApiTable;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Does something with each call.
pub(crate) trait Visitor {
    /// `file` is the recorded response.
    fn visit<E: Endpoint<Cobot>>(&mut self, file: &str, endpoint: &E)
    where
        E::Response: Debug + DeserializeOwned + PartialEq + Serialize;
}

/// The folder of this test.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api")
}

/// The list of all documented calls.
pub(crate) fn list_of_calls() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/cobot.toml")
}

/// A day of January 2030.
pub(crate) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2030, 1, day).unwrap()
}

/// An hour of 2030-01-07.
pub(crate) fn time(hour: u32) -> DateTime<Utc> {
    day(7).and_hms_opt(hour, 0, 0).unwrap().and_utc()
}

/// Plays each call once.
pub(crate) struct Play {
    table: ApiTable<Cobot>,
    runtime: tokio::runtime::Runtime,
}

impl Play {
    pub(crate) fn play<E: Endpoint<Cobot>>(&mut self, file: &str, endpoint: &E)
    where
        E::Response: Debug,
    {
        let text = self.runtime.block_on(self.table.play(file, endpoint));
        let settings = || {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(folder().join("snapshots"));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        settings().bind(|| insta::assert_snapshot!(file, text));
    }
}

impl Visitor for Play {
    fn visit<E: Endpoint<Cobot>>(&mut self, file: &str, endpoint: &E)
    where
        E::Response: Debug + DeserializeOwned + PartialEq + Serialize,
    {
        self.play(file, endpoint);
    }
}

#[test]
fn calls_are_sent_and_read_as_documented() {
    let table = ApiTable::new(folder().join("responses"), |transport| {
        let client = common::client(&transport);
        let token = common::token(&client);
        (client, token)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut play = Play { table, runtime };
    v1::visit(&mut play);
    v1::play_others(&mut play);
    v2::visit(&mut play);
    play.table.finish(&list_of_calls());
}
