//! Checks the threat table of the book: it covers every attack, and each test it names exists.

use crate::diagnostic::Diagnostic;

/// Path of the page.
pub const PAGE: &str = "docs/book/src/threats.md";

/// Attacks in two documents: document, parent section, number of subsections.
const ATTACKS: [(&str, &str, usize); 10] = [
    ("RFC 9700", "4", 17),
    ("RFC 6819", "4.1", 5),
    ("RFC 6819", "4.2", 4),
    ("RFC 6819", "4.3", 5),
    ("RFC 6819", "4.4.1", 13),
    ("RFC 6819", "4.4.2", 6),
    ("RFC 6819", "4.4.3", 6),
    // Client credentials has no subsections.
    ("RFC 6819", "4.4.4", 0),
    ("RFC 6819", "4.5", 4),
    ("RFC 6819", "4.6", 7),
];

/// One line of the table.
struct Row<'a> {
    section: &'a str,
    applies: &'a str,
    tests: Vec<&'a str>,
}

/// Errors in the page. `file` reads a file of the repository, if it exists.
pub fn check(page: &str, file: impl Fn(&str) -> Option<String>) -> Vec<Diagnostic> {
    let rows: Vec<Row<'_>> = page.lines().filter_map(row).collect();
    let mut found = Vec::new();
    let mut wrong =
        |message: String, help: &str| found.push(Diagnostic::new(message, format!("{help} in {PAGE}")));
    for section in sections() {
        match rows.iter().filter(|row| row.section == section).count() {
            0 => wrong(format!("{section} is missing in the threat table"), "add a row"),
            1 => {}
            _ => wrong(format!("{section} has two rows in the threat table"), "remove one row"),
        }
    }
    for Row { section, applies, tests } in &rows {
        match *applies {
            "yes" if tests.is_empty() => {
                wrong(format!("{section} applies but names no test"), "name its tests");
            }
            "yes" | "no" => {}
            _ => wrong(format!("{section} is marked neither `yes` nor `no`"), "state if it applies"),
        }
        for test in tests {
            let exists = test
                .split_once('#')
                .is_some_and(|(path, name)| file(path).is_some_and(|text| has_test(&text, name)));
            if !exists {
                wrong(
                    format!("{section} names the test `{test}`, which does not exist"),
                    "name it as `file#test`",
                );
            }
        }
    }
    found
}

fn sections() -> Vec<String> {
    let mut all = Vec::new();
    for (document, under, count) in ATTACKS {
        match count {
            0 => all.push(format!("{document} {under}")),
            count => all.extend((1..=count).map(|n| format!("{document} {under}.{n}"))),
        }
    }
    all
}

/// `| section | attack | applies | what is done | tests |`
fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> =
        line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [section, _, applies, _, tests] = cells.as_slice() else { return None };
    let is_head = matches!(*section, "Section" | "Attack") || section.chars().all(|c| matches!(c, '-' | ':'));
    let spans = tests.split('`').skip(1).step_by(2);
    (!is_head).then(|| Row { section, applies, tests: spans.collect() })
}

/// True for a function with a test attribute, or for a named case of a libtest_mimic test.
fn has_test(text: &str, name: &str) -> bool {
    if text.contains("libtest_mimic::Trial") && text.contains(&format!("\"{name}\"")) {
        return true;
    }
    let begins = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let is_it = line.trim_start_matches("pub ").trim_start_matches("async ").starts_with(&begins);
        let marks =
            lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        // Tests in `proptest!` and in shared suites have the same attributes.
        is_it && marks.into_iter().any(|mark| mark.starts_with("#[test") || mark.starts_with("#[tokio::test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str = "#[tokio::test]\n#[allow(x)] // y\nasync fn is_there() {}\n\nfn is_no_test() {}\n";
    const CASES: &str = "use libtest_mimic::Trial;\nconst ALL: &[&str] = &[\"a case\"];\n";

    fn file(path: &str) -> Option<String> {
        match path {
            "tests/a.rs" => Some(TESTS.to_owned()),
            "tests/b.rs" => Some(CASES.to_owned()),
            _ => None,
        }
    }

    /// A page with a row for each attack; `last` replaces the last row.
    fn page(last: &str) -> String {
        let mut rows: Vec<String> =
            sections().iter().map(|section| format!("| {section} | it | no | nothing | |")).collect();
        *rows.last_mut().unwrap() = last.to_owned();
        format!("| Section | Attack | Applies | What | Tests |\n|---|---|---|---|---|\n{}\n", rows.join("\n"))
    }

    fn messages(last: &str) -> Vec<String> {
        check(&page(last), file).into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn accepts_complete_table() {
        for tests in ["`tests/a.rs#is_there`", "`tests/a.rs#is_there`, `tests/b.rs#a case`"] {
            assert_eq!(
                messages(&format!("| RFC 6819 4.6.7 | it | yes | all | {tests} |")),
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn finds_errors_in_table() {
        for (last, part) in [
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/a.rs#is_gone` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/a.rs#is_no_test` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/b.rs#no case` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/c.rs#is_there` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | yes | all | `is_there` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | no | all | `tests/a.rs#is_gone` |", "which does not exist"),
            ("| RFC 6819 4.6.7 | it | yes | all | |", "names no test"),
            ("| RFC 6819 4.6.7 | it | perhaps | all | |", "neither `yes` nor `no`"),
            ("| RFC 6819 4.6.6 | it | no | all | |", "4.6.6 has two rows in the threat table"),
            ("nothing", "4.6.7 is missing in the threat table"),
        ] {
            let messages = messages(last);
            assert!(messages.iter().any(|message| message.contains(part)), "{last}: {messages:?}");
        }
    }
}
