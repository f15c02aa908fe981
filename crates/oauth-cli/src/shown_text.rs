//! Text of others, such as a provider's response, on a terminal.
//!
//! Control characters could move the cursor, clear the screen or write to the clipboard (OSC 52). Invisible
//! format characters, such as direction marks, change how a line reads. Terminals get both escaped.

use std::fmt::Write as _;

/// Returns whether a terminal would not show the character, but obey it or hide it.
pub(crate) fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    if c.is_whitespace() {
        return c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    }
    // Within a string, the standard library escapes what is neither printable nor a combining mark.
    ['x', c].iter().collect::<String>().escape_debug().count() > 2
}

/// Escapes bytes for a terminal, except line ends and tabs.
pub(crate) fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_escaped(&mut out, chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Escapes text for a terminal, except line ends, tabs and this program's colors and styles.
pub(crate) fn escape_styled(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("\u{1b}[") {
        push_escaped(&mut out, &rest[..at]);
        let parameters = rest[at + 2..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';');
        let end = at + 2 + parameters.count();
        if rest[end..].starts_with('m') {
            out.push_str(&rest[at..=end]);
            rest = &rest[end + 1..];
        } else {
            push_escaped(&mut out, &rest[at..=at]);
            rest = &rest[at + 1..];
        }
    }
    push_escaped(&mut out, rest);
    out
}

/// Escapes one line of JSON for a terminal. It stays the same JSON.
pub(crate) fn escape_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Indents valid JSON and escapes it for a terminal. Keeps the order of keys and the digits of numbers.
pub(crate) fn indent_json(json: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    let (mut in_string, mut is_escaped, mut is_opening) = (false, false, false);
    let line_end = |out: &mut String, depth| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    for c in json.chars() {
        if in_string {
            in_string = is_escaped || c != '"';
            is_escaped = c == '\\' && !is_escaped;
            out.push(c);
            continue;
        }
        if c.is_whitespace() {
            continue;
        }
        let is_closing = matches!(c, '}' | ']');
        depth -= usize::from(is_closing);
        // An empty object or array stays on one line.
        if is_opening != is_closing {
            line_end(&mut out, depth);
        }
        out.push(c);
        is_opening = matches!(c, '{' | '[');
        depth += usize::from(is_opening);
        match c {
            ',' => line_end(&mut out, depth),
            ':' => out.push(' '),
            '"' => in_string = true,
            _ => {}
        }
    }
    let lines: Vec<String> = out.lines().map(escape_json).collect();
    lines.join("\n")
}

fn push_escaped(out: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if characters.peek() == Some(&'\n') => {}
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that a terminal obeys or hides.
    const HIDDEN: [char; 19] = [
        '\0',
        '\u{7}',
        '\u{8}',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{9d}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{202e}',
        '\u{2028}',
        '\u{2066}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0001}',
        '\u{e0041}',
    ];

    #[test]
    fn json_is_indented_without_changing_values() {
        let json = "{\"b\":[1.50,{}, []],\n \"a\":{\"x\":\"a,\\\"}{\u{202e}\"},\"n\":null}";
        let indented = indent_json(json);
        let shown = "{\n  \"b\": [\n    1.50,\n    {},\n    []\n  ],\n  \"a\": {\n    \"x\": \"a,\\\"}{\\u202e\"\n  },\n  \"n\": null\n}";
        assert_eq!(indented, shown);
    }

    #[test]
    fn escapes_what_terminals_obey_or_hide() {
        for c in HIDDEN {
            let escaped = format!("a\\u{{{:x}}}b", u32::from(c));
            assert_eq!(escape_bytes(format!("a{c}b").as_bytes()), escaped);
            assert_eq!(
                escape_styled(&format!("\u{1b}[1;31ma{c}b\u{1b}[0m")),
                format!("\u{1b}[1;31m{escaped}\u{1b}[0m")
            );
            let json = serde_json::to_string(&format!("a{c}b")).unwrap();
            let shown = escape_json(&json);
            assert!(!shown.contains(is_hidden), "{shown}");
            assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), format!("a{c}b"));
        }
        for (given, shown) in [
            ("\u{1b}]52;c;ZXZpbA==\u{7}", "\\u{1b}]52;c;ZXZpbA==\\u{7}"),
            ("\u{1b}[2J\u{1b}[1;1H", "\\u{1b}[2J\\u{1b}[1;1H"),
            ("over\rwritten", "over\\u{d}written"),
            ("line\r\nline\n\ttab", "line\nline\n\ttab"),
            // Readable text of any language, combining marks included.
            (
                "Größe e\u{301} 日本\u{3000}語 हिन्दी ภาษาไทย العربية 🚀\u{a0}",
                "Größe e\u{301} 日本\u{3000}語 हिन्दी ภาษาไทย العربية 🚀\u{a0}",
            ),
        ] {
            assert_eq!(escape_bytes(given.as_bytes()), shown);
            assert_eq!(escape_styled(given), shown);
        }
        assert_eq!(escape_bytes(b"\x9b2J caf\xe9"), "\\x9b2J caf\\xe9");
    }
}
