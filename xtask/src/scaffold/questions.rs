//! What has to be known about a provider before it can be declared.

use anyhow::{Result, ensure};

/// One question about a provider.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Its name as a flag and in a file of answers.
    pub key: &'static str,
    /// What a person is asked.
    pub ask: &'static str,
    /// What an empty answer means; `None` if there has to be one.
    pub default: Option<&'static str>,
    /// What is vouched for by the document in which it was read: a variant of oauth-core's `Fact`. `None` for what nobody
    /// has to vouch for.
    pub fact: Option<&'static str>,
    /// Whether this can be an answer.
    pub check: fn(&str) -> Result<()>,
}

/// All of them, in the order in which they are asked.
pub const QUESTIONS: &[Question] = &[
    Question {
        key: "title",
        ask: "Its name for people, such as Cohort Go",
        default: None,
        fact: None,
        check: title,
    },
    Question { key: "home", ask: "Its home page", default: None, fact: None, check: url },
    Question {
        key: "register",
        ask: "How an app is registered there, in a sentence or two",
        default: None,
        fact: None,
        check: words,
    },
    Question {
        key: "authorize-url",
        ask: "The authorize URL, where a person's browser is sent",
        default: None,
        fact: Some("AuthorizeUrl"),
        check: url,
    },
    Question {
        key: "token-url",
        ask: "The token URL, where a code becomes a token",
        default: None,
        fact: Some("TokenUrl"),
        check: url,
    },
    Question {
        key: "api-url",
        ask: "The API's base URL, to which paths are appended",
        default: None,
        fact: Some("ApiUrl"),
        check: url,
    },
    Question {
        key: "me",
        ask: "The path of a GET below it that tells whose token it is shown, such as /me",
        default: None,
        fact: Some("Call"),
        check: path,
    },
    Question {
        key: "scopes",
        ask: "Its scopes, each with what it allows: `orders:read Read orders; orders:write Change orders` (`-`: none)",
        default: None,
        fact: Some("Scopes"),
        check: scopes,
    },
    Question {
        key: "scope-separator",
        ask: "What stands between scopes: space, comma, or one character",
        default: Some("space"),
        fact: Some("ScopeSeparator"),
        check: separator,
    },
    Question {
        key: "client-auth",
        ask: "Where client id and secret go on a token call: body, basic (encoded first, RFC 6749), basic-raw, or none (no secret)",
        default: Some("body"),
        fact: Some("ClientAuth"),
        check: |text| one_of(text, &["body", "basic", "basic-raw", "none"]),
    },
    Question {
        key: "code-grant",
        ask: "The grant_type of the code exchange",
        default: Some("authorization_code"),
        fact: Some("CodeGrant"),
        check: word,
    },
    Question {
        key: "redirect-uri",
        ask: "Which token calls have the redirect_uri: code-exchange, every, or never",
        default: Some("code-exchange"),
        fact: Some("RedirectUri"),
        check: |text| one_of(text, &["code-exchange", "every", "never"]),
    },
    Question {
        key: "pkce",
        ask: "Whether it understands PKCE with S256: yes or no",
        default: Some("no"),
        fact: Some("Pkce"),
        check: yes_no,
    },
    Question {
        key: "scheme",
        ask: "How the API wants the token, with … in its place, such as Bearer …",
        default: None,
        fact: Some("Scheme"),
        check: scheme,
    },
    Question {
        key: "lifetime",
        ask: "How long an access token lives: seconds as the reply's expires_in, or never if it does not expire",
        default: None,
        fact: Some("AccessTokenLifetime"),
        check: lifetime,
    },
    Question {
        key: "refresh",
        ask: "Its refresh tokens: single-use (each refresh brings the next), reusable, or never (there are none)",
        default: None,
        fact: Some("Renewal"),
        check: |text| one_of(text, &["single-use", "reusable", "never"]),
    },
    Question {
        key: "refresh-idle-days",
        ask: "After how many days an unused refresh token lapses; 0: never",
        default: Some("0"),
        fact: Some("Renewal"),
        check: number,
    },
    Question {
        key: "refresh-grant",
        ask: "The grant_type of a refresh",
        default: Some("refresh_token"),
        fact: Some("RefreshGrant"),
        check: word,
    },
    Question {
        key: "password-grant",
        ask: "Whether there is a password grant: yes or no",
        default: Some("no"),
        fact: Some("PasswordGrant"),
        check: yes_no,
    },
    Question {
        key: "client-credentials",
        ask: "Whether there is a client credentials grant: yes or no",
        default: Some("no"),
        fact: Some("ClientCredentialsGrant"),
        check: yes_no,
    },
];

/// The question of this name.
#[must_use]
pub fn named(key: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.key == key)
}

/// Whether this can be a crate's and a provider's name.
///
/// # Errors
/// What is wrong with it.
pub fn name(text: &str) -> Result<()> {
    let good = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    ensure!(
        good && text.len() > 1,
        "a provider's name is a crate's: lower-case letters and digits, such as gocd"
    );
    Ok(())
}

fn words(text: &str) -> Result<()> {
    ensure!(!text.trim().is_empty(), "it must not be empty");
    ensure!(!text.contains(['"', '\\', '`']), "quotes, backticks and backslashes cannot stand here");
    Ok(())
}

fn title(text: &str) -> Result<()> {
    words(text)?;
    ensure!(text.starts_with(|c: char| c.is_ascii_alphabetic()), "it must begin with a letter");
    ensure!(text.chars().any(|c| c.is_ascii_alphanumeric()), "it needs letters");
    Ok(())
}

fn url(text: &str) -> Result<()> {
    let host = text.strip_prefix("https://").unwrap_or_default();
    ensure!(
        host.starts_with(|c: char| c.is_ascii_alphanumeric()) && !text.contains(['#', '?', '"', '\\', ' ']),
        "it must be an https URL without query and fragment, such as https://provider.example/oauth/token"
    );
    Ok(())
}

fn path(text: &str) -> Result<()> {
    let good = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let segments = text.strip_prefix('/').unwrap_or_default();
    ensure!(segments.split('/').all(good), "it must be a path of plain segments, such as /users/self");
    Ok(())
}

fn scopes(text: &str) -> Result<()> {
    ensure!(!text.trim().is_empty(), "name at least one, or say - if there are none");
    for (scope, meaning) in listed(text) {
        let printable = scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        ensure!(printable, "`{scope}` is not a scope by RFC 6749 section 3.3");
        ensure!(
            scope.starts_with(|c: char| c.is_ascii_alphabetic()),
            "`{scope}` does not begin with a letter"
        );
        ensure!(!meaning.is_empty(), "say what `{scope}` allows: `{scope} Read orders`");
        words(meaning)?;
    }
    Ok(())
}

/// `a:read Read; a:write Change` as pairs.
pub(super) fn listed(scopes: &str) -> Vec<(&str, &str)> {
    if scopes.trim() == "-" {
        return Vec::new();
    }
    let parts = scopes.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.split_once(char::is_whitespace).unwrap_or((part, ""))).collect()
}

fn separator(text: &str) -> Result<()> {
    let known = matches!(text, "space" | "comma");
    let one = text.chars().count() == 1
        && text.chars().all(|c| c.is_ascii_punctuation() && !matches!(c, '\'' | '\\'));
    ensure!(known || one, "say space, comma, or one punctuation character");
    Ok(())
}

fn one_of(text: &str, choices: &[&str]) -> Result<()> {
    ensure!(choices.contains(&text), "say {}", choices.join(", "));
    Ok(())
}

fn yes_no(text: &str) -> Result<()> {
    one_of(text, &["yes", "no"])
}

fn word(text: &str) -> Result<()> {
    let good = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'));
    ensure!(good, "it must be one word of letters, digits, _, -, : and .");
    Ok(())
}

fn number(text: &str) -> Result<()> {
    ensure!(text.parse::<u32>().is_ok(), "it must be a whole number");
    Ok(())
}

fn lifetime(text: &str) -> Result<()> {
    let seconds = text.parse::<u32>().is_ok_and(|seconds| seconds > 0);
    ensure!(text == "never" || seconds, "say a whole number of seconds, or never");
    Ok(())
}

fn scheme(text: &str) -> Result<()> {
    ensure!(text.matches('…').count() == 1, "it must show with one … where the token goes, as in Bearer …");
    let around = text.replacen('…', "", 1);
    ensure!(around.chars().all(|c| matches!(c, ' '..='~') && c != '\\'), "it must be printable ASCII");
    ensure!(text.starts_with(|c: char| c.is_ascii_alphabetic()), "it must begin with the scheme's name");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_an_answer_and_keys_are_unique() {
        for (at, question) in QUESTIONS.iter().enumerate() {
            if let Some(default) = question.default {
                (question.check)(default).unwrap();
            }
            assert!(!QUESTIONS[..at].iter().any(|other| other.key == question.key), "{}", question.key);
        }
    }

    #[test]
    fn what_would_not_compile_or_not_be_true_is_refused() {
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
            assert!((named(key).unwrap().check)(bad).is_err(), "{key}: {bad}");
        }
        for bad in ["", "a", "Acme", "acme-orders", "1acme"] {
            assert!(name(bad).is_err(), "{bad}");
        }
        name("acme2").unwrap();
    }

    #[test]
    fn scopes_are_listed_with_their_meanings() {
        assert_eq!(listed("a:r Read all; b Change ;"), [("a:r", "Read all"), ("b", "Change")]);
        assert_eq!(listed("-"), []);
    }
}
