//! Steps that build and run programs of their own: fuzz targets, benchmarks, browsers, foreign servers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::report::{Diagnostic, Outcome, Report};
use crate::run::{self, TestResults};
use crate::tools::{CARGO_DENY, CARGO_FUZZ, GUNGRAUN_RUNNER, HYPERFINE};
use crate::workspace::Workspace;

/// Servers of other projects, and whether each runs on Node.js rather than on Python.
const SERVERS: [(&str, bool); 3] = [("oidc-provider", true), ("oauth2-server", true), ("authlib", false)];

/// Allowed growth of an instruction count, in percent.
const MAX_GROWTH_PERCENT: u64 = 5;

/// `cargo xtask fuzz`: runs libFuzzer on the targets of `fuzz/`, one after the other.
///
/// # Errors
/// If a target is unknown.
pub fn fuzz(workspace: &Workspace, named: &[String], seconds: u64, report: &mut Report) -> Result<()> {
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
            Ok(run::check_or(&fuzz, &format!("no failure in {seconds} s"), "a failing input", &help))
        });
    }
    Ok(())
}

/// Cargo for the benchmark workspace, with the target directory of this one.
fn benches<'a>(workspace: &'a Workspace, command: Cmd<'a>) -> Cmd<'a> {
    command.env("CARGO_TARGET_DIR", workspace.target())
}

/// `cargo xtask bench`: runs the named benchmarks, or all. `flag` is one of criterion's.
pub fn bench(workspace: &Workspace, names: &[String], flag: Option<&str>, report: &mut Report) {
    let shell = &workspace.shell;
    report.step("bench", || {
        let names = names.iter().flat_map(|name| ["--bench", name.as_str()]);
        let flag = flag.iter().flat_map(|flag| ["--", *flag]);
        let run = cmd!(
            shell,
            "cargo bench --locked --manifest-path benches/Cargo.toml -p benches {names...} {flag...}"
        );
        let passed = "the benchmarks ran; copy figures to docs/book/src/performance.md";
        let help = "cargo xtask bench NAME --quick";
        Ok(run::check_or(&benches(workspace, run), passed, "a benchmark failed", help))
    });
}

/// `cargo xtask bench build`: compares cold release builds of two programs that connect an account.
pub fn cold_builds(workspace: &Workspace, report: &mut Report) {
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
        Ok(run::check(&hyperfine, "built both", "a build failed"))
    });
}

/// `cargo xtask bench --check`: the benchmarks comply with their rules, compile and run.
pub fn check_benches(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    let manifest = ["--locked", "--manifest-path", "benches/Cargo.toml"];
    CARGO_DENY.step(workspace, report, "bench: licences", || {
        let deny = cmd!(shell, "cargo deny {manifest...} --workspace check licenses sources");
        let help = "see benches/deny.toml for what is allowed";
        Ok(run::check_or(&deny, "licences and sources comply", "cargo-deny reported errors", help))
    });
    report.step("bench: clippy", || {
        let clippy =
            cmd!(shell, "cargo clippy --release {manifest...} --workspace --all-targets -- -D warnings");
        Ok(run::check(
            &benches(workspace, clippy),
            "no warnings in the benchmarks",
            "clippy reported warnings",
        ))
    });
    // Each benchmark once.
    bench(workspace, &[], Some("--test"), report);
}

/// `cargo xtask bench instructions`: counts instructions of the hot path and compares them with a baseline.
pub fn instructions(workspace: &Workspace, bless: bool, report: &mut Report) {
    let shell = &workspace.shell;
    let file = "benches/instructions.json";
    GUNGRAUN_RUNNER.step(workspace, report, "bench: instructions", || {
        if !run::succeeds(cmd!(shell, "valgrind --version")) {
            return Ok(Outcome::NotRun("valgrind is not installed (apt-get install valgrind)".to_owned()));
        }
        let count = cmd!(
            shell,
            "cargo bench --locked --manifest-path benches/Cargo.toml -p instructions -- --output-format=json"
        );
        let counts = instruction_counts(&benches(workspace, count).read()?)?;
        for (name, count) in &counts {
            println!("{count:>12}  {name}");
        }
        let rustc = cmd!(shell, "rustc --version").read()?;
        if bless {
            let text = serde_json::json!({ "rustc": rustc, "counts": counts });
            shell.write_file(file, serde_json::to_string_pretty(&text)? + "\n")?;
            return Ok(Outcome::Passed(format!("{file} updated")));
        }
        let baseline: serde_json::Value = serde_json::from_str(&workspace.read(file)?)?;
        let compiler = baseline["rustc"].as_str().unwrap_or_default();
        let note = format!("{} counts against the baseline from {compiler}", counts.len());
        let old = serde_json::from_value(baseline["counts"].clone()).context("no counts in the baseline")?;
        let mut found = grown_counts(&old, &counts);
        if !found.is_empty() && compiler != rustc {
            let help = "if only the compiler changed, run `cargo xtask bench instructions --bless`";
            found.push(Diagnostic::new(format!("the baseline is from {compiler}, this is {rustc}"), help));
        }
        Ok(Outcome::of(found, note))
    });
}

type Counts = BTreeMap<String, u64>;

/// Instructions by benchmark, from gungraun's output: a JSON object per line.
fn instruction_counts(output: &str) -> Result<Counts> {
    let mut counts = Counts::new();
    for line in output.lines().filter(|line| line.starts_with('{')) {
        let summary: serde_json::Value =
            serde_json::from_str(line).context("gungraun printed invalid JSON")?;
        let name = [&summary["function_name"], &summary["id"]].map(|part| part.as_str().unwrap_or_default());
        let profiles = summary["profiles"].as_array().into_iter().flatten();
        let callgrind = profiles.filter(|profile| profile["tool"] == "Callgrind");
        // An earlier run may be included as `old`.
        let count = callgrind
            .filter_map(|one| one["data"]["total"]["metrics"]["Ir"]["values"]["new"].as_u64())
            .next();
        counts.insert(name.join(" "), count.with_context(|| format!("gungraun did not count {name:?}"))?);
    }
    anyhow::ensure!(!counts.is_empty(), "gungraun reports no counts");
    Ok(counts)
}

fn grown_counts(baseline: &Counts, counts: &Counts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let help = "find the cause; if it is justified, run `cargo xtask bench instructions --bless`";
    let names: std::collections::BTreeSet<&String> = baseline.keys().chain(counts.keys()).collect();
    for name in names {
        match (baseline.get(name), counts.get(name)) {
            (Some(before), Some(now)) if now * 100 <= before * (100 + MAX_GROWTH_PERCENT) => {}
            (Some(before), Some(now)) => {
                let message = format!(
                    "{name} takes {now} instructions, more than {MAX_GROWTH_PERCENT} % over {before}"
                );
                found.push(Diagnostic::new(message, help));
            }
            (before, _) => {
                let where_ = if before.is_some() { "the baseline" } else { "this run" };
                found.push(Diagnostic::new(format!("{name} is in {where_} only"), help));
            }
        }
    }
    found
}

/// `cargo xtask browser`: tests the pages of `oauth-web` and `oauth demo --web` in Chromium.
pub fn browser(workspace: &Workspace, report: &mut Report) {
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
///
/// # Errors
/// If the programs of the servers cannot be copied.
pub fn real_servers(workspace: &Workspace, record: bool, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    let folder = workspace.target().join("real-servers");
    shell.create_dir(&folder)?;
    // Next to their packages, so that the source folder holds no installed packages.
    for file in shell.read_dir("tests/real-servers/servers")? {
        shell.copy_file(file, &folder)?;
    }
    let (node, python) =
        (install_node_packages(workspace, &folder), install_python_packages(workspace, &folder));
    for (name, is_node) in SERVERS {
        let step = format!("real-servers {name}");
        match if is_node { &node } else { &python } {
            Ok(()) => {}
            Err(Outcome::NotRun(reason)) => {
                report.skip(&step, reason);
                continue;
            }
            Err(_) => {
                let help = "correct the lists of packages in tests/real-servers/servers";
                report
                    .step(&step, || Ok(Outcome::failed("its packages cannot be installed, see above", help)));
                continue;
            }
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

/// Installs exactly the locked packages, verified by hash, without running their scripts.
fn install_node_packages(workspace: &Workspace, folder: &Path) -> Result<(), Outcome> {
    let shell = &workspace.shell;
    if !run::succeeds(cmd!(shell, "npm --version")) {
        return Err(Outcome::NotRun(
            "Node.js and npm are not installed (apt-get install nodejs npm)".to_owned(),
        ));
    }
    install(cmd!(shell, "npm ci --prefix {folder} --ignore-scripts --no-audit --no-fund --prefer-offline"))
}

/// Installs the listed versions into a virtual environment.
fn install_python_packages(workspace: &Workspace, folder: &Path) -> Result<(), Outcome> {
    let (shell, environment) = (&workspace.shell, folder.join("venv"));
    if !run::succeeds(cmd!(shell, "python3 -m venv {environment}")) {
        return Err(Outcome::NotRun(
            "Python is not installed (apt-get install python3 python3-venv)".to_owned(),
        ));
    }
    let (python, list) = (environment.join("bin/python"), folder.join("requirements.txt"));
    install(cmd!(shell, "{python} -m pip install --quiet --no-deps --requirement {list}"))
}

/// Without a network the server does not run; other errors are failures.
fn install(command: Cmd<'_>) -> Result<(), Outcome> {
    let output = command.ignore_status().output().map_err(|error| Outcome::NotRun(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).to_lowercase();
    eprintln!("{text}");
    let signs = [
        "enotfound",
        "eai_again",
        "econnrefused",
        "econnreset",
        "etimedout",
        "new connection",
        "name resolution",
    ];
    Err(match signs.iter().any(|sign| text.contains(sign)) {
        true => Outcome::NotRun("the registry of its packages cannot be reached".to_owned()),
        false => Outcome::failed(text, ""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Counts {
        of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn growth_of_more_than_five_percent_fails() {
        let baseline = counts(&[("headers", 1_000), ("finish", 100)]);
        let grown = |now| -> Vec<String> {
            grown_counts(&baseline, &counts(now)).into_iter().map(|one| one.message).collect()
        };
        assert_eq!(grown(&[("headers", 1_050), ("finish", 90)]), Vec::<String>::new());
        assert_eq!(
            grown(&[("headers", 1_051), ("finish", 100)]),
            ["headers takes 1051 instructions, more than 5 % over 1000"]
        );
        assert_eq!(grown(&[("header", 1), ("headers", 1), ("finish", 1)]), ["header is in this run only"]);
        assert_eq!(grown(&[("headers", 1)]), ["finish is in the baseline only"]);
    }

    #[test]
    fn parses_gungraun_output() {
        let summary = |values: &str| {
            format!(
                r#"{{"function_name":"begin","id":"once","profiles":[{{"tool":"Callgrind","data":{{"total":{{"metrics":{{"Ir":{{"values":{values}}}}}}}}}}}]}}"#
            )
        };
        let output = format!("noise\n{}\n", summary(r#"{"new":17049,"old":17070}"#));
        assert_eq!(instruction_counts(&output).unwrap(), counts(&[("begin once", 17_049)]));
        assert!(instruction_counts("noise").is_err());
        assert!(instruction_counts(&summary(r#"{"old":1}"#)).is_err());
    }
}
