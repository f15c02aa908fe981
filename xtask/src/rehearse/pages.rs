//! The documentation as docs.rs would build it: from the package, with the settings that it asks for.

use std::fs;

use anyhow::Result;

use super::Stage;
use super::packages::{self, Packages};
use crate::api;
use crate::report::Outcome;

/// A page, and what must be on it: that something is there with a feature only.
const MARKED: (&str, &str) = ("oauth_core/connections/index.html", "crate feature");

pub(super) fn rehearse(stage: &Stage, packages: &Packages) -> Result<Outcome> {
    let output = stage.folder.join("pages");
    let mut args = vec!["doc", "--quiet", "--no-deps", "--lib"];
    let asks = |name: &&str| {
        let manifest = packages.folder(name).map(|folder| folder.join("Cargo.toml"));
        manifest.is_ok_and(|path| {
            fs::read_to_string(path).is_ok_and(|text| text.contains("[package.metadata.docs.rs]"))
        })
    };
    let names: Vec<&str> = packages.names().into_iter().filter(asks).collect();
    args.extend(names.iter().flat_map(|name| ["--package", name]));
    args.push("--all-features");
    println!("documenting {} with all features", names.join(", "));
    let run = api::as_nightly(stage.cargo(packages::FOLDER, &args), &output)?
        .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
    let shown = run.to_string();
    if !run.loudly()? {
        return Ok(Outcome::failed("the documentation cannot be built as docs.rs does, see above", shown));
    }
    let (page, mark) = MARKED;
    let text = fs::read_to_string(output.join(page)).unwrap_or_default();
    Ok(if text.contains(mark) {
        Outcome::passed(format!("{}, with the features shown", names.join(", ")))
    } else {
        Outcome::failed(
            format!("{page} does not say which feature it needs"),
            "`all-features` and `--cfg docsrs` under [package.metadata.docs.rs], feature(doc_cfg) in lib.rs",
        )
    })
}
