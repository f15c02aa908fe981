//! `cargo xtask new-provider`: a crate for one more provider, from what is known about it.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::Local;
use lexopt::Parser;

use super::Command;
use crate::finding;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::scaffold::answers::{Answers, Given};
use crate::scaffold::questions::QUESTIONS;
use crate::scaffold::{self, playground};
use crate::test_results::TestResults;
use crate::tidy;
use crate::walls::Picture;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "new-provider",
    flags: "NAME [--answers FILE] | --prove",
    about: "ask what is known about a provider, and write its crate; --prove tries it in a copy",
    run: |workspace, args| {
        let asked = Asked::read(args)?;
        let mut report = Report::default();
        match asked {
            Asked::Proof => prove_steps(workspace, &mut report),
            Asked::Provider { name, given } => {
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
enum Asked {
    Proof,
    Provider { name: String, given: Given },
}

impl Asked {
    fn read(args: &mut Parser) -> Result<Self> {
        let (mut name, mut given) = (None, Given::default());
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("prove") => return super::no_more(args).map(|()| Self::Proof),
                lexopt::Arg::Long("answers") => {
                    let file = args.value()?;
                    let text = std::fs::read_to_string(&file)
                        .with_context(|| format!("cannot read {}", Path::new(&file).display()))?;
                    given.take_file(&text).with_context(|| format!("in {}", Path::new(&file).display()))?;
                }
                lexopt::Arg::Long(key) => {
                    let key = key.to_owned();
                    let value = args.value()?;
                    given.take(&key, value.to_str().context("an answer is text")?)?;
                }
                lexopt::Arg::Value(value) if name.is_none() => {
                    name = Some(value.into_string().map_err(|_| anyhow::anyhow!("a name is text"))?);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        let name = name.with_context(|| {
            let keys: Vec<String> =
                QUESTIONS.iter().map(|question| format!("  --{:18} {}", question.key, question.ask)).collect();
            format!(
                "say its name: cargo xtask new-provider NAME\nWhat is not given is asked. As flags, or as `key = answer` in \
                 the file of --answers:\n{}\nand for each where it was read, as --KEY-source or `key.source`, or --source for \
                 all: 'TITLE | URL | YYYY-MM-DD'",
                keys.join("\n")
            )
        })?;
        Ok(Self::Provider { name, given })
    }
}

/// Asks for what was not given, where there is somebody to ask.
fn answers(name: &str, given: Given) -> Result<Answers> {
    let person = std::io::stdin();
    if !person.is_terminal() {
        return Answers::from(name, &given);
    }
    let today = Local::now().date_naive();
    Answers::ask(name, given, today, &mut person.lock(), &mut std::io::stdout())
}

/// Puts the files into form, and makes the first snapshots of what is sent.
fn first_run(root: &Path, name: &str) -> Result<Outcome> {
    if !Run::cargo(root, &["fmt", "-p", name, "-p", "oauth-docs"]).loudly()? {
        return Ok(Outcome::failed("what was written is not Rust", format!("cargo fmt -p {name}")));
    }
    let tests = Run::cargo(root, &["test", "-p", name]).env("INSTA_UPDATE", "always");
    let (ok, output) = tests.loudly_kept()?;
    let results = TestResults::read(&output);
    Ok(if ok && results.ran() > 0 {
        Outcome::passed(format!("{results}, and first snapshots"))
    } else {
        Outcome::failed(format!("its tests do not pass: {results}"), format!("cargo test -p {name}"))
    })
}

/// Fills in its pages, draws its flow, and gives it its column in the comparison.
fn book(root: &Path) -> Result<Outcome> {
    let (ok, output) =
        Run::cargo(root, &["run", "--quiet", "-p", "oauth-docs", "--", "write"]).loudly_kept()?;
    let written = output.lines().filter(|line| line.starts_with("written: ")).count();
    Ok(if ok {
        Outcome::passed(format!("{written} files written"))
    } else {
        Outcome::failed("the book cannot be written, see above", "cargo xtask docs")
    })
}

fn next(name: &str) -> String {
    format!(
        "\nWhat is left:\n\
         - read crates/{name}/tests/snapshots line by line, each beside the document that it names;\n\
         - read its pages, docs/book/src/providers/{name}.md and docs/book/src/production/{name}.md, and say there what nobody asked;\n\
         - cargo xtask api --bless, which lists its public API;\n\
         - cargo xtask ci, and commit."
    )
}

pub(super) fn prove_steps(workspace: &Workspace, report: &mut Report) {
    report.step("new-provider", || prove(workspace));
}

/// Scaffolds two invented providers in a copy of the workspace and asks of them there what CI asks of all: of their crates,
/// and of their pages in the book.
fn prove(workspace: &Workspace) -> Result<Outcome> {
    let folder = workspace.target().join("xtask/new-provider");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    println!("copying the workspace");
    playground::copy(&workspace.root(), &folder)?;
    let crates = playground::scaffold(&folder)?;
    let target = workspace.target();
    let cargo =
        |args: &[&str]| Run::cargo(&folder, args).unseen_env("CARGO_TARGET_DIR", &target.to_string_lossy());
    let names: Vec<&str> = playground::INVENTED.iter().map(|(name, _)| *name).collect();
    let of_them = |fixed: &[&'static str], rest: &[&'static str]| -> Vec<String> {
        let packages = names.iter().flat_map(|name| ["-p", name]);
        fixed.iter().copied().chain(packages).chain(rest.iter().copied()).map(str::to_owned).collect()
    };
    let borrowed = |words: &[String]| -> Result<bool> {
        cargo(&words.iter().map(String::as_str).collect::<Vec<_>>()).loudly()
    };

    let formatted = borrowed(&of_them(&["fmt"], &["-p", "oauth-docs"]))?;
    anyhow::ensure!(formatted, "what was written is not Rust, see above");
    // The Rust of their pages, compiled with what their users have: doc tests of their own, in this copy only.
    for (name, _) in playground::INVENTED {
        playground::test_pages(&folder, name)?;
    }
    let mut lines = Vec::new();
    for one in &crates {
        let declared = scaffold::declared_lines(one)?;
        anyhow::ensure!(declared < 40, "{} is declared in {declared} lines, not in under 40", one.display());
        lines.push(declared);
    }
    // The first run makes the snapshots, the second holds against them.
    let args = of_them(&["test"], &[]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    for update in ["always", "no"] {
        let (ok, output) = cargo(&args).env("INSTA_UPDATE", update).loudly_kept()?;
        let results = TestResults::read(&output);
        anyhow::ensure!(ok && results.ran() > 0, "the tests of what was written do not pass: {results}");
    }
    let clippy = of_them(&["clippy", "--all-targets"], &["--", "-D", "warnings"]);
    anyhow::ensure!(borrowed(&clippy)?, "clippy has something to say, see above");
    let doc = of_them(&["doc", "--no-deps"], &[]);
    let doc = cargo(&doc.iter().map(String::as_str).collect::<Vec<_>>()).env("RUSTDOCFLAGS", "-D warnings");
    anyhow::ensure!(doc.loudly()?, "rustdoc has something to say, see above");

    let generator = |word: &str| -> Result<(bool, String)> {
        let ran = cargo(&["run", "--quiet", "-p", "oauth-docs", "--", word]).quietly()?;
        Ok((ran.ok, ran.stdout + &ran.stderr))
    };
    println!("writing their pages");
    for word in ["write", "check"] {
        let (ok, output) = generator(word)?;
        anyhow::ensure!(ok, "the book does not take them:\n{output}");
    }
    let table = std::fs::read_to_string(folder.join("docs/book/src/providers.md"))?;
    anyhow::ensure!(
        table.contains("[Acme Orders](providers/acme.md) | [Plainest](providers/plainest.md)")
            && table.contains("`https://login.acme.example/oauth2/token`"),
        "they are not in the comparison"
    );
    // A fault, planted: what the documentation's check is for.
    println!("planting a changed endpoint");
    playground::change(&folder, "crates/acme/src/site.rs", "/oauth2/token", "/oauth2/tokens")?;
    let (ok, output) = generator("check")?;
    for told in [
        "`https://login.acme.example/oauth2/tokens`, which does not occur in docs/provider-facts.md",
        "providers.md is not what the declarations say",
        "providers/acme.md is not what the declarations say",
        "mend: cargo xtask docs",
    ] {
        anyhow::ensure!(
            !ok && output.contains(told),
            "a changed endpoint is not told with {told:?}:\n{output}"
        );
    }
    playground::change(&folder, "crates/acme/src/site.rs", "/oauth2/tokens", "/oauth2/token")?;

    let copied = Workspace::around(&folder)?;
    let mut found = Picture::of(&copied)?.breaches();
    for name in &names {
        found.extend(tidy::of_crate(&copied, name)?);
    }
    Ok(finding::outcome(&found, "cargo xtask new-provider --prove", || {
        let told: Vec<String> =
            names.iter().zip(&lines).map(|(name, lines)| format!("{name} in {lines} lines")).collect();
        format!("declared, documented and green: {}", told.join(", "))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        let read = |args: &[&str]| Asked::read(&mut Parser::from_args(args));
        assert_eq!(read(&["--prove"]).unwrap(), Asked::Proof);
        let asked =
            read(&["acme", "--title", "Acme", "--pkce-source", "Guide | https://acme.example | 2026-11-20"]);
        let Asked::Provider { name, given } = asked.unwrap() else { panic!("it names a provider") };
        assert_eq!(name, "acme");
        assert_ne!(given, Given::default());
        let missing = read(&[]).unwrap_err().to_string();
        assert!(missing.contains("--authorize-url") && missing.contains("--answers"), "{missing}");
        assert!(read(&["acme", "more"]).is_err());
        assert!(read(&["acme", "--colour", "red"]).is_err());
    }
}
