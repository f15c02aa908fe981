//! The book's table of threats: no attack is left out, and each test that it names is there.

use crate::finding::Finding;

/// The page, from the root.
pub const PAGE: &str = "docs/book/src/threats.md";

/// The attacks that two documents know, by section: document, section under which they are, how many there are.
const ATTACKS: [(&str, &str, usize); 10] = [
    ("RFC 9700", "4", 17),
    ("RFC 6819", "4.1", 5),
    ("RFC 6819", "4.2", 4),
    ("RFC 6819", "4.3", 5),
    ("RFC 6819", "4.4.1", 13),
    ("RFC 6819", "4.4.2", 6),
    ("RFC 6819", "4.4.3", 6),
    // Client credentials: named as one, as the document itself only points elsewhere.
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

/// What is wrong with the page. `file` reads a file of the repository, if there is one.
pub fn of(page: &str, file: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let rows: Vec<Row<'_>> = page.lines().filter_map(row).collect();
    let mut found = Vec::new();
    let mut wrong = |what: String, mend: &str| found.push(Finding::new(what, format!("{mend} in {PAGE}")));
    for section in sections() {
        match rows.iter().filter(|row| row.section == section).count() {
            0 => wrong(format!("the attack of {section} is not in the table of threats"), "add its row"),
            1 => {}
            _ => wrong(format!("the attack of {section} is in the table of threats twice"), "remove one row"),
        }
    }
    for Row { section, applies, tests } in &rows {
        match *applies {
            "yes" if tests.is_empty() => {
                wrong(format!("{section} applies, and no test shows what is done"), "name its tests");
            }
            "yes" | "no" => {}
            _ => wrong(format!("{section} says neither `yes` nor `no`"), "say whether it applies"),
        }
        for test in tests {
            let there = test
                .split_once('#')
                .is_some_and(|(path, name)| file(path).is_some_and(|text| has_test(&text, name)));
            if !there {
                wrong(
                    format!("{section} names the test `{test}`, which is not there"),
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
    let is_head = *section == "Section" || section.chars().all(|c| matches!(c, '-' | ':'));
    let spans = tests.split('`').skip(1).step_by(2);
    (!is_head).then(|| Row { section, applies, tests: spans.collect() })
}

/// A function that is marked as a test; or, in a file whose cases are tests of their own, one of their names.
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
        // The tests of `proptest!`, and those of a suite that others run, are marked in the same way.
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

    /// A page with a row for each attack, and `last` for the last one.
    fn page(last: &str) -> String {
        let mut rows: Vec<String> =
            sections().iter().map(|section| format!("| {section} | it | no | nothing | |")).collect();
        *rows.last_mut().unwrap() = last.to_owned();
        format!("| Section | Attack | Applies | What | Tests |\n|---|---|---|---|---|\n{}\n", rows.join("\n"))
    }

    fn said(last: &str) -> Vec<String> {
        of(&page(last), file).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_whole_table_with_tests_that_are_there() {
        for tests in ["`tests/a.rs#is_there`", "`tests/a.rs#is_there`, `tests/b.rs#a case`"] {
            assert_eq!(said(&format!("| RFC 6819 4.6.7 | it | yes | all | {tests} |")), Vec::<String>::new());
        }
    }

    #[test]
    fn planted_faults() {
        for (last, says) in [
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/a.rs#is_gone` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/a.rs#is_no_test` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/b.rs#no case` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | yes | all | `tests/c.rs#is_there` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | yes | all | `is_there` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | no | all | `tests/a.rs#is_gone` |", "which is not there"),
            ("| RFC 6819 4.6.7 | it | yes | all | |", "no test shows"),
            ("| RFC 6819 4.6.7 | it | perhaps | all | |", "neither `yes` nor `no`"),
            ("| RFC 6819 4.6.6 | it | no | all | |", "4.6.6 is in the table of threats twice"),
            ("nothing", "4.6.7 is not in the table"),
        ] {
            let said = said(last);
            assert!(said.iter().any(|what| what.contains(says)), "{last}: {said:?}");
        }
    }
}
