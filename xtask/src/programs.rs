//! Steps that build and run programs of their own: fuzz targets, benchmarks, browsers, foreign servers.

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::report::{Outcome, Report};
use crate::run::{self, TestResults};
use crate::tools::{CARGO_DENY, CARGO_FUZZ, GUNGRAUN_RUNNER, HYPERFINE};
use crate::workspace::Workspace;

/// `cargo xtask fuzz`: runs libFuzzer on the targets of `fuzz/`, one after the other.
pub(crate) fn fuzz(workspace: &Workspace, named: &[String], seconds: u64, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    let files = shell.read_dir("fuzz/fuzz_targets")?;
    let targets: Vec<String> =
        files.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    if let Some(unknown) = named.iter().find(|name| !targets.contains(name)) {
        anyhow::bail!("unknown fuzz target `{unknown}`; targets: {}", targets.join(", "));
    }
    let work = workspace.target().join("fuzz");
    let target_dir = work.join("target");
    // No sanitizer: no crate here has unsafe code, and without one the stable toolchain works.
    let flags = ["--sanitizer", "none", "--target-dir"];
    let mut built = false;
    CARGO_FUZZ.step(workspace, report, "fuzz: build", || {
        cmd!(shell, "cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml")
            .ignore_stdout()
            .run()
            .context("help: commit fuzz/Cargo.lock")?;
        cmd!(shell, "cargo run --quiet --package fuzzing --example seeds -- {work}").run()?;
        cmd!(shell, "cargo fuzz build {flags...} {target_dir}")
            .run()
            .context("help: cargo check -p fuzzing")?;
        built = true;
        Ok(Outcome::Passed("with coverage, debug assertions and overflow checks".to_owned()))
    });
    for target in if named.is_empty() { targets.as_slice() } else { named } {
        let step = format!("fuzz: {target}");
        if !built {
            report.skip(&step, "not built");
            continue;
        }
        report.step(&step, || {
            let corpus = format!("fuzz/corpus/{target}");
            let regressions = format!("fuzz/regressions/{target}");
            shell.create_dir(&corpus)?;
            shell.create_dir(&regressions)?;
            // libFuzzer adds new inputs to the first folder and starts from the inputs of all folders.
            let seeds = work.join(target);
            let dictionary = format!("-dict={}.dict", seeds.display());
            let time = format!("-max_total_time={seconds}");
            // Inputs that take 10 s or 1 GB are failures.
            let limits = ["-max_len=16384", "-timeout=10", "-rss_limit_mb=1024"];
            let quiet = ["-verbosity=0", "-print_final_stats=1"];
            let fuzz = cmd!(
                shell,
                "cargo fuzz run {flags...} {target_dir} {target} {corpus} {seeds} {regressions} --
                 {time} {dictionary} {limits...} {quiet...}"
            );
            let help = format!(
                "cp the file after `Test unit written to` above to fuzz/regressions/{target}/DESCRIPTION; \
                 `cargo test -p fuzzing` then replays it"
            );
            Ok(run::check(&fuzz, &help))
        });
    }
    Ok(())
}

/// Cargo for the benchmark workspace, with the target directory of this one.
fn benches<'a>(workspace: &'a Workspace, command: Cmd<'a>) -> Cmd<'a> {
    command.env("CARGO_TARGET_DIR", workspace.target())
}

/// `cargo xtask bench`: runs the named benchmarks, or all. `flag` is one of criterion's.
pub(crate) fn bench(workspace: &Workspace, names: &[String], flag: Option<&str>, report: &mut Report) {
    let shell = &workspace.shell;
    let names = names.iter().flat_map(|name| ["--bench", name.as_str()]);
    let flag = flag.iter().flat_map(|flag| ["--", *flag]);
    let run = cmd!(
        shell,
        "cargo bench --locked --manifest-path benches/Cargo.toml -p benches {names...} {flag...}"
    );
    report.command("bench", &benches(workspace, run), "cargo xtask bench NAME --quick");
}

/// `cargo xtask bench build`: compares cold release builds of two programs that connect an account.
pub(crate) fn cold_builds(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    HYPERFINE.step(workspace, report, "bench: build", || {
        let folder = workspace.target().join("cold").display().to_string();
        let cargo =
            |words: &str| format!("cargo {words} --manifest-path benches/Cargo.toml --target-dir '{folder}'");
        let clean = cargo("clean --quiet");
        let build = cargo("build --locked --quiet --profile cold --package {program}");
        let hyperfine = cmd!(
            shell,
            "hyperfine --runs 3 --parameter-list program hello-go1,hello-oauth2 --prepare {clean} {build}"
        );
        Ok(run::check(&hyperfine, "correct benches/hello"))
    });
}

/// `cargo xtask bench --check`: the benchmarks comply with their rules, compile and run.
pub(crate) fn check_benches(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    let manifest = ["--locked", "--manifest-path", "benches/Cargo.toml"];
    CARGO_DENY.step(workspace, report, "bench: licences", || {
        let deny = cmd!(shell, "cargo deny {manifest...} --workspace check licenses sources");
        let help = "see benches/deny.toml for what is allowed";
        Ok(run::check(&deny, help))
    });
    let clippy = cmd!(shell, "cargo clippy --release {manifest...} --workspace --all-targets -- -D warnings");
    report.command("bench: clippy", &benches(workspace, clippy), "fix the warnings");
    // Each benchmark once.
    bench(workspace, &[], Some("--test"), report);
}

/// `cargo xtask bench instructions`: counts instructions of the hot path; the benchmarks state their limits.
pub(crate) fn instructions(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    GUNGRAUN_RUNNER.step(workspace, report, "bench: instructions", || {
        if !run::succeeds(cmd!(shell, "valgrind --version")) {
            return Ok(Outcome::NotRun("valgrind is not installed (apt-get install valgrind)".to_owned()));
        }
        let count = cmd!(shell, "cargo bench --locked --manifest-path benches/Cargo.toml -p instructions");
        let help = "find the cause; if it is justified, raise the limit in benches/instructions/benches";
        Ok(run::check(&benches(workspace, count), help))
    });
}

/// `cargo xtask browser`: tests the pages of `oauth-web` and `oauth demo --web` in Chromium.
pub(crate) fn browser(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(|name| cmd!(shell, "which {name}").quiet().ignore_stderr().read().ok());
    let Some(chromium) = chromium else {
        return report.skip("browser", "Chromium is not installed (apt-get install chromium)");
    };
    if !run::succeeds(cmd!(shell, "npm --version")) {
        return report.skip("browser", "Node.js and npm are not installed (apt-get install nodejs npm)");
    }
    report.step("browser", || {
        cmd!(shell, "cargo build --package oauth-web --example stage").run()?;
        cmd!(shell, "cargo build --package oauth-cli --bin oauth").run()?;
        // Installs exactly the locked packages, verified by hash, without running their scripts.
        let folder = "crates/oauth-web/tests/browser";
        cmd!(shell, "npm ci --prefix {folder} --ignore-scripts --no-audit --no-fund").run()?;
        let files = [
            format!("{folder}/browser.test.mjs"),
            "crates/oauth-demo/tests/browser/demo.test.mjs".to_owned(),
        ];
        let screenshots = workspace.target().join("screenshots");
        let tests = cmd!(shell, "node --test --test-reporter=tap {files...}")
            .env("STAGE", workspace.target().join("debug/examples/stage"))
            .env("OAUTH", workspace.target().join("debug/oauth"))
            .env("CHROMIUM", &chromium)
            .env("SCREENSHOTS", &screenshots);
        let (ok, output) = run::tee(tests)?;
        let passed =
            output.lines().filter_map(|line| line.strip_prefix("# pass ")?.parse::<u64>().ok()).sum::<u64>();
        Ok(match (ok, passed) {
            (true, 1..) => Outcome::Passed(format!("{passed} tests; see {}", screenshots.display())),
            _ => Outcome::failed(
                format!("the browser tests failed; {passed} passed"),
                format!("see `not ok` above, and the screenshots in {}", screenshots.display()),
            ),
        })
    });
}

/// `cargo xtask real-servers`: runs clients against authorization servers of other projects, a step for each.
pub(crate) fn real_servers(workspace: &Workspace, record: bool, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    let folder = workspace.target().join("real-servers");
    shell.create_dir(&folder)?;
    // Next to their packages, so that the source folder holds no installed packages.
    for file in shell.read_dir("tests/real-servers/servers")? {
        shell.copy_file(file, &folder)?;
    }
    // Installs exactly the locked packages, verified by hash, without running their scripts.
    let npm = cmd!(shell, "npm ci --prefix {folder} --ignore-scripts --no-audit --no-fund --prefer-offline");
    let (venv, list) = (folder.join("venv"), folder.join("requirements.txt"));
    let python = venv.join("bin/python");
    let pip = cmd!(shell, "{python} -m pip install --quiet --no-deps --requirement {list}");
    let is_installed =
        |program: &str| cmd!(shell, "{program} --version").quiet().ignore_stdout().run().is_ok();
    let node_packages = is_installed("npm").then(|| npm.run());
    let python_packages =
        is_installed("python3").then(|| cmd!(shell, "python3 -m venv {venv}").run().and_then(|()| pip.run()));
    let node_needs = "Node.js (apt-get install nodejs npm)";
    let python_needs = "Python (apt-get install python3 python3-venv)";
    for (name, packages, needs) in [
        ("oidc-provider", &node_packages, node_needs),
        ("oauth2-server", &node_packages, node_needs),
        ("authlib", &python_packages, python_needs),
    ] {
        let step = format!("real-servers {name}");
        match packages {
            None => {
                report.skip(&step, format!("needs {needs}"));
                continue;
            }
            Some(Err(_)) => {
                let help = "correct the list of packages in tests/real-servers/servers, or the network";
                report
                    .step(&step, || Ok(Outcome::failed("its packages cannot be installed, see above", help)));
                continue;
            }
            Some(Ok(())) => {}
        }
        report.step(&step, || {
            let command = cmd!(shell, "cargo run --quiet --package real-servers").env("REAL_SERVER", name);
            let command = command.env("REAL_SERVERS_FOLDER", &folder);
            let (ok, output) = run::tee(if record { command.env("OAUTH_RECORD", "1") } else { command })?;
            let results = TestResults::read(&output);
            let help = "see `failures:` above, and the server's log in target/real-servers";
            Ok(results.outcome(ok && results.ignored == 0, help))
        });
    }
    Ok(())
}
