//! Scaffolding of a new provider crate.
//!
//! The files are rendered from `xtask/templates/provider`, one template per file. All facts about the
//! provider come from the answers, each with its source document.

pub mod answers;
pub mod entries;
pub mod questions;
pub mod template_context;
pub mod workspace_copy;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use answers::Answers;
use template_context::TemplateContext;

/// A file of the new crate: its path, its template, and the condition for writing it.
struct Template {
    file: &'static str,
    text: &'static str,
    condition: fn(&TemplateContext) -> bool,
}

macro_rules! template {
    ($file:literal, $condition:expr) => {
        Template {
            file: $file,
            text: include_str!(concat!("../templates/provider/", $file, ".jinja")),
            condition: $condition,
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
    template!("src/scheme.rs", |context| context.custom_scheme.is_some()),
    template!("src/scope.rs", |context| !context.scopes.is_empty()),
    template!("src/site.rs"),
    template!("src/api.rs"),
    template!("src/api/me.rs"),
    template!("tests/replies/token.json"),
    template!("tests/wire.rs"),
    template!("tests/sandbox.rs"),
    template!("examples/connect.rs"),
];

const FACTS: &str = include_str!("../templates/provider/facts.toml.jinja");

/// Files for the book: path (`NAME` is the provider's name) and template.
const BOOK: [(&str, &str); 3] = [
    ("crates/oauth-docs/src/providers/NAME.rs", include_str!("../templates/provider/docs/portrait.rs.jinja")),
    ("docs/book/src/providers/NAME.md", include_str!("../templates/provider/docs/page.md.jinja")),
    ("docs/book/src/production/NAME.md", include_str!("../templates/provider/docs/production.md.jinja")),
];

/// Files that declare how the provider differs from the standard. A custom header scheme has its own file.
pub const DECLARATION: [&str; 3] = ["src/provider.rs", "src/scope.rs", "src/site.rs"];

/// Writes the crate, its book pages and the workspace entries. Returns the crate's folder.
///
/// # Errors
/// If the crate exists already, or a file cannot be written.
pub fn write(root: &Path, answers: &Answers) -> Result<PathBuf> {
    let folder = root.join("crates").join(&answers.name);
    ensure!(!folder.exists(), "crates/{} already exists; choose another name or remove it", answers.name);
    let context = TemplateContext::of(answers);
    let of_crate = TEMPLATES.iter().filter(|template| (template.condition)(&context));
    let of_crate = of_crate.map(|template| (folder.join(template.file), template.text));
    let of_book = BOOK.iter().map(|(file, text)| (root.join(file.replace("NAME", &answers.name)), *text));
    for (path, template) in of_crate.chain(of_book) {
        let shown = path.display();
        let parent = path.parent().context("the path has no parent")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let text = render(template, &context).with_context(|| format!("cannot render {shown}"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {shown}"))?;
    }
    for text in crate::tidy::licences::TEXTS {
        add_licence(root, &folder, text)?;
    }
    entries::add(root, &answers.name, answers.text("title"), &render(FACTS, &context)?)?;
    Ok(folder)
}

/// Adds a licence text: a symbolic link on Unix, as in the other crates, else a copy.
fn add_licence(root: &Path, folder: &Path, text: &str) -> Result<()> {
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

fn render(template: &str, context: &TemplateContext) -> Result<String> {
    let mut environment = Environment::new();
    let lines =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(lines);
    // An undefined variable is an error; Rust needs no HTML escaping.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    Ok(environment.render_str(template, Serde(context))?)
}

/// Number of lines that declare the provider, without blank lines, comments and imports.
///
/// # Errors
/// If a file cannot be read.
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
