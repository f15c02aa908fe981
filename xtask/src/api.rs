//! The public API of a library, one line per item, from rustdoc's JSON.

pub mod foreign;
pub mod names;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::Package;

use crate::program;
use crate::run::Run;
use crate::workspace::Workspace;

/// Set when cargo starts `xtask` in place of rustdoc to write JSON, see [`run_as_rustdoc`].
const OUTPUT: &str = "XTASK_RUSTDOC_OUTPUT";

/// Documents these libraries as JSON and lists the items of each, by package.
///
/// # Errors
/// If a crate does not compile, or `public-api` cannot read the JSON of this toolchain.
pub fn listings(workspace: &Workspace, packages: &[&Package]) -> Result<BTreeMap<String, String>> {
    let output = workspace.root().join("target").join("api");
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    document(workspace, &names, &output)?;
    let mut listings = BTreeMap::new();
    for name in names {
        listings.insert(name.to_owned(), listing(&output.join(format!("{}.json", name.replace('-', "_"))))?);
    }
    Ok(listings)
}

/// Uses the same features as `cargo xtask lint`, so that its build is reused.
fn document(workspace: &Workspace, names: &[&str], output: &Path) -> Result<()> {
    let features = workspace.features_for_tests();
    let of_these =
        |feature: &&str| feature.split_once('/').is_some_and(|(package, _)| names.contains(&package));
    let features: Vec<&str> = features.iter().map(String::as_str).filter(of_these).collect();
    let features = features.join(",");
    let mut args = vec!["doc", "--no-deps", "--lib", "--quiet", "--features", &features];
    args.extend(names.iter().flat_map(|name| ["--package", name]));
    let run = with_json_rustdoc(Run::cargo(&workspace.root(), &args), output)?
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json --cap-lints allow");
    println!("documenting {} as JSON (up to two minutes; seconds when little changed)", names.join(", "));
    let captured = run.capture()?;
    anyhow::ensure!(captured.ok, "rustdoc failed:\n{}", captured.stderr.trim_end());
    Ok(())
}

/// Makes this cargo run use `xtask` as rustdoc, with unstable features, and write its output to `output`.
///
/// # Errors
/// If the path of this program is unknown.
pub fn with_json_rustdoc(run: Run, output: &Path) -> Result<Run> {
    let ourselves = program::path().context("cannot determine the path of the xtask program")?;
    Ok(run.env("RUSTDOC", &ourselves.to_string_lossy()).env(OUTPUT, &output.to_string_lossy()))
}

/// Runs rustdoc with unstable features if cargo called this program in its place, and returns the exit code.
///
/// Rustdoc writes JSON only on nightly, or on stable with `RUSTC_BOOTSTRAP=1`. Setting that for all of cargo
/// would affect build scripts and rebuild every dependency, so only rustdoc gets it. The output goes to a
/// folder of this workspace, because the target directory may be shared.
#[must_use]
pub fn run_as_rustdoc() -> Option<std::process::ExitCode> {
    let output = std::env::var_os(OUTPUT)?;
    let mut args = std::env::args_os().skip(1);
    let mut command = std::process::Command::new("rustdoc");
    command.env("RUSTC_BOOTSTRAP", "1").env_remove(OUTPUT);
    while let Some(arg) = args.next() {
        let names_output = arg == "-o" || arg == "--out-dir";
        command.arg(arg);
        if names_output && args.next().is_some() {
            command.arg(&output);
        }
    }
    match command.status() {
        Ok(status) if status.success() => Some(std::process::ExitCode::SUCCESS),
        Ok(_) => Some(std::process::ExitCode::FAILURE),
        Err(error) => {
            eprintln!("error: cannot start rustdoc: {error}");
            Some(std::process::ExitCode::FAILURE)
        }
    }
}

fn listing(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .with_context(|| {
            format!(
                "cannot read {}: it is missing, or written by a rustdoc that `public-api` does not support\n\
                help: run `cargo clean --doc`, or update `public-api` in xtask/Cargo.toml with the toolchain",
                json.display()
            )
        })?;
    let items: Vec<String> = api.items().map(ToString::to_string).collect();
    anyhow::ensure!(!items.is_empty(), "{} contains no public item", json.display());
    Ok(items.join("\n"))
}
