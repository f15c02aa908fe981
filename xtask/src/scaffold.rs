//! A new provider: what is asked about it, and what is written from the answers.
//!
//! The files come from `xtask/templates/provider`, one template a file. What a person must know is in the answers, each
//! with the document in which it was read; nothing about the provider is in this program.

pub mod answers;
pub mod entries;
pub mod playground;
pub mod questions;
pub mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use answers::Answers;
use words::Words;

/// A file of the new crate: where it goes, its template, and when it is written at all.
struct Template {
    file: &'static str,
    text: &'static str,
    wanted: fn(&Words) -> bool,
}

macro_rules! template {
    ($file:literal, $wanted:expr) => {
        Template {
            file: $file,
            text: include_str!(concat!("../templates/provider/", $file, ".jinja")),
            wanted: $wanted,
        }
    };
    ($file:literal) => {
        template!($file, |_| true)
    };
}

const TEMPLATES: &[Template] = &[
    template!("Cargo.toml"),
    template!("CHANGELOG.md"),
    template!("README.md"),
    template!("src/lib.rs"),
    template!("src/provider.rs"),
    template!("src/scheme.rs", |words| words.own_scheme.is_some()),
    template!("src/scope.rs", |words| !words.scopes.is_empty()),
    template!("src/site.rs"),
    template!("src/sources.rs", |words| words.facts),
    template!("src/api.rs"),
    template!("src/api/me.rs"),
    template!("tests/replies/token.json"),
    template!("tests/wire.rs"),
    template!("tests/sandbox.rs"),
    template!("examples/connect.rs"),
];

const FACTS: &str = include_str!("../templates/provider/facts.md.jinja");

/// What the book needs to know: where each goes, with `NAME` for the provider's, and its template.
const BOOK: [(&str, &str); 3] = [
    ("crates/oauth-docs/src/providers/NAME.rs", include_str!("../templates/provider/docs/portrait.rs.jinja")),
    ("docs/book/src/providers/NAME.md", include_str!("../templates/provider/docs/page.md.jinja")),
    ("docs/book/src/production/NAME.md", include_str!("../templates/provider/docs/production.md.jinja")),
];

/// The files of the declaration: what somebody reads to know how the provider differs. A header scheme of its own is a type
/// of its own.
pub const DECLARATION: [&str; 3] = ["src/provider.rs", "src/scope.rs", "src/site.rs"];

/// Writes the crate, its pages of the book, and the workspace's entries for both. Gives the crate's folder.
///
/// # Errors
/// When there is such a crate already, or something cannot be written.
pub fn write(root: &Path, answers: &Answers) -> Result<PathBuf> {
    let folder = root.join("crates").join(&answers.name);
    ensure!(!folder.exists(), "crates/{} is there already; choose another name or remove it", answers.name);
    // The vocabulary of sources: in a workspace without it, comments name them.
    let facts = root.join("crates/oauth-core/src/facts.rs").exists();
    let words = Words::of(answers, facts);
    let of_crate = TEMPLATES.iter().filter(|template| (template.wanted)(&words));
    let of_crate = of_crate.map(|template| (folder.join(template.file), template.text));
    let of_book = BOOK.iter().map(|(file, text)| (root.join(file.replace("NAME", &answers.name)), *text));
    for (path, template) in of_crate.chain(of_book) {
        let shown = path.display();
        let parent = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let text = render(template, &words).with_context(|| format!("the template of {shown}"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {shown}"))?;
    }
    for text in crate::tidy::licences::TEXTS {
        bring_along(root, &folder, text)?;
    }
    entries::add(root, &answers.name, answers.text("title"), &render(FACTS, &words)?)?;
    Ok(folder)
}

/// The licence's text, as the other crates have it: a link, where there are such.
fn bring_along(root: &Path, folder: &Path, text: &str) -> Result<()> {
    let to = folder.join(text);
    #[cfg(unix)]
    let done = {
        let _ = root;
        std::os::unix::fs::symlink(Path::new("../..").join(text), &to)
    };
    #[cfg(not(unix))]
    let done = fs::copy(root.join(text), &to).map(drop);
    done.with_context(|| format!("cannot write {}", to.display()))
}

fn render(template: &str, words: &Words) -> Result<String> {
    let mut environment = Environment::new();
    let lines =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(lines);
    // A word that there is not is a mistake, and Rust is not HTML.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    Ok(environment.render_str(template, Serde(words))?)
}

/// How many lines declare the provider, without blank lines, comments and imports.
///
/// # Errors
/// When a file cannot be read.
pub fn declared_lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for file in DECLARATION.iter().map(|file| folder.join(file)).filter(|file| file.exists()) {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut importing = false;
        for line in text.lines().map(str::trim) {
            importing |= line.starts_with("use ");
            lines += usize::from(!importing && !line.is_empty() && !line.starts_with("//"));
            importing &= !line.ends_with(';');
        }
    }
    Ok(lines)
}
