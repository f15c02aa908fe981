//! Finds leftover notes and debugging code.

use crate::diagnostic::Diagnostic;

/// Markers of unfinished work, in two parts so that this file does not contain them.
const WORDS: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")];

/// Temporary macros. Clippy finds them too, but not in examples and templates.
const CODE: [(&str, &str); 3] = [("db", "g!("), ("to", "do!("), ("unimple", "mented!(")];

/// Leftover notes and temporary code in a file. `name` is its path.
#[must_use]
pub fn check_file(name: &str, text: &str) -> Vec<Diagnostic> {
    let Some(comment) = comment_sign(name) else { return Vec::new() };
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let begin = if comment.is_empty() { Some(0) } else { line.find(comment) };
        let note =
            begin.and_then(|begin| WORDS.iter().map(joined).find(|word| is_note(&line[begin..], word)));
        let code = CODE.iter().map(joined).find(|code| name.ends_with(".rs") && has_code(line, code));
        if let Some(leftover) = note.or(code) {
            found.push(Diagnostic::new(
                format!("{name}:{} contains a leftover {}", number + 1, leftover.trim_end_matches('(')),
                "finish the work or file an issue, then remove the line",
            ));
        }
    }
    found
}

fn joined((first, second): &(&str, &str)) -> String {
    format!("{first}{second}")
}

/// Comment marker for a file of this name; `None` for other files.
fn comment_sign(name: &str) -> Option<&'static str> {
    match name.rsplit('.').next()? {
        "rs" => Some("//"),
        "toml" | "yml" | "yaml" | "sh" => Some("#"),
        // Markdown is text throughout.
        "md" => Some(""),
        _ => name.ends_with(".ci/run").then_some("#"),
    }
}

/// True for the word alone, not in quotes or backticks.
fn is_note(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let part =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '`' | '"' | '\''));
        // `XXX` is common as a placeholder: `XXX-123`, `$XXX`.
        let placeholder = matches!(before, Some('-' | '$' | '%')) || after == Some('-');
        !part(before) && !part(after) && !placeholder
    })
}

fn has_code(line: &str, code: &str) -> bool {
    line.match_indices(code).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '`' | '"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn todo() -> String {
        joined(&WORDS[0])
    }

    #[test]
    fn finds_notes_with_line_numbers() {
        let word = todo();
        for (name, line) in [
            ("a.rs", format!("let x = 1; // {word}: more")),
            ("a.rs", format!("/// {word}(me) describe")),
            ("a.rs", format!("    {}x)", joined(&CODE[0]))),
            ("a.toml", format!("serde = \"1\" # {word}")),
            ("README.md", format!("{word}: write this")),
            ("a.rs", format!("// {} later", joined(&WORDS[1]))),
        ] {
            let found = check_file(name, &format!("first\n{line}\n"));
            assert_eq!(found.len(), 1, "{line}");
            assert!(found[0].message.starts_with(&format!("{name}:2 contains a leftover ")), "{}", found[0]);
            assert!(found[0].help.contains("remove the line"));
        }
    }

    #[test]
    fn ignores_quoted_markers() {
        let word = todo();
        for (name, line) in [
            ("a.md", format!("no stray `{word}`")),
            ("a.rs", format!("const {word}S: u8 = 1;")),
            ("a.rs", format!("let {word} = 1;")),
            ("a.rs", format!("assert(\"{}\")", joined(&CODE[1]))),
            ("a.md", format!("call {}-123", joined(&WORDS[2]))),
            ("a.snap", format!("// {word}")),
        ] {
            assert_eq!(check_file(name, &line), [], "{line}");
        }
    }
}
