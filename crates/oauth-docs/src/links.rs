//! Checks the links of Markdown files: to files and headings, and from the book to the API documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::PAGES;
use crate::pages::markdown;

/// The dead links of every Markdown file below `root`. `api` is the folder of the API documentation; without
/// it, the book's links to it are not checked.
pub(crate) fn dead(root: &Path, api: Option<&Path>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in markdown(root)? {
        let file = path.strip_prefix(root)?;
        for target in targets(&text_of(&path)?) {
            if let Some(error) = error_of(root, file, &target, api)? {
                found.push(format!("{}: {target}: {error}\n  help: correct the link", file.display()));
            }
        }
    }
    Ok(found)
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
                let value = html.split_once("href=\"").or_else(|| html.split_once("src=\""));
                found.extend(value.and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned())));
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
fn error_of(root: &Path, file: &Path, target: &str, api: Option<&Path>) -> Result<Option<&'static str>> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let mut linked = if path.is_empty() { root.join(file) } else { root.join(file).with_file_name(path) };
    if let Ok(page) = file.strip_prefix(PAGES) {
        // The built book has the API documentation in its folder `api`.
        let api_prefix = "../".repeat(page.components().count() - 1) + "api/";
        if let Some(in_api) = path.strip_prefix(&api_prefix) {
            let Some(api) = api else { return Ok(None) };
            linked = api.join(in_api);
        } else if linked.canonicalize().is_ok_and(|linked| !linked.starts_with(root.join(PAGES))) {
            return Ok(Some("it leaves the book"));
        }
    }
    if !linked.exists() {
        return Ok(Some("there is no such file"));
    }
    let exists = match linked.extension().and_then(|end| end.to_str()) {
        _ if anchor.is_empty() => true,
        Some("md") => headings(&text_of(&linked)?).contains(anchor),
        Some("html") => fs::read_to_string(&linked)?.contains(&format!("id=\"{anchor}\"")),
        _ => true,
    };
    Ok((!exists).then_some("the page has no such heading or anchor"))
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
