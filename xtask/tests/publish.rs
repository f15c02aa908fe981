//! Publishing with a fake cargo and an index on loopback.
//!
//! This test program is also the fake cargo: named `cargo`, it records its calls and follows a script.

#![allow(clippy::print_stderr, clippy::unwrap_used)]

mod temporary_repository;

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use libtest_mimic::{Arguments, Trial};
use sha2::{Digest, Sha256};
use temporary_repository::{TemporaryRepository, real_cargo};
use xtask::release::plan::Plan;
use xtask::release::publish::{Clock, Publisher};
use xtask::release::registry::Index;
use xtask::report::Outcome;
use xtask::workspace::Workspace;

fn main() -> ExitCode {
    let program = std::env::current_exe().unwrap();
    if program.file_stem().is_some_and(|name| name == "cargo") {
        return run_fake_cargo(program.parent().unwrap());
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        test("publishes_in_dependency_order_and_tags", publishes_in_dependency_order_and_tags),
        test("dry_run_sends_nothing", dry_run_sends_nothing),
        test("interrupted_publishing_can_be_repeated", interrupted_publishing_can_be_repeated),
        test("waits_as_long_as_requested", waits_as_long_as_requested),
        test("tags_published_crate_with_same_checksum", tags_published_crate_with_same_checksum),
        test("refuses_unprepared_or_uncommitted_release", refuses_unprepared_or_uncommitted_release),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Errors of the fake cargo's `publish`, by script line. A line `ok`, or a missing one, succeeds.
const ERRORS: &[(&str, &str)] = &[
    ("broken", "error: failed to verify package tarball"),
    (
        "limited",
        "error: failed to publish (status 429 Too Many Requests): You have published too many new crates. \
         Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email help",
    ),
];

fn run_fake_cargo(folder: &Path) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut calls = fs::OpenOptions::new().create(true).append(true).open(folder.join("calls")).unwrap();
    writeln!(calls, "{}", args.join(" ")).unwrap();
    match args[0].as_str() {
        "publish" => {
            let script = fs::read_to_string(folder.join("script")).unwrap_or_default();
            let (line, remaining_lines) = script.split_once('\n').unwrap_or(("ok", ""));
            fs::write(folder.join("script"), remaining_lines).unwrap();
            if line == "ok" || line == "lost" {
                fs::create_dir_all(folder.join("there")).unwrap();
                fs::write(folder.join("there").join(&args[2]), package(&args[2])).unwrap();
            }
            if line == "ok" {
                return ExitCode::SUCCESS;
            }
            let output = ERRORS
                .iter()
                .find(|(name, _)| *name == line)
                .map_or("error: connection lost", |(_, output)| *output);
            eprintln!("{output}");
            ExitCode::from(101)
        }
        "package" => {
            let folder = folder.join("target/package");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{}-0.1.0.crate", args[2])), package(&args[2])).unwrap();
            ExitCode::SUCCESS
        }
        _ => {
            let status = Command::new(fs::read_to_string(folder.join("real")).unwrap()).args(&args).status();
            if status.unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

fn package(name: &str) -> String {
    format!("package of {name}")
}

/// A prepared workspace with its registry and fake cargo.
struct Fixture {
    repository: TemporaryRepository,
    cargo: tempfile::TempDir,
    server: MockServer,
}

/// A clock that advances only by waiting.
#[derive(Clone, Default)]
struct FakeClock(Rc<RefCell<Vec<u64>>>);

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        "2025-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
            + Duration::from_secs(self.0.borrow().iter().sum())
    }

    fn wait(&self, how_long: Duration) {
        self.0.borrow_mut().push(how_long.as_secs());
    }
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self {
            repository: TemporaryRepository::new(),
            cargo: tempfile::tempdir().unwrap(),
            server: MockServer::start(),
        };
        fs::write(fixture.cargo.path().join("real"), real_cargo().to_str().unwrap()).unwrap();
        let program = std::env::current_exe().unwrap();
        if fs::hard_link(&program, fixture.fake_cargo()).is_err() {
            fs::copy(&program, fixture.fake_cargo()).unwrap();
        }
        fixture
    }

    fn prepared() -> Self {
        let fixture = Self::new();
        let (ok, output) = fixture.repository.xtask(&["release", "prepare"]);
        assert!(ok, "{output}");
        fixture.repository.commit("Prepare");
        fixture
    }

    fn fake_cargo(&self) -> PathBuf {
        self.cargo.path().join("cargo").with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// Serves an index of the crates that the fake cargo published.
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
        self.repository.git(&["tag", "--list"])
    }

    /// Publishes all crates up to the first error. Returns the outcomes and the waits in seconds.
    fn publish(&self) -> (Vec<Result<Outcome, String>>, Vec<u64>) {
        let workspace = Workspace::around(self.repository.root()).unwrap();
        let plan = Plan::of(&workspace, &Default::default()).unwrap();
        let clock = FakeClock::default();
        let publisher = Publisher {
            root: self.repository.root(),
            target: &self.cargo.path().join("target"),
            cargo: self.fake_cargo().into_os_string(),
            index: Index::at(&self.server.base_url()),
            clock: clock.clone(),
            execute: true,
        };
        assert_eq!(publisher.blockers(&plan).unwrap(), Vec::<String>::new());
        let mut outcomes = Vec::new();
        for one in &plan.crates {
            let outcome = publisher.publish(one).map_err(|error| format!("{error:#}"));
            let stopped = outcome.is_err();
            outcomes.push(outcome);
            if stopped {
                break;
            }
        }
        let waited = clock.0.borrow().clone();
        (outcomes, waited)
    }
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const BASE: &str = "publish --package base --locked";
const USER: &str = "publish --package user --locked";

fn publishes_in_dependency_order_and_tags() {
    let fixture = Fixture::prepared();
    fixture.index();
    let (outcomes, waited) = fixture.publish();
    assert_eq!(outcomes[0], Ok(Outcome::passed("0.1.0 published, tagged base-v0.1.0")));
    assert_eq!(outcomes[1], Ok(Outcome::passed("0.1.0 published, tagged user-v0.1.0")));
    assert_eq!(fixture.calls(), [BASE, USER]);
    assert_eq!(fixture.tags(), "base-v0.1.0\nuser-v0.1.0");
    assert_eq!(waited, [] as [u64; 0]);

    // For clones without tags.
    let head = fixture.repository.git(&["rev-parse", "HEAD"]);
    let recorded = fixture.repository.read("release.toml");
    assert!(recorded.contains(&format!("base = \"{head}\"\nuser = \"{head}\"")), "{recorded}");
    // A second run has nothing to do and does not call cargo.
    let (outcomes, _) = fixture.publish();
    assert!(outcomes.iter().all(|one| matches!(one, Ok(Outcome::Passed { .. }))), "{outcomes:?}");
    assert_eq!(fixture.calls(), [BASE, USER]);
}

/// Runs the program as a user would.
fn dry_run_sends_nothing() {
    let fixture = Fixture::prepared();
    fixture.index();
    let other_requests = fixture.server.mock(|when, then| {
        when.is_true(|request| request.method_str() != "GET");
        then.status(500);
    });
    // A remote that tags and commits could be pushed to.
    let remote = tempfile::tempdir().unwrap();
    fixture.repository.git(&["init", "--quiet", "--bare", remote.path().to_str().unwrap()]);
    fixture.repository.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
    let before = fixture.repository.git(&["status", "--porcelain"]);

    let url = fixture.server.base_url();
    let (_, output) =
        fixture.repository.xtask_by(&fixture.fake_cargo(), &["release", "publish", "--index", &url]);
    for part in ["would: cargo publish --package base --locked, then git tag base-v0.1.0", "2 did not run"] {
        assert!(output.contains(part), "{part:?} is missing in:\n{output}");
    }
    assert_eq!(fixture.calls(), [] as [&str; 0], "only metadata was read");
    assert!(!fixture.cargo.path().join("there").exists());
    other_requests.assert_calls(0);
    assert_eq!(fixture.tags(), "");
    assert_eq!(fixture.repository.git(&["ls-remote", "origin"]), "");
    assert_eq!(fixture.repository.git(&["status", "--porcelain"]), before);

    // With `--execute` the same call publishes, so the flag alone made the difference.
    let (ok, output) = fixture
        .repository
        .xtask_by(&fixture.fake_cargo(), &["release", "publish", "--index", &url, "--execute"]);
    assert!(ok, "{output}");
    assert_eq!(fixture.calls(), [BASE, USER]);
    assert_eq!(fixture.repository.git(&["ls-remote", "origin"]), "", "tags are not pushed");
}

fn interrupted_publishing_can_be_repeated() {
    let fixture = Fixture::prepared();
    fixture.index();
    fixture.script(&["ok", "broken"]);
    let (outcomes, _) = fixture.publish();
    assert!(matches!(&outcomes[0], Ok(Outcome::Passed { .. })), "{outcomes:?}");
    let error = outcomes[1].as_ref().unwrap_err();
    assert!(error.contains("could not publish user 0.1.0") && error.contains("run this again"), "{error}");
    assert_eq!(fixture.tags(), "base-v0.1.0");

    // The response to the second attempt is lost, but the registry has the crate, so it is not published
    // again.
    fixture.script(&["lost"]);
    let (outcomes, _) = fixture.publish();
    assert_eq!(outcomes[1], Ok(Outcome::passed("0.1.0 published, tagged user-v0.1.0")));
    assert_eq!(fixture.calls(), [BASE, USER, USER]);
    assert_eq!(fixture.tags(), "base-v0.1.0\nuser-v0.1.0");
}

fn waits_as_long_as_requested() {
    let fixture = Fixture::prepared();
    // The index limits requests twice, then the registry limits an upload.
    let mut asked = 0;
    let asked = std::sync::Mutex::new(move || {
        asked += 1;
        asked
    });
    fixture.server.mock(|when, then| {
        when.method("GET").path("/ba/se/base").is_true(move |_| (asked.lock().unwrap())() <= 2);
        then.status(429).header("retry-after", "77");
    });
    fixture.index();
    fixture.script(&["limited", "ok"]);
    let (outcomes, waited) = fixture.publish();
    assert!(outcomes.iter().all(|one| matches!(one, Ok(Outcome::Passed { .. }))), "{outcomes:?}");
    assert_eq!(fixture.calls(), [BASE, BASE, USER]);
    // 77 s twice, as the index requests; then until 00:10:00, of which 154 s have passed, plus one second.
    assert_eq!(waited, [77, 77, 600 - 154 + 1]);
}

fn tags_published_crate_with_same_checksum() {
    let fixture = Fixture::prepared();
    fixture.index();
    let there = fixture.cargo.path().join("there");
    fs::create_dir_all(&there).unwrap();
    // Published from this commit, but not tagged.
    fs::write(there.join("base"), package("base")).unwrap();
    // Published by someone else.
    fs::write(there.join("user"), "another package").unwrap();
    let (outcomes, _) = fixture.publish();
    assert_eq!(outcomes[0], Ok(Outcome::passed("0.1.0 was already published, tagged base-v0.1.0")));
    let error = outcomes[1].as_ref().unwrap_err();
    assert!(
        error.contains("user 0.1.0 is in the registry, but its package differs from the one built here"),
        "{error}"
    );
    assert_eq!(fixture.tags(), "base-v0.1.0");
    assert!(fixture.calls().iter().all(|call| call.starts_with("package ")), "{:?}", fixture.calls());
}

fn refuses_unprepared_or_uncommitted_release() {
    let fixture = Fixture::new();
    fixture.index();
    fixture.repository.write("crates/base/src/lib.rs", "//! Another.\n");
    let url = fixture.server.base_url();
    let (ok, output) = fixture
        .repository
        .xtask_by(&fixture.fake_cargo(), &["release", "publish", "--index", &url, "--execute"]);
    assert!(!ok, "{output}");
    for part in [
        "uncommitted changes:",
        "help: git commit",
        "`base` 0.1.0 is not prepared",
        "help: cargo xtask release prepare",
    ] {
        assert!(output.contains(part), "{part:?} is missing in:\n{output}");
    }
    assert_eq!(fixture.calls(), [] as [&str; 0]);
}
