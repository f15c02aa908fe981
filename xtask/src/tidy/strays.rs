//! Notes to oneself that were left behind.

use crate::finding::Finding;

/// Words that say that something is not finished. In two parts, or this file would hold them.
const WORDS: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")];

/// Code that is only there while somebody works on it. Clippy knows it too, but not in examples and templates.
const CODE: [(&str, &str); 3] = [("db", "g!("), ("to", "do!("), ("unimple", "mented!(")];

/// Which of these lines hold a note or such code. `name` is the file's path.
#[must_use]
pub fn in_file(name: &str, text: &str) -> Vec<Finding> {
    let Some(comment) = comment_sign(name) else { return Vec::new() };
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let begin = if comment.is_empty() { Some(0) } else { line.find(comment) };
        let note =
            begin.and_then(|begin| WORDS.iter().map(joined).find(|word| is_note(&line[begin..], word)));
        let code = CODE.iter().map(joined).find(|code| name.ends_with(".rs") && has_code(line, code));
        if let Some(stray) = note.or(code) {
            found.push(Finding::new(
                format!("{name}:{} holds a stray {}", number + 1, stray.trim_end_matches('(')),
                "do it, or say in an issue what is left to do, and remove the line",
            ));
        }
    }
    found
}

fn joined((first, second): &(&str, &str)) -> String {
    format!("{first}{second}")
}

/// What begins a comment in a file of this name; `None` for files that hold none.
fn comment_sign(name: &str) -> Option<&'static str> {
    match name.rsplit('.').next()? {
        "rs" => Some("//"),
        "toml" | "yml" | "yaml" | "sh" => Some("#"),
        // All of it is words.
        "md" => Some(""),
        _ => name.ends_with(".ci/run").then_some("#"),
    }
}

/// The word alone and not between quotes or backticks, where it is spoken of.
fn is_note(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let part =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '`' | '"' | '\''));
        // A name of three letters is common in examples: `XXX-123`, `$XXX`.
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
    fn notes_are_found_with_their_lines() {
        let word = todo();
        for (name, line) in [
            ("a.rs", format!("let x = 1; // {word}: more")),
            ("a.rs", format!("/// {word}(me) describe")),
            ("a.rs", format!("    {}x)", joined(&CODE[0]))),
            ("a.toml", format!("serde = \"1\" # {word}")),
            ("README.md", format!("{word}: write this")),
            ("a.rs", format!("// {} later", joined(&WORDS[1]))),
        ] {
            let found = in_file(name, &format!("first\n{line}\n"));
            assert_eq!(found.len(), 1, "{line}");
            assert!(found[0].what.starts_with(&format!("{name}:2 holds a stray ")), "{}", found[0]);
            assert!(found[0].mend.contains("remove the line"));
        }
    }

    #[test]
    fn words_that_are_spoken_of_are_no_notes() {
        let word = todo();
        for (name, line) in [
            ("a.md", format!("no stray `{word}`")),
            ("a.rs", format!("const {word}S: u8 = 1;")),
            ("a.rs", format!("let {word} = 1;")),
            ("a.rs", format!("assert(\"{}\")", joined(&CODE[1]))),
            ("a.md", format!("call {}-123", joined(&WORDS[2]))),
            ("a.snap", format!("// {word}")),
        ] {
            assert_eq!(in_file(name, &line), [], "{line}");
        }
    }
}
