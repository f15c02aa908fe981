//! Checks the files of `cargo xtask new-provider` in a copy of this workspace with cargo, rustfmt, layering
//! and tidy. `cargo xtask new-provider --prove`, part of `ci --full`, compiles and tests them.

use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::diagnostic::Diagnostic;
use xtask::layering::CrateGraph;
use xtask::scaffold::{self, workspace_copy};
use xtask::snapshots::secrets;
use xtask::tidy;
use xtask::workspace::Workspace;

#[test]
fn sample_providers_pass_workspace_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask has a parent folder");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-provider");
    fs::create_dir_all(&folder).expect("create the folder");
    workspace_copy::copy(root, &folder).expect("copy this workspace");
    let crates = workspace_copy::scaffold(&folder).expect("complete answers");

    for one in &crates {
        for entry in ["src/lib.rs", "tests/wire.rs", "tests/sandbox.rs", "examples/connect.rs"] {
            let rustfmt = Command::new("rustfmt")
                .args(["--edition", "2024", "--config-path"])
                .arg(&folder)
                .arg(one.join(entry))
                .output()
                .expect("rustfmt starts");
            assert!(rustfmt.status.success(), "{entry}: {}", String::from_utf8_lossy(&rustfmt.stderr));
        }
        let lines = scaffold::declared_lines(one).expect("it was written");
        assert!((15..40).contains(&lines), "{}: {lines} lines", one.display());
        let page = fs::read_to_string(one.join("README.md")).expect("it was written");
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected = [
            "Register the app",
            "Connect",
            "Callback",
            "Tokens",
            "Call the API",
            "Quirks",
            "Limits",
            "Links",
        ];
        assert_eq!(headings, expected);
        let reply = fs::read_to_string(one.join("tests/replies/token.json")).expect("it was written");
        assert!(!secrets::find_marked(&reply).is_empty(), "the fixture must use marked secrets");

        // Its pages, and their entries in the book.
        let name = one.file_name().expect("a crate's folder").to_string_lossy();
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect("it is in the copy");
        let page = read(&format!("docs/book/src/providers/{name}.md"));
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, expected.into_iter().chain(["Changed since"]).collect::<Vec<_>>());
        for part in ["facts", "calls"] {
            assert!(
                page.contains(&format!("<!-- generated: {part} {name} -->\n<!-- end -->")),
                "{part}: {page}"
            );
        }
        let live = read(&format!("docs/book/src/production/{name}.md"));
        assert!(
            live.contains(&format!("<!-- generated: hosts {name} -->")) && !live.contains("\n\n\n"),
            "{live}"
        );
        for (file, line) in [
            ("docs/book/src/SUMMARY.md", format!("](providers/{name}.md)")),
            ("docs/book/src/SUMMARY.md", format!("](production/{name}.md)")),
            ("crates/oauth-docs/src/providers.rs", format!("    {name}::portrait,")),
            ("crates/oauth-docs/Cargo.toml", format!("{name} = {{ workspace = true")),
            ("tests/src/lib.rs", format!("= \"providers/{name}.md\",")),
        ] {
            assert!(read(file).contains(&line), "{file} has no {line}");
        }
    }

    let copied = Workspace::around(&folder).expect("cargo reads the copy");
    let mut found = CrateGraph::of(&copied).expect("cargo resolves the copy").violations();
    for (name, _) in workspace_copy::SAMPLE_PROVIDERS {
        found.extend(tidy::of_crate(&copied, name).expect("it is a member"));
    }
    let texts: Vec<String> = found.iter().map(Diagnostic::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));

    // The layering rules apply between the two as well.
    let manifest = crates[0].join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("it was written");
    fs::write(
        &manifest,
        text.replace("[dev-dependencies]", "plainest.workspace = true\n\n[dev-dependencies]"),
    )
    .expect("write the manifest");
    let with_error = Workspace::around(&folder).expect("cargo reads the copy");
    let found = CrateGraph::of(&with_error).expect("cargo resolves the copy").violations();
    assert!(found.iter().any(|one| one.message.contains("`acme` depends on `plainest`")), "{found:?}");
}
