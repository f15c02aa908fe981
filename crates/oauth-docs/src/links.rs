//! Checks the links of Markdown files: to files and headings, and from the book to the API documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::PAGES;
use crate::pages::markdown;

/// The result of a link check.
#[derive(Debug, Default)]
pub struct LinkReport {
    /// Dead links, each with its file and the remedy.
    pub dead: Vec<String>,
    /// Number of links checked.
    pub links: usize,
    /// Number of files.
    pub files: usize,
}

/// Checks every Markdown file below `root`, except the book's links to the API documentation.
///
/// # Errors
/// If a file cannot be read.
pub fn of_repository(root: &Path) -> Result<LinkReport> {
    check(root, root, None)
}

/// Checks the book's pages with the built book, which has the API documentation in its folder `api`.
///
/// # Errors
/// If there is no book, or a file cannot be read.
pub fn of_book(root: &Path, built: &Path) -> Result<LinkReport> {
    let index = fs::read_to_string(built.join("index.html"));
    let index = index.with_context(|| format!("there is no book in {}", built.display()))?;
    ensure!(built.join("api").is_dir(), "there is no API documentation in {}", built.display());
    let mut report = check(root, &root.join(PAGES), Some(built))?;
    // The book must work without a network.
    if ["src=\"http", "src=\"//", "rel=\"stylesheet\" href=\"http"].iter().any(|load| index.contains(load)) {
        report
            .dead
            .push("the book loads something from another host\n  help: see docs/book/book.toml".to_owned());
    }
    Ok(report)
}

fn check(root: &Path, folder: &Path, built: Option<&Path>) -> Result<LinkReport> {
    let mut report = LinkReport::default();
    for path in markdown(folder)? {
        report.files += 1;
        let file = path.strip_prefix(root)?;
        for target in targets(&text_of(&path)?) {
            report.links += 1;
            if let Some(error) = error_of(root, file, &target, built)? {
                report.dead.push(format!("{}: {target}: {error}\n  help: correct the link", file.display()));
            }
        }
    }
    Ok(report)
}

/// The text of a file; the included file, if it is a page that consists of an include.
fn text_of(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path)?;
    let included = text.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
    let Some(included) = included else { return Ok(text) };
    fs::read_to_string(path.with_file_name(included))
        .with_context(|| format!("{}: {included}", path.display()))
}

/// The targets of links and images, and of the attributes `href` and `src`, except links to other sites.
fn targets(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                found.insert(dest_url.into_string());
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let values = html.split_once("href=\"").or_else(|| html.split_once("src=\""));
                found.extend(
                    values.and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned()),
                );
            }
            _ => {}
        }
    }
    // Rustdoc checks Rust paths in READMEs; an e-mail address is no file.
    found.retain(|target| {
        !target.contains([':', '@']) && (target.contains(['/', '.']) || target.starts_with('#'))
    });
    found
}

/// The error of a link, if it is dead.
fn error_of(root: &Path, file: &Path, target: &str, built: Option<&Path>) -> Result<Option<&'static str>> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let linked = if path.is_empty() { Some(file.to_owned()) } else { normalized(&file.with_file_name(path)) };
    let Some(linked) = linked else { return Ok(Some("it leaves the repository")) };
    let mut linked_file = root.join(&linked);
    if file.starts_with(PAGES) {
        let Ok(page) = linked.strip_prefix(PAGES) else { return Ok(Some("it leaves the book")) };
        if page.starts_with("api") {
            let Some(built) = built else { return Ok(None) };
            linked_file = built.join(page);
        }
    }
    if !linked_file.exists() {
        return Ok(Some("there is no such file"));
    }
    let exists = match linked_file.extension().and_then(|end| end.to_str()) {
        _ if anchor.is_empty() => true,
        Some("md") => headings(&text_of(&linked_file)?).contains(anchor),
        Some("html") => fs::read_to_string(&linked_file)?.contains(&format!("id=\"{anchor}\"")),
        _ => true,
    };
    Ok((!exists).then_some("the page has no such heading or anchor"))
}

/// The path without `.` and `..`, or `None` if it leaves its root.
fn normalized(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !out.pop() => return None,
            Component::Normal(name) => out.push(name),
            _ => {}
        }
    }
    Some(out)
}

/// The anchors of a Markdown page's headings.
fn headings(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => found.extend(heading.take()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
                    heading.extend(kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }));
                }
            }
            _ => {}
        }
    }
    found
}
