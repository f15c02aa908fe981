//! Checks the links of the built book with its API documentation, and of the repository's Markdown files.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use scraper::{Html, Selector};

/// The result of a link check.
#[derive(Debug, Default)]
pub struct LinkReport {
    /// Dead links, each with its page.
    pub dead: Vec<String>,
    /// Number of links checked.
    pub links: usize,
    /// Number of pages.
    pub pages: usize,
}

/// Follows every link of the built book in `folder` that stays inside it, to its page and its anchor.
///
/// # Errors
/// If there is no book, or a page cannot be read.
pub fn of_book(folder: &Path) -> Result<LinkReport> {
    let mut pages = Vec::new();
    html(folder, folder, &mut pages)?;
    ensure!(!pages.is_empty(), "there is no book in {}", folder.display());
    let anchors = Anchors { folder, known: RefCell::default() };
    let mut report = LinkReport { pages: pages.len(), ..LinkReport::default() };
    let selector = |text: &str| Selector::parse(text).map_err(|error| anyhow::anyhow!("{text}: {error}"));
    let (links, loads) = (selector("a[href]")?, selector("[src], link[href]")?);
    for page in pages {
        let text = fs::read_to_string(folder.join(&page))?;
        let document = Html::parse_document(&text);
        let mut targets: BTreeSet<String> =
            document.select(&links).filter_map(|link| link.attr("href")).map(str::to_owned).collect();
        for element in document.select(&loads) {
            let target = element.attr("src").or_else(|| element.attr("href")).unwrap_or_default();
            // The book must work without a network.
            if target.starts_with("http:") || target.starts_with("https:") || target.starts_with("//") {
                report
                    .dead
                    .push(format!("{}: loads {target}, which is not part of the book", page.display()));
            } else if !target.starts_with("data:") {
                targets.insert(target.to_owned());
            }
        }
        for target in targets.iter().filter(|target| is_inside(target)) {
            report.links += 1;
            if let Some(error) = anchors.error_of(&page, target)? {
                report.dead.push(format!("{}: {target}: {error}", page.display()));
            }
        }
    }
    Ok(report)
}

/// The pages of the book without the API documentation, which rustdoc checks.
fn html(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let below = path.strip_prefix(root).unwrap_or(&path);
        if path.is_dir() {
            if below != Path::new("api") {
                html(root, &path, found)?;
            }
        // 404.html is served at any path, print.html repeats all pages, and toc.html is a stub.
        } else if below.extension().is_some_and(|end| end == "html")
            && !["404.html", "print.html", "toc.html"].iter().any(|name| below == Path::new(name))
        {
            found.push(below.to_owned());
        }
    }
    found.sort();
    Ok(())
}

fn is_inside(target: &str) -> bool {
    let scheme = target.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    });
    !scheme && !target.starts_with("//") && !target.is_empty()
}

/// The anchors of each linked page.
struct Anchors<'a> {
    folder: &'a Path,
    known: RefCell<BTreeMap<PathBuf, BTreeSet<String>>>,
}

impl Anchors<'_> {
    /// The error of a link, if it is dead.
    fn error_of(&self, page: &Path, target: &str) -> Result<Option<String>> {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = path.split('?').next().unwrap_or_default();
        let mut file = if path.is_empty() {
            page.to_owned()
        } else {
            let base = page.parent().unwrap_or(Path::new(""));
            let Some(file) = normalized(&base.join(decoded(path))) else {
                return Ok(Some("it leaves the book".to_owned()));
            };
            file
        };
        if self.folder.join(&file).is_dir() {
            file = file.join("index.html");
        }
        if !self.folder.join(&file).is_file() {
            return Ok(Some("there is no such page".to_owned()));
        }
        if anchor.is_empty() || file.extension().is_none_or(|end| end != "html") {
            return Ok(None);
        }
        let mut known = self.known.borrow_mut();
        if !known.contains_key(&file) {
            let document = Html::parse_document(&fs::read_to_string(self.folder.join(&file))?);
            let ids =
                document.tree.values().filter_map(|node| Some(node.as_element()?.id()?.to_owned())).collect();
            known.insert(file.clone(), ids);
        }
        let exists = known.get(&file).is_some_and(|ids| ids.contains(&decoded(anchor)));
        Ok((!exists).then(|| "the page has no such anchor".to_owned()))
    }
}

/// The path without `.` and `..`, or `None` if it leaves its root.
fn normalized(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::Normal(name) => out.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// Decodes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let hex = more.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The Markdown files that git lists, or all below `root` outside a repository.
///
/// # Errors
/// If git or a folder cannot be read.
pub fn markdown_of(root: &Path) -> Result<Vec<PathBuf>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
    let listed = std::process::Command::new("git")
        .args(args)
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    let files: BTreeSet<PathBuf> = String::from_utf8_lossy(&listed.stdout)
        .lines()
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect();
    if !files.is_empty() {
        return Ok(files.into_iter().collect());
    }
    let all = crate::pages::markdown(root)?;
    all.into_iter().map(|path| Ok(path.strip_prefix(root)?.to_owned())).collect()
}

/// Checks the links of Markdown files to files of the repository. Rust paths are left to rustdoc.
///
/// # Errors
/// If a file cannot be read.
pub fn of_repository(root: &Path, files: &[PathBuf]) -> Result<LinkReport> {
    let mut report = LinkReport { pages: files.len(), ..LinkReport::default() };
    for file in files {
        let text =
            fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
        for event in Parser::new(&text) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else {
                continue;
            };
            let (path, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            if path.is_empty() || !is_inside(&dest_url) || path.contains("::") || !path.contains(['/', '.']) {
                continue;
            }
            report.links += 1;
            let target = normalized(&file.parent().unwrap_or(Path::new("")).join(decoded(path)));
            let Some(target) = target.map(|target| root.join(target)).filter(|target| target.exists()) else {
                report.dead.push(format!("{}: {dest_url}: there is no such file", file.display()));
                continue;
            };
            let is_markdown = target.extension().is_some_and(|end| end == "md");
            if is_markdown && !anchor.is_empty() && !headings(&fs::read_to_string(target)?).contains(anchor) {
                report.dead.push(format!("{}: {dest_url}: the page has no such heading", file.display()));
            }
        }
    }
    Ok(report)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_inside_excludes_other_sites() {
        for (target, inside) in [
            ("page.html", true),
            ("../api/go1/index.html#x", true),
            ("#anchor", true),
            ("https://example.com", false),
            ("mailto:a@example.com", false),
            ("//example.com/x", false),
        ] {
            assert_eq!(is_inside(target), inside, "{target}");
        }
    }

    #[test]
    fn headings_become_anchors() {
        let found = headings("# A `b` — c\n\ntext\n\n## 1. D_e\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["1-d_e", "a-b--c"]);
    }

    #[test]
    fn normalized_removes_dots() {
        assert_eq!(normalized(Path::new("a/../b/./c.html")), Some(PathBuf::from("b/c.html")));
        assert_eq!(normalized(Path::new("../x")), None);
        assert_eq!(decoded("a%20b%"), "a b%");
    }
}
