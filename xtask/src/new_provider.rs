//! `cargo xtask new-provider`: copies the crate in `xtask/template`, which CI compiles and tests, and adds
//! the copy to the workspace and the book.

use anyhow::{Context as _, Result, ensure};
use xshell::{Shell, cmd};

use crate::report::{Outcome, Report};
use crate::run;
use crate::workspace::Workspace;

const TEMPLATE: &str = "xtask/template/";

/// Files of the template that belong to the book.
const BOOK_FILES: [(&str, &str); 5] = [
    ("book/page.txt", "docs/book/src/providers/acme.md"),
    ("book/calls.txt", "docs/book/src/providers/acme-calls.md"),
    ("book/api.toml", "docs/api/acme.toml"),
    ("book/production.txt", "docs/book/src/production/acme.md"),
    ("book/portrait.txt", "crates/oauth-docs/src/providers/acme.rs"),
];

/// Lines to add after the last line that contains a text: file, text, line.
#[rustfmt::skip] // one per line
const ENTRIES: [(&str, &str, &str); 9] = [
    ("Cargo.toml", " = { path = \"crates/", "acme = { path = \"crates/acme\", version = \"0.1.0\", default-features = false }"),
    ("crates/oauth-docs/Cargo.toml", "gocd = ", "acme = { workspace = true, features = [\"rustls\"] }"),
    ("crates/oauth-docs/src/providers.rs", "mod gocd;", "mod acme;"),
    ("crates/oauth-docs/src/providers.rs", "::portrait,", "    acme::portrait,"),
    ("docs/book/src/SUMMARY.md", "](providers/", "  - [Acme Orders](providers/acme.md)"),
    ("docs/book/src/SUMMARY.md", "](providers/", "    - [API calls](providers/acme-calls.md)"),
    ("docs/book/src/SUMMARY.md", "](production/", "  - [Acme Orders](production/acme.md)"),
    ("tests/Cargo.toml", "gocd = ", "acme = { workspace = true, features = [\"rustls\"] }"),
    ("tests/src/lib.rs", " = \"providers/", "        Acme = \"providers/acme.md\","),
];

/// Writes the crate, runs its tests, and generates its parts of the book.
pub(crate) fn steps(workspace: &Workspace, name: &str, title: &str, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    ensure!(!shell.path_exists(format!("crates/{name}")), "crates/{name} exists; choose another name");
    report.step("write", || {
        scaffold(workspace, shell, name, title)?;
        Ok(Outcome::Passed(format!("crates/{name}")))
    });
    if report.is_clean() {
        report.step("first run", || run::tests(cmd!(shell, "cargo test -p {name}")));
        let write = cmd!(shell, "cargo run --quiet -p oauth-docs -- write");
        report.command("book", &write, "cargo xtask docs");
        println!(
            "\nThe crate declares {name}.example. Next, with the provider's documents at hand:\n\
             - replace each URL, scope and setting in crates/{name}, its tests included, and name its source;\n\
             - do the same in docs/provider-facts.toml, docs/api/{name}.toml and docs/book/src/{{providers,production}}/{name}.md;\n\
             - run `cargo xtask snapshots`, and compare each request with the document it names;\n\
             - add the crate and its types to tests/downstream;\n\
             - run `cargo xtask ci` and commit."
        );
    }
    Ok(())
}

/// Copies the template into the workspace of the shell.
fn scaffold(workspace: &Workspace, shell: &Shell, name: &str, title: &str) -> Result<()> {
    let renamed = renamer(name, title)?;
    for file in workspace.files()?.iter().filter_map(|file| file.strip_prefix(TEMPLATE)) {
        let text = workspace.read(&format!("{TEMPLATE}{file}"))?;
        let book_file = BOOK_FILES.iter().find(|(from, _)| *from == file).map(|(_, to)| (*to).to_owned());
        if file == "book/facts.toml" {
            let to = "docs/provider-facts.toml";
            let facts = shell.read_file(to)?;
            shell.write_file(to, format!("{}\n\n{}", facts.trim_end(), renamed(&text)))?;
        } else if !file.starts_with("LICENSE-") {
            let to = book_file.unwrap_or_else(|| format!("crates/acme/{file}"));
            shell.write_file(renamed(&to), renamed(&text))?;
        }
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        cmd!(shell, "ln -s ../../{licence} crates/{name}/{licence}").quiet().run()?;
    }
    for (file, similar, line) in ENTRIES {
        let (text, line) = (shell.read_file(file)?, renamed(line));
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.iter().rposition(|line| line.contains(similar));
        lines.insert(last.with_context(|| format!("{file} has no line with `{similar}`"))? + 1, &line);
        shell.write_file(file, lines.join("\n") + "\n")?;
    }
    // The order of imports depends on the name.
    cmd!(shell, "cargo fmt -p {name} -p oauth-docs").quiet().run()?;
    Ok(())
}

/// Replaces the names of the template: `acme`, the type `Acme`, and the title `Acme Orders`.
fn renamer(name: &str, title: &str) -> Result<impl Fn(&str) -> String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    ensure!(
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() > 1 && name.chars().all(is_name),
        "a provider's name must consist of lower-case letters and digits, such as gocd"
    );
    let type_name: String = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|word| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)))
        .collect();
    ensure!(
        type_name.starts_with(|c: char| c.is_ascii_uppercase()) && !title.contains(['"', '\\', '`']),
        "a title must begin with a letter and have no quotes, such as \"Cohort Go\""
    );
    let taken = ["App", "Client", "ClientBuilder", "Endpoint", "Error", "Scope", "Scopes", "Site", "Token"];
    ensure!(
        !taken.contains(&type_name.as_str()),
        "`{type_name}` is a type of every provider crate; choose another title"
    );
    let (name, title) = (name.to_owned(), title.to_owned());
    Ok(move |text: &str| {
        text.replace("publish = false\n", "")
            .replace(TEMPLATE, &format!("crates/{name}/"))
            .replace("Acme Orders", &title)
            .replace("Acme", &type_name)
            .replace("acme", &name)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{layering, tidy};

    /// Copies the files of this workspace to a folder and adds a provider there.
    fn copy_with_sample(folder: &Path) -> Workspace {
        let workspace = Workspace::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let shell = Shell::new().unwrap();
        shell.remove_path(folder).unwrap();
        for file in workspace.files().unwrap() {
            let to = folder.join(&file);
            shell.create_dir(to.parent().unwrap()).unwrap();
            shell.copy_file(workspace.root().join(&file), to).unwrap();
        }
        // A link to a folder, which the list of files leaves out.
        std::os::unix::fs::symlink("../../docs/api", folder.join("crates/oauth-cli/api")).unwrap();
        shell.change_dir(folder);
        // To list its files.
        cmd!(shell, "git init --quiet").run().unwrap();
        scaffold(&workspace, &shell, "sample", "Sample Shop").unwrap();
        Workspace::around(folder).unwrap()
    }

    #[test]
    fn renames_template() {
        let renamed = renamer("cohortgo", "Cohort Go").unwrap();
        assert_eq!(
            renamed(
                "publish = false\nuse acme::Acme; // Acme Orders, https://acme.example, xtask/template/src"
            ),
            "use cohortgo::CohortGo; // Cohort Go, https://cohortgo.example, crates/cohortgo/src"
        );
        for (name, title) in
            [("Acme", "Acme"), ("a", "Acme"), ("1acme", "Acme"), ("acme", "24/7"), ("acme", "Client")]
        {
            assert!(renamer(name, title).is_err(), "{name} {title}");
        }
    }

    #[test]
    fn sample_provider_passes_workspace_checks() {
        let folder = tempfile::tempdir().unwrap();
        let copied = copy_with_sample(folder.path());
        assert_eq!(layering::violations(&copied).unwrap(), []);
        assert_eq!(tidy::publishing(&copied).unwrap(), []);
        let read = |file: &str| copied.read(file).unwrap();
        assert!(copied.clients().contains(&"sample"));
        assert!(read("crates/sample/src/lib.rs").contains("pub use provider::SampleShop;"));
        assert!(read("docs/book/src/providers/sample.md").starts_with("# Sample Shop\n"));
        assert!(read("docs/book/src/SUMMARY.md").contains("  - [Sample Shop](production/sample.md)"));
        assert!(read("docs/provider-facts.toml").contains("\nprovider = \"sample\"\n"));
        assert!(read("crates/oauth-docs/src/providers.rs").contains("    sample::portrait,"));
        let found = tidy::provider_facts(&copied).unwrap();
        assert!(found.iter().all(|one| one.message.contains("sample.example")), "{found:?}");

        let facts = read("docs/provider-facts.toml").replace("provider = \"sample\"", "provider = \"cobot\"");
        copied.shell.write_file("docs/provider-facts.toml", facts).unwrap();
        let found = tidy::provider_facts(&copied).unwrap();
        let missing = found.last().unwrap();
        assert!(
            missing.message.contains("only 5 have entries") && missing.help.contains("portrait"),
            "{found:?}"
        );
    }

    #[test]
    #[ignore = "compiles a copy of the book's generator: `cargo xtask ci --full` runs it"]
    fn sample_provider_and_its_book_pass_their_tests() {
        let target = Workspace::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap().target().to_owned();
        let copied = copy_with_sample(&target.join("xtask/new-provider"));
        let shell = &copied.shell;
        shell.set_var("CARGO_TARGET_DIR", target);
        cmd!(shell, "cargo test -p sample").run().unwrap();
        for word in ["write", "check"] {
            cmd!(shell, "cargo run --quiet -p oauth-docs -- {word}").run().unwrap();
        }
    }
}
