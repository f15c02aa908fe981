//! Books with one error each: the checks must find it and print a remedy.
#![allow(clippy::unwrap_used)] // a test may panic

use std::fs;
use std::path::Path;

use oauth_docs::portrait::{Fact, Portrait};
use oauth_docs::provider_facts::{Document, Entry, ProviderFacts};
use oauth_docs::{Book, PAGES, evidence, links, pages};
use tempfile::TempDir;

fn portrait<'a>(book: &'a mut Book, name: &str) -> &'a mut Portrait {
    book.portraits.iter_mut().find(|portrait| portrait.name == name).unwrap()
}

fn fact<'a>(book: &'a mut Book, provider: &str, key: &str) -> &'a mut Fact {
    portrait(book, provider).facts.iter_mut().find(|fact| fact.key == key).unwrap()
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
    assert_errors(&pages::headings(&book).unwrap(), &[]);
    assert_errors(&pages::stale(&book).unwrap(), &[]);
    let links = links::of_repository(&book.repository).unwrap();
    assert_errors(&links.dead, &[]);
    assert!(links.files > 50 && links.links > 200, "{links:?}");
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
            let remove = |book: &mut Book| {
                book.facts.facts.retain(|entry| entry.provider != portrait.name || entry.subject != fact.key);
            };
            assert_evidence_errors(remove, &[&format!("{}: {} is declared (", portrait.name, fact.key)]);
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
    // A setting that follows RFC 6749 again.
    let reset = |book: &mut Book| {
        let fact = fact(book, "cohortgo", "scope-separator");
        fact.value = fact.standard.clone().unwrap();
    };
    assert_evidence_errors(
        reset,
        &["cohortgo: scope-separator is a space, but docs/provider-facts.toml says a comma"],
    );
    assert_evidence_errors(
        |book| entry(&mut book.facts.calls, "GET /me").subject = "GET /x".to_owned(),
        &["go1: the call `GET /me` has no source", "go1: there is no call `GET /x`"],
    );
    assert_evidence_errors(
        |book| entry(&mut book.facts.calls, "GET /me").provider = "go2".to_owned(),
        &[
            "go1: the call `GET /me` has no source",
            "docs/provider-facts.toml has an entry for `GET /me` of `go2`",
        ],
    );
}

#[test]
fn finds_unusable_document() {
    let document = |change: fn(&mut Document)| {
        move |book: &mut Book| change(book.facts.documents.get_mut("cohortgo-guide").unwrap())
    };
    assert_evidence_errors(
        document(|it| it.url = "docs/gone.md".into()),
        &["the document “OAuth2” has no title, or"],
    );
    let future = document(|it| it.read_on = "2999-01-01".parse().unwrap());
    assert_evidence_errors(future, &["the document “OAuth2” was read in the future"]);
}

#[test]
fn finds_unsound_facts_file() {
    const FILE: &str = r#"compared = ["pkce"]
        names = { pkce = "PKCE" }
        documents.guide = { title = "Guide", url = "https://provider.example", read_on = "2026-11-21" }
        facts = [{ provider = "sample", fact = "pkce", value = "sent", sources = [{ document = "guide" }] }]
        calls = [{ provider = "sample", call = "GET /me", sources = [{ document = "guide" }] }]"#;
    ProviderFacts::parse(FILE).unwrap();
    for (from, to, error) in [
        ("2026-11-21", "2026-02-30", "read_on"),
        ("[{ document = \"guide\" }] }]", "[] }]", "sample: pkce has no source"),
        (
            "{ document = \"guide\" }",
            "{ document = \"page\" }",
            "sample: pkce cites `page`, which is not defined",
        ),
        (
            "documents.guide",
            "documents.page = { title = \"\", url = \"\", read_on = \"2026-11-21\" }\ndocuments.guide",
            "nothing cites",
        ),
        ("\"GET /me\"", "\"pkce\"", "sample: pkce has two entries"),
        ("[\"pkce\"]", "[\"pcke\"]", "has no name"),
    ] {
        let found = ProviderFacts::parse(&FILE.replacen(from, to, 1)).unwrap_err();
        assert!(format!("{found:#}").contains(error), "{error:?} expected: {found:#}");
    }
}

/// A book whose pages are a copy, to change in a test.
fn copied() -> (TempDir, Book) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &target);
            } else {
                fs::copy(path, target).unwrap();
            }
        }
    }
    let mut book = Book::read().unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&book.pages, folder.path());
    book.pages = folder.path().to_owned();
    (folder, book)
}

fn replace(book: &Book, page: &str, from: &str, to: &str) {
    let path = book.pages.join(page);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{page} does not contain {from:?}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn finds_stale_parts_and_write_updates_them() {
    let (_folder, book) = copied();
    replace(&book, "providers.md", "**never**", "on every token call");
    replace(&book, "providers/gocd.md", "grant_type=authorization-code", "grant_type=authorization_code");
    let found = pages::stale(&book).unwrap();
    let expected =
        ["providers/gocd.md is out of date:", "providers.md is out of date:\n  - | `redirect_uri`"];
    assert_errors(&found, &expected);
    assert!(found[0].contains("\n  + grant_type=authorization-code\n  help: cargo xtask docs"), "{found:?}");
    pages::write(&book).unwrap();
    assert_errors(&pages::stale(&book).unwrap(), &[]);
}

#[test]
fn changed_endpoint_makes_tables_stale() {
    let mut book = Book::read().unwrap();
    fact(&mut book, "go1", "token-url").value = "`https://login.go1.com/oauth/token`".to_owned();
    let found = pages::stale(&book).unwrap();
    let pages = ["production/go1.md is", "providers/go1.md is", "providers.md is"];
    assert_errors(&found, &pages);
    assert!(
        found.iter().any(|one| one.contains("+ | Token endpoint | `https://login.go1.com/oauth/token` |"))
    );
}

#[test]
fn finds_part_without_page() {
    let (_folder, book) = copied();
    replace(&book, "cli.md", "<!-- generated: cli -->", "");
    let error = pages::stale(&book).unwrap_err().to_string();
    assert!(error.contains("has the part cli\n  help: add"), "{error}");
    replace(&book, "cli.md", "<!-- end -->", "<!-- generated: command-line --><!-- end -->");
    let error = format!("{:#}", pages::stale(&book).unwrap_err());
    assert!(error.contains("in cli.md: there is no generated part `command-line`"), "{error}");
}

#[test]
fn finds_wrong_heading_and_missing_page() {
    let (_folder, book) = copied();
    replace(&book, "providers/go1.md", "## Limits\n", "## Boundaries\n");
    fs::remove_file(book.pages.join("production/cobot.md")).unwrap();
    let errors =
        ["providers/go1.md is missing or has the wrong headings", "production/cobot.md is missing or has"];
    assert_errors(&pages::headings(&book).unwrap(), &errors);
}

#[test]
fn finds_dead_links() {
    let folder = tempfile::tempdir().unwrap();
    let (root, built) = (folder.path(), folder.path().join("target/book"));
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
    write("target/book/index.html", "<script src=\"book.js\"></script>");
    write("target/book/api/go1/index.html", "<section id=\"method.at\"></section>");
    let found = links::of_repository(root).unwrap().dead;
    let leaves = "docs/book/src/facts.md: ../README.md";
    let outside =
        ["README.md: gone.md: there is", leaves, leaves, "docs/book/src/facts.md: gone.svg: there is"];
    let in_docs =
        ["docs/facts.md: ../README.md#x: the page has no such", "docs/facts.md: gone.svg: there is"];
    assert_errors(&found, &[&outside[..], &in_docs].concat());
    let found = links::of_book(root, &built).unwrap().dead;
    let api = [
        "docs/book/src/index.md: api/go1/index.html#method.with: the",
        "docs/book/src/index.md: api/gone.html: there",
    ];
    assert_errors(&found, &[&outside[1..], &api].concat());

    write("target/book/index.html", "<script src=\"https://cdn.example/x.js\"></script>");
    let found = links::of_book(root, &built).unwrap().dead;
    assert!(found.last().unwrap().starts_with("the book loads something from another host"), "{found:?}");
    // Without an entry page or the API documentation there is nothing to check.
    fs::remove_dir_all(built.join("api")).unwrap();
    assert!(links::of_book(root, &built).is_err());
}
