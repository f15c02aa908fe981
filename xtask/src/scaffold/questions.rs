//! Questions about a provider that `cargo xtask new-provider` asks.

use anyhow::{Result, ensure};

/// One question about a provider.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Name of the question as a flag and in an answers file.
    pub key: &'static str,
    /// Text shown to the user.
    pub prompt: &'static str,
    /// Answer used for empty input; `None` if an answer is required.
    pub default: Option<&'static str>,
    /// Name of the fact in `docs/provider-facts.toml`, or `call`; `None` if the answer needs no source.
    pub fact: Option<&'static str>,
    /// Validates an answer.
    pub check: fn(&str) -> Result<()>,
}

/// All questions, in the order in which they are asked.
pub const QUESTIONS: &[Question] = &[
    Question {
        key: "title",
        prompt: "Display name, such as Cohort Go",
        default: None,
        fact: None,
        check: check_title,
    },
    Question { key: "home", prompt: "Home page", default: None, fact: None, check: check_url },
    Question {
        key: "register",
        prompt: "How to register an app, in one or two sentences",
        default: None,
        fact: None,
        check: check_text,
    },
    Question {
        key: "authorize-url",
        prompt: "Authorize URL, to which the user's browser is sent",
        default: None,
        fact: Some("authorize-url"),
        check: check_url,
    },
    Question {
        key: "token-url",
        prompt: "Token URL, which exchanges a code for a token",
        default: None,
        fact: Some("token-url"),
        check: check_url,
    },
    Question {
        key: "api-url",
        prompt: "Base URL of the API, to which paths are appended",
        default: None,
        fact: Some("api-url"),
        check: check_url,
    },
    Question {
        key: "me",
        prompt: "Path below it whose GET returns the user of the token, such as /me",
        default: None,
        fact: Some("call"),
        check: check_path,
    },
    Question {
        key: "scopes",
        prompt: "Scopes with their meanings: `orders:read Read orders; orders:write Change orders` (`-` for none)",
        default: None,
        fact: Some("scopes"),
        check: check_scopes,
    },
    Question {
        key: "scope-separator",
        prompt: "Separator of scopes: space, comma, or one character",
        default: Some("space"),
        fact: Some("scope-separator"),
        check: check_separator,
    },
    Question {
        key: "client-auth",
        prompt: "Client authentication of token calls: body, basic (encoded first, RFC 6749), basic-raw, or none (no secret)",
        default: Some("body"),
        fact: Some("client-auth"),
        check: |text| check_one_of(text, &["body", "basic", "basic-raw", "none"]),
    },
    Question {
        key: "code-grant",
        prompt: "grant_type of the code exchange",
        default: Some("authorization_code"),
        fact: Some("code-grant"),
        check: check_word,
    },
    Question {
        key: "redirect-uri",
        prompt: "Token calls that include redirect_uri: code-exchange, every, or never",
        default: Some("code-exchange"),
        fact: Some("redirect-uri"),
        check: |text| check_one_of(text, &["code-exchange", "every", "never"]),
    },
    Question {
        key: "pkce",
        prompt: "PKCE with S256 supported: yes or no",
        default: Some("no"),
        fact: Some("pkce"),
        check: check_yes_no,
    },
    Question {
        key: "scheme",
        prompt: "Authorization header of API calls, with … for the token, such as Bearer …",
        default: None,
        fact: Some("scheme"),
        check: check_scheme,
    },
    Question {
        key: "lifetime",
        prompt: "Lifetime of an access token: seconds as in expires_in, or never if it does not expire",
        default: None,
        fact: Some("access-token-lifetime"),
        check: check_lifetime,
    },
    Question {
        key: "refresh",
        prompt: "Refresh tokens: single-use (each refresh returns a new one), reusable, or never (there are none)",
        default: None,
        fact: Some("renewal"),
        check: |text| check_one_of(text, &["single-use", "reusable", "never"]),
    },
    Question {
        key: "refresh-idle-days",
        prompt: "Days after which an unused refresh token expires; 0 for never",
        default: Some("0"),
        fact: Some("renewal"),
        check: check_number,
    },
    Question {
        key: "refresh-grant",
        prompt: "grant_type of a refresh",
        default: Some("refresh_token"),
        fact: Some("refresh-grant"),
        check: check_word,
    },
    Question {
        key: "password-grant",
        prompt: "Password grant supported: yes or no",
        default: Some("no"),
        fact: Some("password-grant"),
        check: check_yes_no,
    },
    Question {
        key: "client-credentials",
        prompt: "Client credentials grant supported: yes or no",
        default: Some("no"),
        fact: Some("client-credentials-grant"),
        check: check_yes_no,
    },
];

/// The question with this key.
#[must_use]
pub fn question(key: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.key == key)
}

/// Validates the name of a provider, which is also the crate's name.
///
/// # Errors
/// If it is not a lower-case identifier.
pub fn check_name(text: &str) -> Result<()> {
    let valid = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    ensure!(
        valid && text.len() > 1,
        "a provider's name must consist of lower-case letters and digits, such as gocd"
    );
    Ok(())
}

fn check_text(text: &str) -> Result<()> {
    ensure!(!text.trim().is_empty(), "it must not be empty");
    ensure!(!text.contains(['"', '\\', '`']), "quotes, backticks and backslashes are not allowed");
    Ok(())
}

fn check_title(text: &str) -> Result<()> {
    check_text(text)?;
    ensure!(text.starts_with(|c: char| c.is_ascii_alphabetic()), "it must begin with a letter");
    ensure!(text.chars().any(|c| c.is_ascii_alphanumeric()), "it must contain letters");
    Ok(())
}

fn check_url(text: &str) -> Result<()> {
    let host = text.strip_prefix("https://").unwrap_or_default();
    ensure!(
        host.starts_with(|c: char| c.is_ascii_alphanumeric()) && !text.contains(['#', '?', '"', '\\', ' ']),
        "it must be an https URL without query and fragment, such as https://provider.example/oauth/token"
    );
    Ok(())
}

fn check_path(text: &str) -> Result<()> {
    let valid = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let segments = text.strip_prefix('/').unwrap_or_default();
    ensure!(segments.split('/').all(valid), "it must be a path of plain segments, such as /users/self");
    Ok(())
}

fn check_scopes(text: &str) -> Result<()> {
    ensure!(!text.trim().is_empty(), "list at least one scope, or enter - if there are none");
    for (scope, meaning) in split_scopes(text) {
        let printable = scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        ensure!(printable, "`{scope}` is not a scope by RFC 6749 section 3.3");
        ensure!(
            scope.starts_with(|c: char| c.is_ascii_alphabetic()),
            "`{scope}` does not begin with a letter"
        );
        ensure!(!meaning.is_empty(), "add the meaning of `{scope}`, as in `{scope} Read orders`");
        check_text(meaning)?;
    }
    Ok(())
}

/// Splits `a:read Read; a:write Change` into scopes and meanings.
pub(super) fn split_scopes(check_scopes: &str) -> Vec<(&str, &str)> {
    if check_scopes.trim() == "-" {
        return Vec::new();
    }
    let parts = check_scopes.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.split_once(char::is_whitespace).unwrap_or((part, ""))).collect()
}

fn check_separator(text: &str) -> Result<()> {
    let known = matches!(text, "space" | "comma");
    let one = text.chars().count() == 1
        && text.chars().all(|c| c.is_ascii_punctuation() && !matches!(c, '\'' | '\\'));
    ensure!(known || one, "enter space, comma, or one punctuation character");
    Ok(())
}

fn check_one_of(text: &str, choices: &[&str]) -> Result<()> {
    ensure!(choices.contains(&text), "enter one of: {}", choices.join(", "));
    Ok(())
}

fn check_yes_no(text: &str) -> Result<()> {
    check_one_of(text, &["yes", "no"])
}

fn check_word(text: &str) -> Result<()> {
    let valid = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'));
    ensure!(valid, "it must be one word of letters, digits, _, -, : and .");
    Ok(())
}

fn check_number(text: &str) -> Result<()> {
    ensure!(text.parse::<u32>().is_ok(), "it must be a whole number");
    Ok(())
}

fn check_lifetime(text: &str) -> Result<()> {
    let seconds = text.parse::<u32>().is_ok_and(|seconds| seconds > 0);
    ensure!(text == "never" || seconds, "enter a whole number of seconds, or never");
    Ok(())
}

fn check_scheme(text: &str) -> Result<()> {
    ensure!(
        text.matches('…').count() == 1,
        "it must contain exactly one … in place of the token, as in Bearer …"
    );
    let around = text.replacen('…', "", 1);
    ensure!(around.chars().all(|c| matches!(c, ' '..='~') && c != '\\'), "it must be printable ASCII");
    ensure!(text.starts_with(|c: char| c.is_ascii_alphabetic()), "it must begin with the scheme's name");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_keys_are_unique() {
        for (at, question) in QUESTIONS.iter().enumerate() {
            if let Some(default) = question.default {
                (question.check)(default).unwrap();
            }
            assert!(!QUESTIONS[..at].iter().any(|other| other.key == question.key), "{}", question.key);
        }
    }

    #[test]
    fn rejects_invalid_answers() {
        for (key, bad) in [
            ("title", "\"Acme\""),
            ("title", "1"),
            ("authorize-url", "http://acme.example/authorize"),
            ("token-url", "https://acme.example/token?x=1"),
            ("me", "me"),
            ("me", "/users/../me"),
            ("scopes", ""),
            ("scopes", "orders:read"),
            ("scopes", "or\"ders Read"),
            ("scope-separator", "', '"),
            ("client-auth", "header"),
            ("lifetime", "0"),
            ("lifetime", "an hour"),
            ("scheme", "Bearer"),
            ("refresh", "yes"),
            ("refresh-idle-days", "-1"),
            ("code-grant", "authorization code"),
        ] {
            assert!((question(key).unwrap().check)(bad).is_err(), "{key}: {bad}");
        }
        for bad in ["", "a", "Acme", "acme-orders", "1acme"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        check_name("acme2").unwrap();
    }

    #[test]
    fn splits_scopes_and_meanings() {
        assert_eq!(split_scopes("a:r Read all; b Change ;"), [("a:r", "Read all"), ("b", "Change")]);
        assert_eq!(split_scopes("-"), []);
    }
}
