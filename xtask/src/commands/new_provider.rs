//! `cargo xtask new-provider`: writes the crate of a new provider from answers to questions about it.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::Local;
use lexopt::Parser;

use super::Command;
use crate::diagnostic;
use crate::layering::CrateGraph;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::scaffold::answers::{Answers, PartialAnswers};
use crate::scaffold::questions::QUESTIONS;
use crate::scaffold::{self, workspace_copy};
use crate::test_results::TestResults;
use crate::tidy;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "new-provider",
    flags: "NAME [--answers FILE] | --prove",
    about: "ask questions about a provider and write its crate; --prove tests this in a copy of the workspace",
    run: |workspace, args| {
        let mode = Mode::read(args)?;
        let mut report = Report::default();
        match mode {
            Mode::Proof => prove_steps(workspace, &mut report),
            Mode::Provider { name, given } => {
                let mut written = None;
                report.step("write", || {
                    let answers = answers(&name, given)?;
                    let folder = scaffold::write(&workspace.root(), &answers)?;
                    let lines = scaffold::declared_lines(&folder)?;
                    written = Some(folder);
                    Ok(Outcome::passed(format!("crates/{name}, declared in {lines} lines")))
                });
                if written.is_some() {
                    report.step("first run", || first_run(&workspace.root(), &name));
                    report.step("book", || book(&workspace.root()));
                    println!("{}", next(&name));
                }
            }
        }
        Ok(report)
    },
};

#[derive(Debug, PartialEq, Eq)]
enum Mode {
    Proof,
    Provider { name: String, given: PartialAnswers },
}

impl Mode {
    fn read(args: &mut Parser) -> Result<Self> {
        let (mut name, mut given) = (None, PartialAnswers::default());
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("prove") => return super::expect_no_args(args).map(|()| Self::Proof),
                lexopt::Arg::Long("answers") => {
                    let file = args.value()?;
                    let text = std::fs::read_to_string(&file)
                        .with_context(|| format!("cannot read {}", Path::new(&file).display()))?;
                    given.read_file(&text).with_context(|| format!("in {}", Path::new(&file).display()))?;
                }
                lexopt::Arg::Long(key) => {
                    let key = key.to_owned();
                    let value = args.value()?;
                    given.set(&key, value.to_str().context("an answer must be valid UTF-8")?)?;
                }
                lexopt::Arg::Value(value) if name.is_none() => {
                    name =
                        Some(value.into_string().map_err(|_| anyhow::anyhow!("a name must be valid UTF-8"))?);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        let name = name.with_context(|| {
            let keys: Vec<String> =
                QUESTIONS.iter().map(|question| format!("  --{:18} {}", question.key, question.prompt)).collect();
            format!(
                "no provider name given\nhelp: cargo xtask new-provider NAME\nQuestions without an answer are asked. \
                 Give answers as flags, or as `key = answer` lines in the file of --answers:\n{}\nand the source of each as \
                 --KEY-source or `key.source`, or --source for all: 'TITLE | URL | YYYY-MM-DD'",
                keys.join("\n")
            )
        })?;
        Ok(Self::Provider { name, given })
    }
}

/// Asks for missing answers if standard input is a terminal.
fn answers(name: &str, given: PartialAnswers) -> Result<Answers> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Answers::from(name, &given);
    }
    let today = Local::now().date_naive();
    Answers::ask(name, given, today, &mut stdin.lock(), &mut std::io::stdout())
}

/// Formats the files and creates the first snapshots.
fn first_run(root: &Path, name: &str) -> Result<Outcome> {
    if !Run::cargo(root, &["fmt", "-p", name, "-p", "oauth-docs"]).run_inherited()? {
        return Ok(Outcome::failed(
            "rustfmt cannot parse the generated files",
            format!("cargo fmt -p {name}"),
        ));
    }
    let tests = Run::cargo(root, &["test", "-p", name]).env("INSTA_UPDATE", "always");
    let (ok, output) = tests.tee_stdout()?;
    let results = TestResults::read(&output);
    Ok(if ok && results.ran() > 0 {
        Outcome::passed(format!("{results}, and first snapshots"))
    } else {
        Outcome::failed(format!("the generated tests failed: {results}"), format!("cargo test -p {name}"))
    })
}

/// Generates the provider's parts of the book: pages, flow diagram, comparison column.
fn book(root: &Path) -> Result<Outcome> {
    let (ok, output) =
        Run::cargo(root, &["run", "--quiet", "-p", "oauth-docs", "--", "write"]).tee_stdout()?;
    let written = output.lines().filter(|line| line.starts_with("written: ")).count();
    Ok(if ok {
        Outcome::passed(format!("{written} files written"))
    } else {
        Outcome::failed("generating the book failed, see above", "cargo xtask docs")
    })
}

fn next(name: &str) -> String {
    format!(
        "\nNext steps:\n\
         - compare each snapshot in crates/{name}/tests/snapshots with the document it names;\n\
         - complete its pages, docs/book/src/providers/{name}.md and docs/book/src/production/{name}.md;\n\
         - add it to tests/downstream; `cargo xtask api` lists the types to name there;\n\
         - run `cargo xtask ci` and commit."
    )
}

pub(super) fn prove_steps(workspace: &Workspace, report: &mut Report) {
    report.step("new-provider", || prove(workspace));
}

/// Scaffolds two sample providers in a copy of the workspace and runs the checks of CI on their crates and
/// pages.
fn prove(workspace: &Workspace) -> Result<Outcome> {
    let folder = workspace.target().join("xtask/new-provider");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    println!("copying the workspace");
    workspace_copy::copy(&workspace.root(), &folder)?;
    let crates = workspace_copy::scaffold(&folder)?;
    let target = workspace.target();
    let cargo =
        |args: &[&str]| Run::cargo(&folder, args).hidden_env("CARGO_TARGET_DIR", &target.to_string_lossy());
    let names: Vec<&str> = workspace_copy::SAMPLE_PROVIDERS.iter().map(|(name, _)| *name).collect();
    let with_packages = |fixed: &[&'static str], rest: &[&'static str]| -> Vec<String> {
        let packages = names.iter().flat_map(|name| ["-p", name]);
        fixed.iter().copied().chain(packages).chain(rest.iter().copied()).map(str::to_owned).collect()
    };
    let run_all = |words: &[String]| -> Result<bool> {
        cargo(&words.iter().map(String::as_str).collect::<Vec<_>>()).run_inherited()
    };

    let formatted = run_all(&with_packages(&["fmt"], &["-p", "oauth-docs"]))?;
    anyhow::ensure!(formatted, "rustfmt cannot parse the generated files, see above");
    // Compiles the Rust of the generated pages as doc tests, in the copy only.
    for (name, _) in workspace_copy::SAMPLE_PROVIDERS {
        workspace_copy::test_pages(&folder, name)?;
    }
    let mut lines = Vec::new();
    for one in &crates {
        let declared = scaffold::declared_lines(one)?;
        anyhow::ensure!(declared < 40, "{} is declared in {declared} lines; the limit is 39", one.display());
        lines.push(declared);
    }
    // The first run creates the snapshots, the second compares with them.
    let args = with_packages(&["test"], &[]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    for update in ["always", "no"] {
        let (ok, output) = cargo(&args).env("INSTA_UPDATE", update).tee_stdout()?;
        let results = TestResults::read(&output);
        anyhow::ensure!(ok && results.ran() > 0, "the generated tests failed: {results}");
    }
    let clippy = with_packages(&["clippy", "--all-targets"], &["--", "-D", "warnings"]);
    anyhow::ensure!(run_all(&clippy)?, "clippy reported warnings, see above");
    let doc = with_packages(&["doc", "--no-deps"], &[]);
    let doc = cargo(&doc.iter().map(String::as_str).collect::<Vec<_>>()).env("RUSTDOCFLAGS", "-D warnings");
    anyhow::ensure!(doc.run_inherited()?, "rustdoc reported warnings, see above");

    let generator = |word: &str| -> Result<(bool, String)> {
        let ran = cargo(&["run", "--quiet", "-p", "oauth-docs", "--", word]).capture()?;
        Ok((ran.ok, ran.stdout + &ran.stderr))
    };
    println!("generating their pages");
    for word in ["write", "check"] {
        let (ok, output) = generator(word)?;
        anyhow::ensure!(ok, "generating the book failed:\n{output}");
    }
    let table = std::fs::read_to_string(folder.join("docs/book/src/providers.md"))?;
    anyhow::ensure!(
        table.contains("[Acme Orders](providers/acme.md) | [Plainest](providers/plainest.md)")
            && table.contains("`https://login.acme.example/oauth2/token`"),
        "the sample providers are missing in the provider comparison"
    );
    // The documentation check must detect a changed endpoint.
    println!("changing an endpoint");
    workspace_copy::replace_text(&folder, "crates/acme/src/site.rs", "/oauth2/token", "/oauth2/tokens")?;
    let (ok, output) = generator("check")?;
    for expected in [
        "acme: token-url is `https://login.acme.example/oauth2/tokens`, but docs/provider-facts.toml says ",
        "providers.md is not what the declarations say",
        "providers/acme.md is not what the declarations say",
        ": cargo xtask docs",
    ] {
        anyhow::ensure!(
            !ok && output.contains(expected),
            "the check of a changed endpoint does not report {expected:?}:\n{output}"
        );
    }
    workspace_copy::replace_text(&folder, "crates/acme/src/site.rs", "/oauth2/tokens", "/oauth2/token")?;

    let copied = Workspace::around(&folder)?;
    let mut found = CrateGraph::of(&copied)?.violations();
    for name in &names {
        found.extend(tidy::of_crate(&copied, name)?);
    }
    Ok(diagnostic::outcome(&found, "cargo xtask new-provider --prove", || {
        let expected: Vec<String> =
            names.iter().zip(&lines).map(|(name, lines)| format!("{name} in {lines} lines")).collect();
        format!("declared, documented and tested: {}", expected.join(", "))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| Mode::read(&mut Parser::from_args(args));
        assert_eq!(read(&["--prove"]).unwrap(), Mode::Proof);
        let mode =
            read(&["acme", "--title", "Acme", "--pkce-source", "Guide | https://acme.example | 2026-11-20"]);
        let Mode::Provider { name, given } = mode.unwrap() else { panic!("it names a provider") };
        assert_eq!(name, "acme");
        assert_ne!(given, PartialAnswers::default());
        let missing = read(&[]).unwrap_err().to_string();
        assert!(missing.contains("--authorize-url") && missing.contains("--answers"), "{missing}");
        assert!(read(&["acme", "more"]).is_err());
        assert!(read(&["acme", "--colour", "red"]).is_err());
    }
}
