//! RFC 2047 encoded words: text other than ASCII in a header.

const OPEN: &str = "=?UTF-8?Q?";
const CLOSE: &str = "?=";
/// Section 2: an encoded word has at most 75 characters.
const ROOM: usize = 75 - OPEN.len() - CLOSE.len();

/// Encodes a name as a phrase of encoded words in the Q encoding (section 5, rule 3).
pub(crate) fn phrase(name: &str) -> String {
    let mut words = vec![String::new()];
    for c in name.chars() {
        let piece = encoded(c);
        match words.last_mut() {
            // A character is never split between two words (section 5).
            Some(word) if word.len() + piece.len() <= ROOM => word.push_str(&piece),
            _ => words.push(piece),
        }
    }
    words.iter().map(|word| format!("{OPEN}{word}{CLOSE}")).collect::<Vec<_>>().join(" ")
}

fn encoded(c: char) -> String {
    if c == ' ' {
        return "_".to_owned();
    }
    if c.is_ascii_alphanumeric() || "!*+-/".contains(c) {
        return c.to_string();
    }
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("={byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrase_encodes_as_in_rfc_2047() {
        // Section 8 has `=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=`; ours is the same in UTF-8.
        assert_eq!(phrase("Keld Jørn Simonsen"), "=?UTF-8?Q?Keld_J=C3=B8rn_Simonsen?=");
        assert_eq!(phrase("a_b=c?d\"e"), "=?UTF-8?Q?a=5Fb=3Dc=3Fd=22e?=");
    }

    #[test]
    fn long_name_becomes_several_words() {
        let words = phrase(&"é".repeat(30));
        assert!(words.split(' ').count() > 1);
        assert!(
            words.split(' ').all(|word| word.len() <= 75 && word.starts_with(OPEN) && word.ends_with(CLOSE))
        );
    }
}
