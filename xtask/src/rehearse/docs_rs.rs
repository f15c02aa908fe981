//! Builds the documentation as docs.rs does: from the package, with its docs.rs settings.

use std::fs;

use anyhow::Result;

use super::Rehearsal;
use super::packages::{self, Packages};
use crate::api;
use crate::report::Outcome;

/// A page, and the text that marks an item as available only with a feature.
const FEATURE_MARK: (&str, &str) = ("oauth_core/connections/index.html", "crate feature");

pub(super) fn rehearse(rehearsal: &Rehearsal, packages: &Packages) -> Result<Outcome> {
    let output = rehearsal.folder.join("pages");
    let mut args = vec!["doc", "--quiet", "--no-deps", "--lib"];
    let has_settings = |name: &&str| {
        let manifest = packages.folder(name).map(|folder| folder.join("Cargo.toml"));
        manifest.is_ok_and(|path| {
            fs::read_to_string(path).is_ok_and(|text| text.contains("[package.metadata.docs.rs]"))
        })
    };
    let names: Vec<&str> = packages.names().into_iter().filter(has_settings).collect();
    args.extend(names.iter().flat_map(|name| ["--package", name]));
    args.push("--all-features");
    println!("documenting {} with all features", names.join(", "));
    let run = api::with_unstable_rustdoc(rehearsal.cargo(packages::FOLDER, &args), &output)?
        .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
    let command = run.to_string();
    if run.run().is_err() {
        return Ok(Outcome::failed("building the documentation as docs.rs does failed, see above", command));
    }
    let (page, mark) = FEATURE_MARK;
    let text = fs::read_to_string(output.join(page)).unwrap_or_default();
    Ok(if text.contains(mark) {
        Outcome::Passed(format!("{}, with required features shown", names.join(", ")))
    } else {
        Outcome::failed(
            format!("{page} does not show the required feature"),
            "set `all-features` and `--cfg docsrs` under [package.metadata.docs.rs], and `feature(doc_cfg)` in lib.rs",
        )
    })
}
