//! Publishing, with a cargo that only plays and an index on loopback.
//!
//! The test program is that cargo as well: under the name of `cargo` it writes down what it is asked, and does as its script says.

#![allow(clippy::print_stderr, clippy::unwrap_used)]

mod common;

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use common::{Playground, real_cargo};
use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use libtest_mimic::{Arguments, Trial};
use sha2::{Digest, Sha256};
use xtask::release::plan::Plan;
use xtask::release::publish::{Publisher, Time};
use xtask::release::registry::Index;
use xtask::report::Outcome;
use xtask::workspace::Workspace;

fn main() -> ExitCode {
    let ourselves = std::env::current_exe().unwrap();
    if ourselves.file_stem().is_some_and(|name| name == "cargo") {
        return play_cargo(ourselves.parent().unwrap());
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        test("each_crate_after_what_it_needs_then_tagged", each_crate_after_what_it_needs_then_tagged),
        test("nothing_leaves_without_execute", nothing_leaves_without_execute),
        test("broken_off_and_taken_up_again", broken_off_and_taken_up_again),
        test("waits_as_long_as_it_is_told", waits_as_long_as_it_is_told),
        test("there_without_a_tag", there_without_a_tag),
        test(
            "nothing_unprepared_or_uncommitted_is_published",
            nothing_unprepared_or_uncommitted_is_published,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What this cargo does when it is asked to publish, line by line of its script; `ok` when the script is over.
const DOES: &[(&str, &str)] = &[
    ("broken", "error: failed to verify package tarball"),
    (
        "limited",
        "error: failed to publish (status 429 Too Many Requests): You have published too many new crates. \
         Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email help",
    ),
];

fn play_cargo(home: &Path) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut calls = fs::OpenOptions::new().create(true).append(true).open(home.join("calls")).unwrap();
    writeln!(calls, "{}", args.join(" ")).unwrap();
    match args[0].as_str() {
        "publish" => {
            let script = fs::read_to_string(home.join("script")).unwrap_or_default();
            let (now, later) = script.split_once('\n').unwrap_or(("ok", ""));
            fs::write(home.join("script"), later).unwrap();
            if now == "ok" || now == "lost" {
                fs::create_dir_all(home.join("there")).unwrap();
                fs::write(home.join("there").join(&args[2]), package(&args[2])).unwrap();
            }
            if now == "ok" {
                return ExitCode::SUCCESS;
            }
            let said = DOES
                .iter()
                .find(|(name, _)| *name == now)
                .map_or("error: connection lost", |(_, said)| *said);
            eprintln!("{said}");
            ExitCode::from(101)
        }
        "package" => {
            let folder = home.join("target/package");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{}-0.1.0.crate", args[2])), package(&args[2])).unwrap();
            ExitCode::SUCCESS
        }
        _ => {
            let status = Command::new(fs::read_to_string(home.join("real")).unwrap()).args(&args).status();
            if status.unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

fn package(name: &str) -> String {
    format!("package of {name}")
}

/// A workspace that is ready, its registry, and its cargo.
struct Scene {
    playground: Playground,
    cargo: tempfile::TempDir,
    server: MockServer,
}

/// Time that passes only by waiting.
#[derive(Clone, Default)]
struct Clock(Rc<RefCell<Vec<u64>>>);

impl Time for Clock {
    fn now(&self) -> DateTime<Utc> {
        "2025-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
            + Duration::from_secs(self.0.borrow().iter().sum())
    }

    fn wait(&self, how_long: Duration) {
        self.0.borrow_mut().push(how_long.as_secs());
    }
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            playground: Playground::new(),
            cargo: tempfile::tempdir().unwrap(),
            server: MockServer::start(),
        };
        fs::write(scene.cargo.path().join("real"), real_cargo().to_str().unwrap()).unwrap();
        let ourselves = std::env::current_exe().unwrap();
        if fs::hard_link(&ourselves, scene.fake()).is_err() {
            fs::copy(&ourselves, scene.fake()).unwrap();
        }
        scene
    }

    fn prepared() -> Self {
        let scene = Self::new();
        let (ok, said) = scene.playground.xtask(&["release", "prepare"]);
        assert!(ok, "{said}");
        scene.playground.commit("Prepare");
        scene
    }

    fn fake(&self) -> PathBuf {
        self.cargo.path().join("cargo").with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// An index that has what this cargo published.
    fn index(&self) {
        for (name, at) in [("base", "/ba/se/base"), ("user", "/us/er/user")] {
            let there = self.cargo.path().join("there").join(name);
            self.server.mock(|when, then| {
                when.method("GET").path(at);
                then.respond_with(move |_: &HttpMockRequest| match fs::read(&there) {
                    Ok(package) => HttpMockResponse::builder()
                        .status(200)
                        .body(format!("{{\"vers\":\"0.1.0\",\"cksum\":\"{}\"}}\n", checksum(&package)))
                        .build(),
                    Err(_) => HttpMockResponse::builder().status(404).build(),
                });
            });
        }
    }

    fn script(&self, lines: &[&str]) {
        fs::write(
            self.cargo.path().join("script"),
            lines.iter().map(|line| format!("{line}\n")).collect::<String>(),
        )
        .unwrap();
    }

    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.cargo.path().join("calls")).unwrap_or_default();
        calls.lines().filter(|line| !line.starts_with("metadata")).map(str::to_owned).collect()
    }

    fn tags(&self) -> String {
        self.playground.git(&["tag", "--list"])
    }

    /// Publishes all, up to the first that cannot be: what came of each, and how long was waited.
    fn publish(&self) -> (Vec<Result<Outcome, String>>, Vec<u64>) {
        let workspace = Workspace::around(self.playground.root()).unwrap();
        let plan = Plan::of(&workspace, &Default::default()).unwrap();
        let clock = Clock::default();
        let publisher = Publisher {
            root: self.playground.root(),
            target: &self.cargo.path().join("target"),
            cargo: self.fake().into_os_string(),
            index: Index::at(&self.server.base_url()),
            time: clock.clone(),
            execute: true,
        };
        assert_eq!(publisher.obstacles(&plan).unwrap(), Vec::<String>::new());
        let mut came = Vec::new();
        for one in &plan.crates {
            let outcome = publisher.publish(one).map_err(|error| format!("{error:#}"));
            let stopped = outcome.is_err();
            came.push(outcome);
            if stopped {
                break;
            }
        }
        let waited = clock.0.borrow().clone();
        (came, waited)
    }
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const BASE: &str = "publish --package base --locked";
const USER: &str = "publish --package user --locked";

fn each_crate_after_what_it_needs_then_tagged() {
    let scene = Scene::prepared();
    scene.index();
    let (came, waited) = scene.publish();
    assert_eq!(came[0], Ok(Outcome::passed("0.1.0 published, tagged base-v0.1.0")));
    assert_eq!(came[1], Ok(Outcome::passed("0.1.0 published, tagged user-v0.1.0")));
    assert_eq!(scene.calls(), [BASE, USER]);
    assert_eq!(scene.tags(), "base-v0.1.0\nuser-v0.1.0");
    assert_eq!(waited, [] as [u64; 0]);

    // For clones without tags.
    let head = scene.playground.git(&["rev-parse", "HEAD"]);
    let recorded = scene.playground.read("release.toml");
    assert!(recorded.contains(&format!("base = \"{head}\"\nuser = \"{head}\"")), "{recorded}");
    // Once more: there is nothing left to do, and nobody is asked to.
    let (came, _) = scene.publish();
    assert!(came.iter().all(|one| matches!(one, Ok(Outcome::Passed { .. }))), "{came:?}");
    assert_eq!(scene.calls(), [BASE, USER]);
}

/// Through the program itself, as a person would call it.
fn nothing_leaves_without_execute() {
    let scene = Scene::prepared();
    scene.index();
    let anything_else = scene.server.mock(|when, then| {
        when.is_true(|request| request.method_str() != "GET");
        then.status(500);
    });
    // A place that tags and commits could be sent to.
    let elsewhere = tempfile::tempdir().unwrap();
    scene.playground.git(&["init", "--quiet", "--bare", elsewhere.path().to_str().unwrap()]);
    scene.playground.git(&["remote", "add", "origin", elsewhere.path().to_str().unwrap()]);
    let before = scene.playground.git(&["status", "--porcelain"]);

    let url = scene.server.base_url();
    let (_, said) = scene.playground.xtask_by(&scene.fake(), &["release", "publish", "--index", &url]);
    for part in ["would: cargo publish --package base --locked, then git tag base-v0.1.0", "2 did not run"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
    assert_eq!(scene.calls(), [] as [&str; 0], "cargo was asked for nothing but metadata");
    assert!(!scene.cargo.path().join("there").exists());
    anything_else.assert_calls(0);
    assert_eq!(scene.tags(), "");
    assert_eq!(scene.playground.git(&["ls-remote", "origin"]), "");
    assert_eq!(scene.playground.git(&["status", "--porcelain"]), before);

    // The same call with it does: so it is that word, and nothing else, that holds it back.
    let (ok, said) =
        scene.playground.xtask_by(&scene.fake(), &["release", "publish", "--index", &url, "--execute"]);
    assert!(ok, "{said}");
    assert_eq!(scene.calls(), [BASE, USER]);
    assert_eq!(
        scene.playground.git(&["ls-remote", "origin"]),
        "",
        "tags stay here until a person pushes them"
    );
}

fn broken_off_and_taken_up_again() {
    let scene = Scene::prepared();
    scene.index();
    scene.script(&["ok", "broken"]);
    let (came, _) = scene.publish();
    assert!(matches!(&came[0], Ok(Outcome::Passed { .. })), "{came:?}");
    let error = came[1].as_ref().unwrap_err();
    assert!(error.contains("could not publish user 0.1.0") && error.contains("run this again"), "{error}");
    assert_eq!(scene.tags(), "base-v0.1.0");

    // The answer to the second try is lost on its way, but the registry has it: that is found out, not tried again.
    scene.script(&["lost"]);
    let (came, _) = scene.publish();
    assert_eq!(came[1], Ok(Outcome::passed("0.1.0 published, tagged user-v0.1.0")));
    assert_eq!(scene.calls(), [BASE, USER, USER]);
    assert_eq!(scene.tags(), "base-v0.1.0\nuser-v0.1.0");
}

fn waits_as_long_as_it_is_told() {
    let scene = Scene::prepared();
    // The index asks for patience once, then for more without saying how much.
    let mut asked = 0;
    let asked = std::sync::Mutex::new(move || {
        asked += 1;
        asked
    });
    scene.server.mock(|when, then| {
        when.method("GET").path("/ba/se/base").is_true(move |_| (asked.lock().unwrap())() <= 2);
        then.status(429).header("retry-after", "77");
    });
    scene.index();
    scene.script(&["limited", "ok"]);
    let (came, waited) = scene.publish();
    assert!(came.iter().all(|one| matches!(one, Ok(Outcome::Passed { .. }))), "{came:?}");
    assert_eq!(scene.calls(), [BASE, BASE, USER]);
    // Twice what the index said; then until ten past midnight, of which 154 s have passed, and a second.
    assert_eq!(waited, [77, 77, 600 - 154 + 1]);
}

fn there_without_a_tag() {
    let scene = Scene::prepared();
    scene.index();
    let there = scene.cargo.path().join("there");
    fs::create_dir_all(&there).unwrap();
    // Published from here, and broken off before the tag.
    fs::write(there.join("base"), package("base")).unwrap();
    // Somebody else's.
    fs::write(there.join("user"), "another package").unwrap();
    let (came, _) = scene.publish();
    assert_eq!(came[0], Ok(Outcome::passed("0.1.0 was there already, tagged base-v0.1.0")));
    let error = came[1].as_ref().unwrap_err();
    assert!(
        error.contains("user 0.1.0 is in the registry and is not what would be packaged here"),
        "{error}"
    );
    assert_eq!(scene.tags(), "base-v0.1.0");
    assert!(scene.calls().iter().all(|call| call.starts_with("package ")), "{:?}", scene.calls());
}

fn nothing_unprepared_or_uncommitted_is_published() {
    let scene = Scene::new();
    scene.index();
    scene.playground.write("crates/base/src/lib.rs", "//! Another.\n");
    let url = scene.server.base_url();
    let (ok, said) =
        scene.playground.xtask_by(&scene.fake(), &["release", "publish", "--index", &url, "--execute"]);
    assert!(!ok, "{said}");
    for part in [
        "not committed:",
        "mend: git commit",
        "`base` 0.1.0 is not prepared",
        "mend: cargo xtask release prepare",
    ] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
    assert_eq!(scene.calls(), [] as [&str; 0]);
}
