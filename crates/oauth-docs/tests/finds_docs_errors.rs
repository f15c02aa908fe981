//! Books with one error each: the checks must find it and print a remedy.
#![allow(clippy::unwrap_used)] // a test may panic

use std::fs;
use std::path::Path;

use oauth_docs::fact::Fact;
use oauth_docs::portrait::Portrait;
use oauth_docs::provider_facts::{self, ProviderFacts};
use oauth_docs::{BookPaths, UPDATE_COMMAND, evidence, includes, links, pages};
use tempfile::TempDir;

fn portraits() -> Vec<Portrait> {
    oauth_docs::all().unwrap()
}

fn of(name: &str) -> Portrait {
    portraits().into_iter().find(|portrait| portrait.name == name).unwrap()
}

/// A copy of the book's pages, to change in tests.
fn copied() -> (TempDir, BookPaths) {
    let folder = tempfile::tempdir().unwrap();
    let paths = BookPaths { pages: folder.path().join("src"), ..BookPaths::default() };
    copy(&BookPaths::default().pages, &paths.pages);
    (folder, paths)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &there);
        } else {
            fs::copy(&path, there).unwrap();
        }
    }
}

fn replace(paths: &BookPaths, page: &str, from: &str, to: &str) {
    let path = paths.pages.join(page);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{page} does not contain {from:?}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn repository_has_no_errors() {
    let (paths, portraits) = (BookPaths::default(), portraits());
    let mut wrong = evidence::errors(&paths.repository, &portraits).unwrap();
    wrong.extend(pages::headings(&paths, &portraits).unwrap());
    wrong.extend(includes::broken(&paths).unwrap());
    wrong.extend(pages::stale(&paths, &portraits).unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn finds_changed_endpoint_url() {
    for (name, right, wrong) in [
        ("cohortgo", "https://portal.cohortgo.com/oauth2/token", "https://portal.cohortgo.com/oauth/token"),
        ("cobot", "https://www.cobot.me/oauth/access_token", "https://www.cobot.me/oauth/token"),
        ("go1", "https://auth.go1.com/oauth/token", "https://auth.go1.com/oauth2/token"),
        ("gocd", "https://go.example.com:8154/go/oauth/token", "https://go.example.com:8153/go/oauth/token"),
    ] {
        let mut portrait = of(name);
        assert_eq!(evidence::different(&portrait), Vec::<String>::new());
        let (_, value) = portrait.values.iter_mut().find(|(fact, _)| *fact == Fact::TokenUrl).unwrap();
        assert_eq!(*value, format!("`{right}`"));
        *value = format!("`{wrong}`");
        let found = evidence::different(&portrait);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains(wrong) && found[0].contains("help: correct the constant in crates/"),
            "{found:?}"
        );
    }
}

/// Reports every page that shows the endpoint, with the changed line.
#[test]
fn changed_endpoint_url_makes_tables_stale() {
    let mut portraits = portraits();
    let go1 = portraits.iter_mut().find(|portrait| portrait.name == "go1").unwrap();
    let (_, value) = go1.values.iter_mut().find(|(fact, _)| *fact == Fact::TokenUrl).unwrap();
    *value = "`https://login.go1.com/oauth/token`".to_owned();
    let found = pages::stale(&BookPaths::default(), &portraits).unwrap();
    for (page, line) in [
        ("providers.md", "+ | Token endpoint | "),
        ("providers/go1.md", "+ | Token endpoint | `https://login.go1.com/oauth/token` | "),
        ("production/go1.md", "- | `auth.go1.com` | your servers | token endpoint |"),
    ] {
        let error = found.iter().find(|one| one.starts_with(&format!("{page} is out of date")));
        let error = error.unwrap_or_else(|| panic!("{page} is not named in {found:#?}"));
        assert!(error.contains(line) && error.ends_with(UPDATE_COMMAND), "{error}");
    }
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn finds_difference_without_source() {
    for mut portrait in portraits() {
        assert_eq!(evidence::unsourced(&portrait), Vec::<String>::new());
        let sourced = portrait.facts.clone();
        for entry in &sourced {
            if !is_difference(&portrait, &entry.fact) {
                continue;
            }
            portrait.facts = sourced.iter().filter(|one| one.fact != entry.fact).cloned().collect();
            let found = evidence::unsourced(&portrait);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0].contains(&format!("{} is declared", entry.fact))
                    && found[0].contains(provider_facts::FILE),
                "{found:?}"
            );
        }
    }
}

/// True unless the fact is a setting that follows RFC 6749.
fn is_difference(portrait: &Portrait, key: &str) -> bool {
    portrait.entries.iter().all(|entry| entry.fact.key() != key || entry.is_difference())
}

#[test]
fn finds_source_without_fact() {
    let mut portrait = of("gocd");
    assert_eq!(evidence::unused(&portrait), Vec::<String>::new());
    let mut entry = portrait.facts[0].clone();
    entry.fact = "password-grant".to_owned();
    portrait.facts.push(entry);
    let found = evidence::unused(&portrait);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("has a source for password-grant, which nothing declares"), "{found:?}");
}

/// A setting that follows RFC 6749 again, while the facts file still describes the difference.
#[test]
fn finds_source_of_removed_difference() {
    let mut portrait = of("cohortgo");
    for entry in &mut portrait.entries {
        entry.value.clone_from(&entry.standard);
    }
    let found = evidence::different(&portrait);
    for key in ["scope-separator", "token-params", "redirect-uri"] {
        assert!(found.iter().any(|one| one.starts_with(&format!("cohortgo: {key} is "))), "{found:?}");
    }
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn finds_source_of_unknown_provider() {
    let mut file = ProviderFacts::read(&oauth_docs::repository()).unwrap();
    file.facts[0].provider = "cohort".to_owned();
    let found = evidence::unknown_providers(&file, &portraits());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`authorize-url` of `cohort`, which is no provider"), "{found:?}");
}

#[test]
fn finds_call_without_source_and_source_without_call() {
    let (root, mut portrait) = (oauth_docs::repository(), of("go1"));
    assert_eq!(evidence::calls(&root, &portrait).unwrap(), Vec::<String>::new());
    portrait.calls[0].call = "GET /you".to_owned();
    let found = evidence::calls(&root, &portrait).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("go1: the call `GET /me` has no source\n  help: add one to "), "{found:?}");
    assert!(found[1].starts_with("go1: there is no call `GET /you`\n  help: remove it from "), "{found:?}");
}

#[test]
fn finds_stale_table_and_write_updates_it() {
    let (_folder, paths) = copied();
    let portraits = portraits();
    assert_eq!(pages::stale(&paths, &portraits).unwrap(), Vec::<String>::new());
    replace(&paths, "providers.md", "**never**", "on every token call");
    let found = pages::stale(&paths, &portraits).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("providers.md") && found[0].contains("+ |") && found[0].ends_with(UPDATE_COMMAND),
        "{found:?}"
    );
    pages::write(&paths, &portraits).unwrap();
    assert_eq!(pages::stale(&paths, &portraits).unwrap(), Vec::<String>::new());
}

#[test]
fn finds_stale_diagram() {
    let (_folder, paths) = copied();
    replace(&paths, "diagrams/gocd.svg", "authorization-code", "authorization_code");
    let found = pages::stale(&paths, &portraits()).unwrap();
    assert!(found.len() == 1 && found[0].contains("diagrams/gocd.svg"), "{found:?}");
}

#[test]
fn finds_part_without_page() {
    let (_folder, paths) = copied();
    replace(&paths, "tolerances.md", "<!-- generated: tolerances -->", "");
    let error = pages::stale(&paths, &portraits()).unwrap_err();
    assert!(error.to_string().contains("contains these parts: tolerances\n  help: add"), "{error}");
}

#[test]
fn finds_wrong_heading_and_missing_page() {
    let (_folder, paths) = copied();
    replace(&paths, "providers/go1.md", "## Limits\n", "## Boundaries\n");
    let found = pages::headings(&paths, &portraits()).unwrap();
    assert!(found.len() == 1 && found[0].contains("providers/go1.md has the wrong headings"), "{found:?}");

    fs::remove_file(paths.pages.join("production/cobot.md")).unwrap();
    let found = pages::headings(&paths, &portraits()).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[1].starts_with("cobot has no page in docs/book/src/production\n  help: write"),
        "{found:?}"
    );
}

#[test]
fn finds_broken_includes() {
    let (_folder, paths) = copied();
    assert_eq!(includes::broken(&paths).unwrap(), Vec::<String>::new());
    replace(&paths, "tutorial.md", "lib.rs:who}}", "lib.rs:whom}}");
    replace(&paths, "tutorial.md", "tutorial/src/main.rs:main}}", "tutorial/main.rs:main}}");
    let found = includes::broken(&paths).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("src/lib.rs:whom, but the file has no such anchor") && found[0].contains("help: "),
        "{found:?}"
    );
    assert!(found[1].contains("tutorial/main.rs:main, but there is no such file"), "{found:?}");
}

#[test]
fn finds_dead_links_in_book() {
    let book = tempfile::tempdir().unwrap();
    let page = |path: &str, body: &str| {
        let path = book.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("<!DOCTYPE html><html><body>{body}</body></html>")).unwrap();
    };
    page("api/go1/struct.Site.html", "<section id=\"method.at\"></section>");
    page("providers/go1.html", "<h2 id=\"tokens\">Tokens</h2><a href=\"../index.html\">up</a>");
    page(
        "index.html",
        "<a href=\"providers/go1.html#tokens\">x</a><a href=\"api/go1/struct.Site.html#method.at\">x</a>\
         <a href=\"https://example.com/nowhere\">x</a>",
    );
    let report = links::of_book(book.path()).unwrap();
    assert_eq!((report.dead, report.links, report.pages), (vec![], 3, 2));

    page(
        "index.html",
        "<a href=\"providers/go2.html\">x</a><a href=\"providers/go1.html#token\">x</a>\
         <a href=\"api/go1/struct.Site.html#method.with\">x</a><a href=\"../elsewhere.html\">x</a>\
         <script src=\"https://cdn.example/mermaid.js\"></script>",
    );
    let dead = links::of_book(book.path()).unwrap().dead;
    for part in [
        "index.html: loads https://cdn.example/mermaid.js",
        "index.html: ../elsewhere.html: it leaves the book",
        "index.html: api/go1/struct.Site.html#method.with: the page has no such anchor",
        "index.html: providers/go1.html#token: the page has no such anchor",
        "index.html: providers/go2.html: there is no such page",
    ] {
        assert!(dead.iter().any(|one| one.starts_with(part)), "{part:?} is missing in {dead:#?}");
    }
    assert_eq!(dead.len(), 5);
}

#[test]
fn finds_dead_links_in_readme() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("here.md"), "# A title\n\n## X\n").unwrap();
    fs::write(
        root.path().join("README.md"),
        "[a](here.md#x) [a](here.md#a-title) [a](here.md#y) [b](crates/gone) [c](https://example.com) [d](crate::Error) ![e](gone.svg)",
    )
    .unwrap();
    let report = links::of_repository(root.path(), &["README.md".into()]).unwrap();
    assert_eq!(
        report.dead,
        [
            "README.md: here.md#y: the page has no such heading",
            "README.md: crates/gone: there is no such file",
            "README.md: gone.svg: there is no such file"
        ]
    );
}
