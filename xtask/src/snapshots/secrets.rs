//! Finds secrets in snapshots.
//!
//! Two independent checks. Secrets in fixtures begin with `canary-`, which must not appear in a snapshot,
//! encoded or not. And a value next to the name of a secret must be redacted, such as `[client-secret]`; this
//! also finds secrets that lack the prefix.

use super::content;

/// Prefix of all secrets in fixtures.
const PREFIX: &str = "canary-";

/// Encodings of `canary-`, for each alignment in base64.
const ENCODED: [(&str, &str); 4] = [
    ("63616e6172792d", "in hexadecimal"),
    ("Y2FuYXJ5L", "in base64"),
    ("NhbmFyeS", "in base64"),
    ("jYW5hcnkt", "in base64"),
];

/// Names of parameters and fields whose values are secrets.
pub const NAMES: [&str; 9] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "grant_code",
    "id_token",
    "password",
    "refresh_token",
    "space_token",
];

/// A secret found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Line number, from 1.
    pub line: usize,
    /// Error message, without the secret.
    pub message: String,
}

/// Leaks in a snapshot file. The metadata header may name a secret with an example value from a provider's
/// document, so only the prefix is searched there.
#[must_use]
pub fn find_in_snapshot(file: &str) -> Vec<Leak> {
    let head = file.len() - content(file).len();
    let mut found = find_marked(file);
    let skipped = file[..head].lines().count();
    found.extend(
        find_unredacted(&file[head..]).into_iter().map(|leak| Leak { line: leak.line + skipped, ..leak }),
    );
    found
}

/// Lines that contain `canary-`: plain, percent-encoded, in base64 or in hexadecimal.
#[must_use]
pub fn find_marked(text: &str) -> Vec<Leak> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let plain = percent_decoded(line);
        let encoded = ENCODED.iter().find(|(sign, how)| match *how {
            "in hexadecimal" => plain.to_ascii_lowercase().contains(sign),
            _ => plain.contains(sign),
        });
        let how = if line.contains(PREFIX) {
            "in plain text"
        } else if plain.contains(PREFIX) {
            "percent-encoded"
        } else if let Some((_, how)) = encoded {
            how
        } else {
            continue;
        };
        found.push(Leak { line: number + 1, message: format!("contains a secret of the fixtures, {how}") });
    }
    found
}

/// Lines in which a secret's name has a value that is not redacted.
#[must_use]
pub fn find_unredacted(text: &str) -> Vec<Leak> {
    let mut found = Vec::new();
    // The value of a multipart field is two lines below its name.
    let mut part: Option<(&str, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let mut names: Vec<&str> = NAMES
            .into_iter()
            .filter(|name| values(line, name).any(|value| !is_redacted(name, value)))
            .collect();
        if authorization(line).is_some_and(|value| !is_redacted("authorization", value)) {
            names.push("authorization");
        }
        if let Some((name, at)) = part
            && number == at + 2
            && !is_redacted(name, line)
        {
            names.push(name);
        }
        if let Some(name) = line.split("form-data; name=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            part = NAMES.into_iter().find(|known| *known == name).map(|name| (name, number));
        }
        found.extend(names.into_iter().map(|name| Leak {
            line: number + 1,
            message: format!("has a value of `{name}` that is not redacted as [{}]", name.replace('_', "-")),
        }));
    }
    found
}

/// Values in `name=value`, `"name":"value"` and `name: "value"`. After a bare name and a colon the value must
/// be quoted, because such text is usually prose.
fn values<'a>(line: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(name).filter_map(move |(at, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if line[..at].ends_with(word) {
            return None;
        }
        let after = &line[at + name.len()..];
        let (quoted_name, after) =
            after.strip_prefix(['"', '\'']).map_or((false, after), |rest| (true, rest));
        let (by_colon, after) = match after.strip_prefix('=') {
            Some(rest) => (false, rest),
            None => (true, after.trim_start().strip_prefix(':')?.trim_start()),
        };
        if let Some(quoted) = after.strip_prefix(['"', '\'']) {
            return quoted.split(['"', '\'']).next();
        }
        let bare = after.split(['&', ',', ' ', '"', '\'', ')', '}', ';']).next();
        bare.filter(|_| !by_colon || quoted_name)
    })
}

/// Credentials of an `Authorization` header, without the scheme.
fn authorization(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(": ")?;
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    if !name.eq_ignore_ascii_case("authorization") {
        return None;
    }
    let credentials = value.trim_start().split_once(' ').map_or(value, |(_, credentials)| credentials);
    Some(credentials.trim_start_matches("token=\""))
}

/// True for redacted values: a placeholder, the secret's own name, or a shortened or very short value.
fn is_redacted(name: &str, value: &str) -> bool {
    let value = value.trim();
    value.len() < 4
        || value.starts_with(['[', '<', '{'])
        || value.contains('…')
        || ["null", "none", "true", "false", &name.replace('_', "-")].contains(&value)
}

fn percent_decoded(line: &str) -> String {
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_prefix_in_every_encoding() {
        for line in [
            "access_token=canary-access-token",
            "redirect=https%3A%2F%2Fx%2F%3Ftoken%3Dcanary%2Dx",
            "%63%61%6e%61%72%79%2d",
            "Basic YTpjYW5hcnkteA==",
            "Basic YWI6Y2FuYXJ5LXg=",
            "Basic YWJjOmNhbmFyeS14",
            "key 63616E6172792d78",
        ] {
            assert_eq!(find_marked(&format!("first\n{line}\n")).len(), 1, "{line}");
            assert_eq!(find_marked(&format!("first\n{line}\n"))[0].line, 2, "{line}");
        }
        assert_eq!(find_marked("a canary in a mine, 100% of it\n[client-secret]\n"), []);
    }

    #[test]
    fn finds_unmarked_secret_by_name() {
        for text in [
            "grant_type=password&password=hunter2&username=joe",
            "    ? client_secret=s3cret",
            r#"{"access_token":"abcd","token_type":"bearer"}"#,
            r#"{ "refresh_token" : "abcd" }"#,
            "{ access_token: 'abcd' }",
            "authorization: Bearer abcd",
            "        Authorization:  Token token=\"abcd\"",
            "authorization: Basic YWJj",
            "--b\nContent-Disposition: form-data; name=\"code\"\n\nabcd\n--b--",
        ] {
            assert_eq!(find_unredacted(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn accepts_redacted_values_and_other_names() {
        let text = "grant_type=authorization_code&code=[code]\n\
                    response_type=code\n\
                    code_challenge=abc\n\
                    error_code: 7\n\
                    --data-urlencode 'client_secret=<CLIENT_SECRET>' \\\n\
                    {\"password\":\"[password]\"}\n\
                    authorization: Bearer [access-token]\n\
                    authorization: Token token=\"[access-token]\"\n\
                    code=26a7…&x=1\n\
                    5. Exchange the code for a token\n\
                    exchanging the code: the token endpoint refused\n\
                    error_password, 401, on a password: refused\n\
                    {\"access_token\":5,\"refresh_token\":null,\"access_token\":\"access-token\"}\n\
                    Content-Disposition: form-data; name=\"code\"\n\n[code]\n";
        assert_eq!(find_unredacted(text), []);
    }

    #[test]
    fn header_may_contain_example_but_no_prefix() {
        let file = "---\nsource: a.rs\ndescription: password=abc\n---\nbody\n";
        assert_eq!(find_in_snapshot(file), []);
        let leaking = file.replace("abc", "canary-abc").replace("body", "body\ncode=abcd");
        let lines: Vec<usize> = find_in_snapshot(&leaking).iter().map(|leak| leak.line).collect();
        assert_eq!(lines, [3, 6]);
    }
}
