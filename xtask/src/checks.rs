//! The checks that run one or two programs each.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::rehearse::tls::{TLS_CHOICES, package_names};
use crate::report::{Diagnostic, Outcome, Report};
use crate::run::{self, TestResults};
use crate::tools::{CARGO_DENY, CARGO_HACK, CARGO_INSTA, MDBOOK};
use crate::workspace::{CORE, Workspace};

/// `cargo xtask test`: all tests and doc tests. cargo-insta also finds snapshots whose test is gone.
pub(crate) fn test(workspace: &Workspace, report: &mut Report) {
    let (shell, features) = (&workspace.shell, workspace.test_features());
    let missing = CARGO_INSTA.missing(shell);
    report.step("test", || {
        let command = match &missing {
            None => cmd!(
                shell,
                "cargo insta test --check --unreferenced reject --no-quiet --test-runner cargo-test
                 --workspace --features {features}"
            ),
            Some(_) => cmd!(shell, "cargo test --workspace --no-fail-fast --features {features}"),
        };
        let (ok, output) = run::tee(command)?;
        let results = TestResults::read(&output);
        // The total of all test binaries, in the format that CI counts.
        println!(
            "\ntests: {} passed, {} failed, {} skipped",
            results.passed, results.failed, results.ignored
        );
        let help = "run `cargo test -p CRATE TEST` for a failed test, `cargo xtask snapshots` for a changed \
                    snapshot, `git rm` for an unreferenced snapshot";
        Ok(results.outcome(ok, help))
    });
    if let Some(missing) = missing {
        report.skip("orphaned snapshots", missing);
    }
}

/// `cargo xtask snapshots`: shows the difference of each changed snapshot, or passes a decision on to
/// cargo-insta.
pub(crate) fn snapshots(workspace: &Workspace, decision: Option<&str>, report: &mut Report) {
    let (shell, features) = (&workspace.shell, workspace.test_features());
    CARGO_INSTA.step(workspace, report, "snapshots", || {
        if let Some(decision) = decision {
            // With a terminal, for the questions.
            let status = Command::from(cmd!(shell, "cargo insta {decision} --workspace")).status()?;
            anyhow::ensure!(status.success(), "cargo-insta failed, see above");
            return Ok(Outcome::Passed("`git diff` shows what was accepted".to_owned()));
        }
        let tests = cmd!(
            shell,
            "cargo insta test --test-runner cargo-test --workspace --lib --bins --tests --features {features}"
        );
        let succeeded = tests.run().is_ok();
        let changed = cmd!(shell, "git ls-files --others -- *.snap.new :!target").quiet().read()?;
        for new in changed.lines() {
            let old = new.trim_end_matches(".new");
            let old = if shell.path_exists(old) { old } else { "/dev/null" };
            cmd!(shell, "git --no-pager diff --no-index -- {old} {new}").quiet().ignore_status().run()?;
        }
        let help = "cargo xtask snapshots --review, or --accept or --reject for all";
        Ok(match (changed.is_empty(), succeeded) {
            (false, _) => Outcome::failed(format!("changed snapshots, see above:\n{changed}"), help),
            (true, false) => Outcome::failed("a test failed, see above", "cargo xtask test"),
            (true, true) => Outcome::Passed("no snapshot changed".to_owned()),
        })
    });
}

/// `cargo xtask lint`: rustfmt, clippy and rustdoc, with warnings as errors.
pub(crate) fn lint(workspace: &Workspace, report: &mut Report) {
    let (shell, features) = (&workspace.shell, workspace.test_features());
    report.step("format", || {
        for manifest in ["Cargo.toml", "benches/Cargo.toml", "fuzz/Cargo.toml"] {
            if cmd!(shell, "cargo fmt --all --manifest-path {manifest} --check").run().is_err() {
                let help = format!("cargo fmt --all --manifest-path {manifest}");
                return Ok(Outcome::failed("some files are not formatted", help));
            }
        }
        Ok(Outcome::Passed("all files are formatted".to_owned()))
    });
    let clippy = cmd!(shell, "cargo clippy --workspace --all-targets --features {features} -- -D warnings");
    let help = "run `cargo clippy --workspace --all-targets --fix --allow-dirty`, then fix the rest by hand";
    report.command("clippy", &clippy, help);
    api_documentation(workspace, "rustdoc", report);
}

/// Builds the API documentation of all crates, with warnings as errors.
fn api_documentation(workspace: &Workspace, name: &str, report: &mut Report) {
    let features = workspace.test_features();
    let doc = cmd!(workspace.shell, "cargo doc --workspace --no-deps --features {features}");
    report.command(name, &doc.env("RUSTDOCFLAGS", "-D warnings"), "correct the documentation");
}

/// `cargo xtask docs`: the API documentation, the pages with their generated parts and links, the book.
pub(crate) fn docs(workspace: &Workspace, check: bool, report: &mut Report) {
    let shell = &workspace.shell;
    let (api, book) = (workspace.target().join("doc"), workspace.target().join("book"));
    api_documentation(workspace, "docs: API", report);
    report.step("docs: pages", || {
        let features = workspace.test_features();
        // Built with its tests, as `cargo xtask test` does: alone it would rebuild its dependencies.
        let build =
            cmd!(shell, "cargo test --quiet --workspace --no-run --test plain_tables --features {features}");
        build.run().context("help: cargo build -p oauth-docs")?;
        let program = workspace.target().join("debug/oauth-docs");
        let word = if check { "check" } else { "write" };
        let help = "run `cargo xtask docs`, then fix what it still reports";
        Ok(run::check(&cmd!(shell, "{program} {word} {api}"), help))
    });
    MDBOOK.step(workspace, report, "docs: book", || {
        cmd!(shell, "mdbook build docs/book --dest-dir {book}").run().context("help: correct docs/book")?;
        shell.remove_path(book.join("api"))?;
        cmd!(shell, "cp -R {api} {book}/api").run().context("cannot copy the API documentation")?;
        let index = book.join("index.html");
        let html = shell.read_file(&index)?;
        let loads = ["src=\"http", "src=\"//", "rel=\"stylesheet\" href=\"http"];
        Ok(match loads.iter().any(|load| html.contains(load)) {
            true => Outcome::failed("the book loads something from another host", "see docs/book/book.toml"),
            false => Outcome::Passed(index.display().to_string()),
        })
    });
}

/// `cargo xtask features`: each client crate compiles alone with each feature, and its TLS choices bring only
/// the dependencies that they should. If not `full`, only `downstream` compiles the provider crates: their
/// features do no more than choose features of `oauth-core`.
pub(crate) fn features(workspace: &Workspace, full: bool, report: &mut Report) {
    let shell = &workspace.shell;
    CARGO_HACK.step(workspace, report, "features: each alone", || {
        // Clippy, because code that is unused without a feature warns only there.
        let clients = if full { workspace.clients() } else { vec![CORE] };
        let packages = clients.into_iter().chain(["downstream"]).flat_map(|name| ["-p", name]);
        let hack = cmd!(
            shell,
            "cargo hack clippy --each-feature --exclude-all-features {packages...} --lib --no-deps
             -- -D warnings"
        );
        let help = "run the last command above and fix its errors; native-tls needs the OpenSSL headers \
                    (apt-get install libssl-dev pkg-config)";
        Ok(run::check(&hack, help))
    });
    report.step("features: dependencies", || {
        let mut found = Vec::new();
        for name in workspace.clients() {
            for choice in &TLS_CHOICES {
                let args = choice.args();
                let tree = cmd!(shell, "cargo tree -p {name} {args...} -e normal --prefix none").quiet();
                if let Some(error) = choice.check_tree(&package_names(&tree.read()?)) {
                    found.push(Diagnostic::new(
                        format!("`{name}` ({}) {error}", choice.name),
                        tree.to_string(),
                    ));
                }
            }
        }
        Ok(Outcome::of(found, TLS_CHOICES.map(|choice| choice.name).join(", ")))
    });
    report.step("features: no crypto provider", || {
        run::tests(cmd!(
            shell,
            "cargo test -p oauth-core --no-default-features --features rustls-no-provider --test no_provider"
        ))
    });
}

/// `cargo xtask deny`: dependencies comply with `deny.toml` and have no known vulnerability.
pub(crate) fn deny(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    CARGO_DENY.step(workspace, report, "deny", || {
        let help = "`cargo tree -i CRATE` shows what depends on it; deny.toml lists what is allowed and why";
        let deny = cmd!(shell, "cargo deny --workspace check bans licenses sources");
        Ok(run::check(&deny, help))
    });
    CARGO_DENY.step(workspace, report, "advisories", || {
        // Fetched separately, so that an unreachable database is not reported as a vulnerability.
        if !run::succeeds(cmd!(shell, "cargo deny --workspace fetch db")) {
            return Ok(Outcome::NotRun("the advisory database cannot be fetched".to_owned()));
        }
        let deny = cmd!(shell, "cargo deny --workspace check --disable-fetch advisories");
        Ok(run::check(&deny, "cargo update -p CRATE"))
    });
}

/// `cargo xtask msrv`: each published crate compiles with its `rust-version`, if that toolchain is installed.
///
/// cargo-hack's `--rust-version` would download toolchains.
pub(crate) fn msrv(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    let mut by_version: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in workspace.published() {
        let version =
            package.rust_version.as_ref().map(|version| format!("{}.{}", version.major, version.minor));
        by_version.entry(version.unwrap_or_default()).or_default().push(package.name.as_str());
    }
    for (version, names) in by_version {
        let step = format!("msrv {version}");
        if !run::succeeds(cmd!(shell, "rustup run {version} cargo --version")) {
            report.skip(&step, format!("not installed (rustup toolchain install {version})"));
            continue;
        }
        let features = workspace.test_features_of(&names);
        let packages = names.iter().flat_map(|name| ["-p", name]);
        let check = cmd!(shell, "rustup run {version} cargo check {packages...} --features {features}");
        report.command(&step, &check, "fix the errors, or raise rust-version");
    }
}

/// A step of `ci --full`: a copy of the template passes its tests in a copy of the workspace.
pub(crate) fn sample_provider(workspace: &Workspace, report: &mut Report) {
    report.step("new-provider", || {
        run::tests(cmd!(
            workspace.shell,
            "cargo test --package xtask --bin xtask -- --ignored sample_provider"
        ))
    });
}

/// `cargo xtask processes` and `interleavings`: the long versions of two tests.
pub(crate) fn long_test(workspace: &Workspace, name: &str, test: &str, report: &mut Report) {
    let features = workspace.test_features();
    report.step(name, || {
        // Same features as the test run, so that nothing is rebuilt.
        let command = cmd!(
            workspace.shell,
            "cargo test --workspace --test {test} --features {features} -- --nocapture"
        );
        run::tests(command.env("OAUTH_LONG", "1"))
    });
}

/// `cargo xtask simulate`: connections with simulated processes, store, provider and faults.
pub(crate) fn simulate(workspace: &Workspace, name: &str, args: &[impl AsRef<OsStr>], report: &mut Report) {
    let program = cmd!(workspace.shell, "cargo run --profile simulation --package simulation -- {args...}");
    let help = "correct the connections, or the simulation; the line `help:` above repeats the run";
    report.step(name, || simulation(program, "a rule was broken, see `violation` above", help));
}

/// Runs the simulation, whose last line is the summary.
fn simulation(program: Cmd<'_>, failed: &str, help: &str) -> Result<Outcome> {
    let (ok, output) = run::tee(program)?;
    Ok(match ok {
        true => Outcome::Passed(output.lines().last().unwrap_or_default().to_owned()),
        false => Outcome::failed(failed, help),
    })
}

/// The simulations of `ci --full`.
pub(crate) fn long_simulations(workspace: &Workspace, report: &mut Report) {
    simulate(workspace, "simulate many", &["--seeds", "20000"], report);
    simulate(workspace, "simulate large", &["--large", "--seeds", "200"], report);
    report.step("simulate 10,000 connections", || {
        run::tests(cmd!(
            workspace.shell,
            "cargo test --profile simulation --package simulation --test scenarios -- --ignored --nocapture"
        ))
    });
    planted_faults(workspace, "--planted", report);
}

/// `cargo xtask simulate --planted` and `--search-planted`: the simulation finds the faults that are planted
/// in a build of its own.
pub(crate) fn planted_faults(workspace: &Workspace, flag: &str, report: &mut Report) {
    let program = cmd!(
        workspace.shell,
        "cargo run --profile simulation --package simulation --target-dir target/planted -- {flag}"
    );
    let program = program.env("RUSTFLAGS", "--cfg planted_faults");
    let help = "`cargo xtask simulate --search-planted` finds another seed for it";
    report.step("simulate planted faults", || {
        simulation(program, "a planted fault was not found, see above", help)
    });
}
