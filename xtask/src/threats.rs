//! The threat table of the book: it covers every attack, and each test it names exists.

use std::collections::BTreeSet;

use crate::report::Diagnostic;

/// Path of the page.
pub(crate) const PAGE: &str = "docs/book/src/threats.md";

/// Subsections of RFC 9700, section 4, and RFC 6819, section 4, each with an attack.
const ATTACKS: usize = 68;

/// Errors in the page. `read` returns the text of a file of the repository, if it exists.
pub(crate) fn check(page: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut wrong = |message: String| {
        let help = format!("correct it in {PAGE}; a test is named as `file#test`");
        found.push(Diagnostic::new(message, help));
    };
    let mut sections = BTreeSet::new();
    for row in page.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>()) {
        let [_, section, _, applies, _, tests, _] = row[..] else { continue };
        if section.starts_with("RFC ") && !sections.insert(section) {
            wrong(format!("{section} has two rows in the threat table"));
        }
        let mut tests = tests.split('`').skip(1).step_by(2).peekable();
        if applies == "yes" && tests.peek().is_none() {
            wrong(format!("{section} applies but names no test"));
        }
        for test in tests {
            let file = test.split_once('#').and_then(|(path, name)| Some((read(path)?, name)));
            if !file.is_some_and(|(text, name)| has_test(&text, name)) {
                wrong(format!("{section} names the test `{test}`, which does not exist"));
            }
        }
    }
    if sections.len() != ATTACKS {
        wrong(format!("the threat table has {} of {ATTACKS} attacks", sections.len()));
    }
    found
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

    #[test]
    fn finds_errors_in_table() {
        let rows: String =
            (1..ATTACKS).map(|n| format!("| RFC 6819 {n} | it | no | nothing | |\n")).collect();
        let messages = |last: &str| -> Vec<String> {
            check(&format!("{rows}{last}\n"), read).into_iter().map(|one| one.message).collect()
        };
        let none = Vec::<String>::new();
        assert_eq!(messages("| RFC 9700 | it | yes | all | `a.rs#is_there`, `b.rs#a case` |"), none);
        for (last, part) in [
            ("| RFC 9700 | it | yes | all | `a.rs#is_gone` |", "does not exist"),
            ("| RFC 9700 | it | no | all | `a.rs#is_no_test` |", "does not exist"),
            ("| RFC 9700 | it | yes | all | `b.rs#no case` |", "does not exist"),
            ("| RFC 9700 | it | yes | all | `c.rs#is_there` |", "does not exist"),
            ("| RFC 9700 | it | yes | all | |", "names no test"),
            ("| RFC 6819 1 | it | no | all | |", "RFC 6819 1 has two rows"),
            ("nothing", "has 67 of 68 attacks"),
        ] {
            let messages = messages(last);
            assert!(messages.iter().any(|message| message.contains(part)), "{last}: {messages:?}");
        }
    }
}
