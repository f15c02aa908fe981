//! The threat table of the book: it covers every attack, and each test it names exists.

use crate::report::Diagnostic;

/// Path of the page.
pub const PAGE: &str = "docs/book/src/threats.md";

/// Attacks in two documents: section, and number of its subsections.
const ATTACKS: [(&str, usize); 9] = [
    ("RFC 9700 4", 17),
    ("RFC 6819 4.1", 5),
    ("RFC 6819 4.2", 4),
    ("RFC 6819 4.3", 5),
    ("RFC 6819 4.4.1", 13),
    ("RFC 6819 4.4.2", 6),
    ("RFC 6819 4.4.3", 6),
    ("RFC 6819 4.5", 4),
    ("RFC 6819 4.6", 7),
];

/// Errors in the page. `read` returns the text of a file of the repository, if it exists.
pub fn check(page: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Diagnostic> {
    // `| section | attack | applies | what is done | tests |`
    let rows: Vec<Vec<&str>> = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|row: &Vec<_>| row.len() == 7)
        .collect();
    let mut found = Vec::new();
    let mut wrong = |message: String, help: &str| {
        found.push(Diagnostic::new(message, format!("{help} in {PAGE}")));
    };
    for section in sections() {
        let count = rows.iter().filter(|row| row[1] == section).count();
        if count != 1 {
            wrong(format!("{section} has {count} rows in the threat table"), "give it one row");
        }
    }
    for row in rows {
        let (section, applies, tests) = (row[1], row[3], row[5]);
        let mut tests = tests.split('`').skip(1).step_by(2).peekable();
        if !matches!(applies, "yes" | "no" | "Applies") && !applies.starts_with('-') {
            wrong(format!("{section} is marked neither `yes` nor `no`"), "state if it applies");
        }
        if applies == "yes" && tests.peek().is_none() {
            wrong(format!("{section} applies but names no test"), "name its tests");
        }
        for test in tests {
            let file = test.split_once('#').and_then(|(path, name)| Some((read(path)?, name)));
            if !file.is_some_and(|(text, name)| has_test(&text, name)) {
                wrong(
                    format!("{section} names the test `{test}`, which does not exist"),
                    "name it as `file#test`",
                );
            }
        }
    }
    found
}

fn sections() -> impl Iterator<Item = String> {
    // Client credentials has no subsections.
    let numbered =
        ATTACKS.iter().flat_map(|(under, count)| (1..=*count).map(move |n| format!("{under}.{n}")));
    numbered.chain(["RFC 6819 4.4.4".to_owned()])
}

/// True for a function with a test attribute, or for a named case of a libtest_mimic test.
fn has_test(text: &str, name: &str) -> bool {
    if text.contains("libtest_mimic") && text.contains(&format!("\"{name}\"")) {
        return true;
    }
    text.split_once(&format!("fn {name}(")).is_some_and(|(before, _)| {
        let mut marks =
            before.rsplit('\n').skip(1).map(str::trim).take_while(|line| line.starts_with(['#', '/']));
        marks.any(|mark| mark.starts_with("#[test") || mark.starts_with("#[tokio::test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Option<String> {
        match path {
            "a.rs" => Some(
                "#[tokio::test]\n#[allow(x)] // y\nasync fn is_there() {}\n\nfn is_no_test() {}\n".into(),
            ),
            "b.rs" => Some("use libtest_mimic::Trial;\nconst ALL: &[&str] = &[\"a case\"];\n".into()),
            _ => None,
        }
    }

    /// Messages about a page with a row for each attack, of which `last` replaces the last.
    fn messages(last: &str) -> Vec<String> {
        let rows: Vec<String> =
            sections().map(|section| format!("| {section} | it | no | nothing | |")).collect();
        let page = format!("{}\n{last}\n", rows[..rows.len() - 1].join("\n"));
        check(&page, read).into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn finds_errors_in_table() {
        let none = Vec::<String>::new();
        assert_eq!(messages("| RFC 6819 4.4.4 | it | yes | all | `a.rs#is_there`, `b.rs#a case` |"), none);
        for (last, part) in [
            ("| RFC 6819 4.4.4 | it | yes | all | `a.rs#is_gone` |", "does not exist"),
            ("| RFC 6819 4.4.4 | it | no | all | `a.rs#is_no_test` |", "does not exist"),
            ("| RFC 6819 4.4.4 | it | yes | all | `b.rs#no case` |", "does not exist"),
            ("| RFC 6819 4.4.4 | it | yes | all | `c.rs#is_there` |", "does not exist"),
            ("| RFC 6819 4.4.4 | it | yes | all | |", "names no test"),
            ("| RFC 6819 4.4.4 | it | perhaps | all | |", "neither `yes` nor `no`"),
            ("| RFC 6819 4.4.1.1 | it | no | all | |", "4.4.1.1 has 2 rows"),
            ("nothing", "4.4.4 has 0 rows"),
        ] {
            let messages = messages(last);
            assert!(messages.iter().any(|message| message.contains(part)), "{last}: {messages:?}");
        }
    }
}
