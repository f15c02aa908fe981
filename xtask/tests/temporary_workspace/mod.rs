//! Temporary workspaces of empty crates, for real cargo.

use std::fs;
use std::path::{Path, PathBuf};

/// Creates a workspace with this name. Each crate comes with the rest of its manifest: keys of `[package]`,
/// then tables.
pub(crate) fn workspace(name: &str, crates: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root).expect("remove the folder of an earlier run");
    }
    fs::create_dir_all(&root).expect("create the folder");
    let roles: String = crates.iter().map(|(name, _)| format!("{name} = \"{}\"\n", role(name))).collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\
         [workspace.lints.rust]\nunsafe_code = \"forbid\"\n[workspace.metadata.roles]\n{roles}"
    );
    fs::write(root.join("Cargo.toml"), manifest).expect("write the manifest");
    for (name, rest) in crates {
        let home = root.join("crates").join(name);
        fs::create_dir_all(home.join("src")).expect("create the folder");
        fs::write(home.join("src/lib.rs"), "").expect("write the library");
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}");
        fs::write(home.join("Cargo.toml"), manifest).expect("write the manifest");
    }
    root
}

/// Test crates have the names and roles of real ones.
fn role(name: &str) -> &'static str {
    match name {
        "oauth-core" => "core",
        "cobot" | "go1" => "provider",
        "oauth-sandbox" => "sandbox",
        _ => "other",
    }
}
