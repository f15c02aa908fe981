//! Each typed call against its recorded response, and the list of all documented calls.
#![allow(clippy::unwrap_used)] // a test may panic

mod calls;
mod mutations;
mod pages;
mod special_calls;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use gocd::{App, Personal, Site};
use oauth_core::{Client, Endpoint, Scopes, Token};
use oauth_testing::{ACCESS_TOKEN, ApiTable, RecordingTransport, documented_calls};
use tokio::runtime::{Builder, Runtime};

use crate::calls::Calls;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn client(transport: RecordingTransport) -> (Client<Personal>, Token<Personal>) {
    let site = Site::at("https://go.example.com:8154").unwrap();
    let client = Client::builder(site, App::none()).transport(transport).build().unwrap();
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    (client, token)
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Takes a snapshot of each call.
struct Snapshots {
    table: ApiTable<Personal>,
    runtime: Runtime,
}

impl Calls for Snapshots {
    fn call<E>(&mut self, name: &str, call: E)
    where
        E: Endpoint<Personal> + 'static,
        E::Response: Debug,
    {
        let text = self.runtime.block_on(self.table.play(name, &call));
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("\nerror: "), "{text}");
        insta::with_settings!({
            snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true
        }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn each_call_parses_its_recorded_response() {
    let table = ApiTable::new(folder("tests/api/responses"), client);
    let mut snapshots = Snapshots { table, runtime: runtime() };
    calls::all(&mut snapshots);
    snapshots.table.finish(&folder("../../docs/api/gocd.toml"));
}

#[test]
fn list_has_each_declared_call() {
    let listed: BTreeSet<String> =
        documented_calls(&folder("../../docs/api/gocd.toml")).into_iter().map(|call| call.name).collect();
    let mut count = 0;
    for file in std::fs::read_dir(folder("src/api")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for call in text.lines().filter_map(declared_call) {
            count += 1;
            assert!(listed.contains(call.as_str()), "docs/api/gocd.toml does not list {call}");
        }
    }
    assert!(count > 170, "{count} calls were found");
}

/// Returns the call that a line of `endpoint!`, `upload!` or `const NAME` declares.
fn declared_call(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("const NAME: &'static str = \"") {
        return name.strip_suffix("\";").map(str::to_owned);
    }
    let (method, rest) = line.split_once(' ')?;
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method) {
        return None;
    }
    let (_, rest) = rest.split_once("\"/")?;
    let (path, _) = rest.split_once('"')?;
    Some(format!("{method} /{path}"))
}

#[test]
fn finds_declared_calls() {
    for (line, call) in [
        (r#"    GET version(7) "/api/agents" => json(Agents)"#, Some("GET /api/agents")),
        (r#"    POST "/files/*path","#, Some("POST /files/*path")),
        (r#"    const NAME: &'static str = "GET /a";"#, Some("GET /a")),
        (r#"    /// `GET /api/agents`: "/a""#, None),
        ("    get(\"/a\")", None),
    ] {
        assert_eq!(declared_call(line).as_deref(), call, "{line}");
    }
}
