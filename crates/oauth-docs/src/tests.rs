//! Books with one error each: the checks must find it and print a remedy.

use std::fs;
use std::path::Path;

use oauth_core::Dialect;
use tempfile::TempDir;

use crate::portrait::Fact;
use crate::provider_facts::{Entry, ProviderFacts};
use crate::{Book, PAGES, dialect, evidence, links, pages};

fn fact<'a>(book: &'a mut Book, provider: &str, key: &str) -> &'a mut Fact {
    let portrait = book.portraits.iter_mut().find(|portrait| portrait.name == provider).unwrap();
    portrait.facts.iter_mut().find(|fact| fact.key == key).unwrap()
}

/// The first entry about a subject.
fn entry<'a>(entries: &'a mut [Entry], subject: &str) -> &'a mut Entry {
    entries.iter_mut().find(|entry| entry.subject == subject).unwrap()
}

/// Asserts that these are the errors, by their first words, and that each has a remedy.
fn assert_errors(found: &[String], expected: &[&str]) {
    let matches = found.iter().zip(expected).all(|(found, expected)| {
        let help = found.lines().last().is_some_and(|line| line.starts_with("  help: "));
        found.starts_with(expected) && help
    });
    assert!(matches && found.len() == expected.len(), "{expected:#?} expected:\n{}", found.join("\n"));
}

fn assert_evidence_errors(change: impl FnOnce(&mut Book), expected: &[&str]) {
    let mut book = Book::read().unwrap();
    change(&mut book);
    assert_errors(&evidence::errors(&book), expected);
}

#[test]
fn repository_has_no_errors() {
    let book = Book::read().unwrap();
    assert_errors(&evidence::errors(&book), &[]);
    assert_errors(&pages::update(&book, false).unwrap(), &[]);
    assert_errors(&links::dead(&book.repository, None).unwrap(), &[]);
}

/// A new provider's author is asked for every setting.
#[test]
fn questions_name_every_setting() {
    let page = fs::read_to_string(Book::read().unwrap().pages.join("new-provider.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    for (key, _) in dialect::values(&Dialect::rfc6749()) {
        let setting = key.replace('-', "_");
        let named =
            |row: &&str| ["`", "::"].iter().any(|before| row.contains(&format!("{before}{setting}`")));
        assert!(rows.iter().any(named), "{setting}");
    }
}

#[test]
fn provider_pages_have_equal_headings() {
    let book = Book::read().unwrap();
    for folder in ["providers", "production"] {
        let headings = |name: &str| -> Vec<String> {
            let text = fs::read_to_string(book.pages.join(folder).join(format!("{name}.md"))).unwrap();
            text.lines().filter(|line| line.starts_with("## ")).map(str::to_owned).collect()
        };
        for portrait in book.portraits.iter().filter(|portrait| portrait.has_flow) {
            assert_eq!(headings(portrait.name), headings("cobot"), "{PAGES}/{folder}/{}.md", portrait.name);
        }
    }
}

#[test]
fn production_pages_list_every_host() {
    let book = Book::read().unwrap();
    for portrait in book.portraits.iter().filter(|portrait| portrait.has_flow) {
        let page = format!("production/{}.md", portrait.name);
        let text = fs::read_to_string(book.pages.join(&page)).unwrap();
        for url in portrait.facts.iter().flat_map(|fact| fact.value.split("`https://").skip(1)) {
            let host = url.split(['/', '`']).next().unwrap();
            assert!(text.contains(&format!("\n| `{host}` | ")), "{page} has no row for the host {host}");
        }
    }
}

#[test]
fn finds_changed_endpoint() {
    for (name, url) in [
        ("cohortgo", "https://portal.cohortgo.com/oauth2/token"),
        ("cobot", "https://www.cobot.me/oauth/access_token"),
        ("go1", "https://auth.go1.com/oauth/token"),
        ("gocd", "https://go.example.com:8154/go/oauth/token"),
    ] {
        let error =
            format!("{name}: token-url is `https://x.example`, but docs/provider-facts.toml says `{url}`");
        let change = |book: &mut Book| fact(book, name, "token-url").value = "`https://x.example`".to_owned();
        assert_evidence_errors(change, &[&error]);
    }
}

#[test]
fn finds_difference_without_source() {
    let book = Book::read().unwrap();
    for portrait in &book.portraits {
        for fact in portrait.facts.iter().filter(|fact| !fact.is_standard()) {
            let mut book = book.clone();
            book.facts.facts.retain(|entry| entry.provider != portrait.name || entry.subject != fact.key);
            let error = format!("{}: {} is declared (", portrait.name, fact.key);
            assert_errors(&evidence::errors(&book), &[&error]);
        }
    }
}

#[test]
fn finds_entries_about_nothing() {
    assert_evidence_errors(
        |book| entry(&mut book.facts.facts, "password-grant").subject = "pkce-grant".to_owned(),
        &[
            "cobot: password-grant is declared (yes) and has no source",
            "cobot: docs/provider-facts.toml has a source for pkce-grant, which nothing declares",
        ],
    );
    assert_evidence_errors(
        |book| entry(&mut book.facts.facts, "password-grant").provider = "go2".to_owned(),
        &[
            "cobot: password-grant is declared (yes) and has no source",
            "docs/provider-facts.toml has an entry for `password-grant` of `go2`",
        ],
    );
}

#[test]
fn finds_calls_that_the_list_lacks() {
    let go1 = |book: &mut Book| book.portraits.iter().position(|portrait| portrait.name == "go1").unwrap();
    assert_evidence_errors(
        |book| {
            let at = go1(book);
            book.portraits[at].calls.push("GET /x".to_owned());
        },
        &["go1: the call `GET /x` is not in the list"],
    );
    assert_evidence_errors(
        |book| {
            let at = go1(book);
            book.portraits[at].calls.retain(|call| call != "GET /me");
        },
        &["go1: nothing declares the call `GET /me`"],
    );
}

#[test]
fn finds_unsound_facts_file() {
    const FILE: &str = r#"compared = ["pkce"]
        names = { pkce = "PKCE" }
        documents.guide = { title = "Guide", url = "https://provider.example", read_on = "2026-11-21" }
        facts = [
            { provider = "sample", fact = "pkce", value = "sent", sources = [{ document = "guide" }] },
            { provider = "sample", fact = "scopes", value = "2", sources = [{ document = "guide" }] },
        ]"#;
    ProviderFacts::parse(FILE).unwrap();
    for (from, to, error) in [
        ("2026-11-21", "2026-02-30", "read_on"),
        ("[{ document = \"guide\" }]", "[]", "sample: pkce has no source"),
        ("{ document = \"guide\" }", "{ document = \"page\" }", "sample: pkce cites the undefined"),
        ("\"scopes\"", "\"pkce\"", "sample: pkce has two entries"),
        ("[\"pkce\"]", "[\"pcke\"]", "has no name"),
    ] {
        let found = ProviderFacts::parse(&FILE.replacen(from, to, 1)).unwrap_err();
        assert!(format!("{found:#}").contains(error), "{error:?} expected: {found:#}");
    }
}

/// A book whose pages are a copy, with one change.
fn changed(page: &str, from: &str, to: &str) -> (TempDir, Book) {
    let mut book = Book::read().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for path in pages::markdown(&book.pages).unwrap() {
        let copy = folder.path().join(path.strip_prefix(&book.pages).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
    book.pages = folder.path().to_owned();
    let path = book.pages.join(page);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{page} does not contain {from:?}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
    (folder, book)
}

#[test]
fn finds_stale_part_and_write_updates_it() {
    let (_folder, book) = changed("providers.md", "**never**", "on every token call");
    let error = "providers.md is out of date:\n  - | `redirect_uri`";
    assert_errors(&pages::update(&book, false).unwrap(), &[error]);
    pages::update(&book, true).unwrap();
    assert_errors(&pages::update(&book, false).unwrap(), &[]);
}

#[test]
fn changed_snapshot_makes_page_stale() {
    let (from, to) = ("grant_type=authorization-code", "grant_type=authorization_code");
    let (_folder, book) = changed("providers/gocd.md", from, to);
    let found = pages::update(&book, false).unwrap();
    assert_errors(&found, &["providers/gocd.md is out of date:"]);
    assert!(found[0].contains("\n  + grant_type=authorization-code\n  help: cargo xtask docs"), "{found:?}");
}

#[test]
fn changed_endpoint_makes_tables_stale() {
    let mut book = Book::read().unwrap();
    fact(&mut book, "go1", "token-url").value = "`https://login.go1.com/oauth/token`".to_owned();
    let found = pages::update(&book, false).unwrap();
    assert_errors(&found, &["providers/go1.md is", "providers.md is"]);
    assert!(found[0].contains("+ | Token endpoint | `https://login.go1.com/oauth/token` |"), "{found:?}");
}

#[test]
fn finds_missing_and_unknown_parts() {
    let error = |to: &str| {
        let (_folder, book) = changed("cli-reference.md", "<!-- generated: cli -->", to);
        format!("{:#}", pages::update(&book, false).unwrap_err())
    };
    let missing = error("");
    assert!(missing.contains("has the part cli\n  help: add"), "{missing}");
    let unknown = error("<!-- generated: command-line -->");
    assert!(unknown.contains("in cli-reference.md: there is no generated part `command-line`"), "{unknown}");
}

#[test]
fn finds_dead_links() {
    let folder = tempfile::tempdir().unwrap();
    let (root, api) = (folder.path(), folder.path().join("target/doc"));
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "README.md",
        "# A `b` — c\n\n## 1. D_e\n\n[a](#a-b--c) [a](gone.md) [b](https://example.com) [d](crate::Error)\n",
    );
    write("docs/facts.md", "[up](../README.md#1-d_e) [up](../README.md#x) ![image](gone.svg)");
    write(&format!("{PAGES}/facts.md"), "{{#include ../../facts.md}}\n");
    write(
        &format!("{PAGES}/index.md"),
        "[a](api/go1/index.html#method.at) [a](api/go1/index.html#method.with)\n\n<a href=\"api/gone.html\">a</a>",
    );
    write(
        &format!("{PAGES}/providers/go1.md"),
        "[a](../api/go1/index.html) [a](api/go1/index.html) [b](../../../facts.md)",
    );
    write("target/doc/go1/index.html", "<section id=\"method.at\"></section>");

    let found = |api: Option<&Path>| links::dead(root, api).unwrap();
    let page = |name: &str, error: &str| format!("{PAGES}/{name}: {error}");
    let without_api = [
        "README.md: gone.md: there is no such file".to_owned(),
        page("facts.md", "../README.md#1-d_e: there is no such file"),
        page("facts.md", "../README.md#x: there is no such file"),
        page("facts.md", "gone.svg: there is no such file"),
        page("providers/go1.md", "../../../facts.md: it leaves the book"),
        page("providers/go1.md", "api/go1/index.html: there is no such file"),
        "docs/facts.md: ../README.md#x: the page has no such heading".to_owned(),
        "docs/facts.md: gone.svg: there is no such file".to_owned(),
    ];
    assert_errors(&found(None), &without_api.each_ref().map(String::as_str));
    let in_api = [
        page("index.md", "api/go1/index.html#method.with: the page has no such heading or anchor"),
        page("index.md", "api/gone.html: there is no such file"),
    ];
    let found = found(Some(&api));
    assert_eq!(found.len(), without_api.len() + in_api.len(), "{found:#?}");
    for error in in_api {
        assert!(found.iter().any(|found| found.starts_with(&error)), "{error}: {found:#?}");
    }
}
