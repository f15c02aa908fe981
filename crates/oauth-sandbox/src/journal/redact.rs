//! Redaction of journal entries by an allow list: a new parameter is redacted until it is added to the list.

use super::Parameter;

pub(super) const REDACTED: &str = "***";

/// Lists the parameters without secrets. `state` is not among them: it protects against CSRF only while it is
/// secret.
fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "_method"
            | "authorize"
            | "client[name]"
            | "client[redirect_uri]"
            | "client_id"
            | "code_challenge_method"
            | "decision"
            | "error"
            | "grant_type"
            | "limit"
            | "mode"
            | "oauth_client[name]"
            | "oauth_client[redirect_uri]"
            | "offset"
            | "page"
            | "partner_portal_id"
            | "portal_name"
            | "redirect_uri"
            | "response_type"
            | "scope"
            | "space_id"
            | "updated_since"
            | "use_scroll"
    )
}

/// Limits on the parameters of one request, and on the characters of one value.
const MAX_PARAMETERS: usize = 50;
const MAX_LENGTH: usize = 300;

/// Redacts the first [`MAX_PARAMETERS`] parameters and drops the rest.
pub(super) fn parameters(pairs: &[(String, String)]) -> Vec<Parameter> {
    let redacted = |(name, value): &(String, String)| {
        let (name, value) = if is_harmless(name) {
            (name.as_str(), cut(without_query(name, value), MAX_LENGTH))
        } else if looks_like_a_name(name) {
            (name.as_str(), REDACTED)
        } else {
            (REDACTED, REDACTED)
        };
        Parameter { name: name.to_owned(), value: value.to_owned() }
    };
    pairs.iter().take(MAX_PARAMETERS).map(redacted).collect()
}

/// Returns a redirect URI without user information, query and fragment, encoded or not: a callback's URL,
/// sent by mistake, has a code in them. Other values stay as they are.
fn without_query<'a>(name: &str, value: &'a str) -> &'a str {
    if !name.contains("redirect_uri") {
        return value;
    }
    let lower = value.to_ascii_lowercase();
    let marks = ["?", "#", "&", ";", "%3f", "%23", "%26", "%3b"];
    let end = marks.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(value.len());
    let uri = &value[..end];
    if uri.contains('@') { REDACTED } else { uri }
}

/// Redacts path segments that could be tokens.
pub(super) fn path(path: &str) -> String {
    parts(path, "/")
}

/// Redacts host labels that could be tokens, and user information before an `@`.
pub(super) fn host(host: &str) -> String {
    match host.rsplit_once('@') {
        None => parts(host, "."),
        Some((_, host)) => cut(&format!("{REDACTED}@{}", parts(host, ".")), MAX_LENGTH).to_owned(),
    }
}

fn parts(text: &str, separator: &str) -> String {
    let shown = text.split(separator).map(|part| if could_be_token(part) { REDACTED } else { part });
    cut(&shown.collect::<Vec<_>>().join(separator), MAX_LENGTH).to_owned()
}

pub(super) fn cut(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end])
}

/// Accepts short names, including Rails' bracket notation. All tokens of the sandbox are longer.
fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() < 32
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte))
}

/// Tells tokens from the words in our providers' paths, by their length and digits.
fn could_be_token(segment: &str) -> bool {
    segment.len() >= 32 || (segment.len() >= 20 && segment.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(name: &str, value: &str) -> (String, String) {
        let mut shown = parameters(&[(name.to_owned(), value.to_owned())]);
        let Parameter { name, value } = shown.remove(0);
        (name, value)
    }

    #[test]
    fn redirect_uri_has_no_query() {
        for (given, shown) in [
            ("https://app.example.com/cb", "https://app.example.com/cb"),
            ("https://app.example.com/cb?code=secret&state=secret", "https://app.example.com/cb"),
            ("https://app.example.com/cb#code=secret", "https://app.example.com/cb"),
            ("https://app.example.com/cb%3Fcode%3Dsecret", "https://app.example.com/cb"),
            ("https://app.example.com/cb%23code%3dsecret", "https://app.example.com/cb"),
            ("https://app.example.com/cb&code=secret", "https://app.example.com/cb"),
            ("com.example.app:/cb?code=secret", "com.example.app:/cb"),
            ("https://me:secret@app.example.com/cb", REDACTED),
        ] {
            for name in ["redirect_uri", "client[redirect_uri]", "oauth_client[redirect_uri]"] {
                assert_eq!(redacted(name, given), (name.to_owned(), shown.to_owned()));
            }
        }
        assert_eq!(redacted("scope", "a?b").1, "a?b");
    }

    #[test]
    fn path_redacts_tokens() {
        let token = "bd18277b3bb5e5e674a6d7a4fc62d6d15b764dd268df84f08cb99a892baf4124";
        assert_eq!(path(&format!("/api/access_tokens/{token}/space")), "/api/access_tokens/***/space");
        assert_eq!(path("/go/oauth/authorize"), "/go/oauth/authorize");
        assert_eq!(
            path("/services/payments/provider_invoices.json"),
            "/services/payments/provider_invoices.json"
        );
    }

    #[test]
    fn host_redacts_tokens_and_user_information() {
        for known in [
            "",
            "127.0.0.1:4401",
            "[::1]:4401",
            "betahaus.localhost:1",
            "members.harbour-coworking.localhost",
        ] {
            assert_eq!(host(known), known);
        }
        assert_eq!(host("me:secret@localhost"), "***@localhost");
        assert_eq!(host("bd18277b3bb5e5e674a6d7a4fc62d6d1.localhost:1"), "***.localhost:1");
    }

    proptest::proptest! {
        #[test]
        fn parameters_redact_unlisted_values(name in "[a-z_]{1,12}", value in "[0-9A-Z]{8,40}") {
            proptest::prop_assert_eq!(redacted(&name, &value).1.contains(&value), is_harmless(&name));
            proptest::prop_assert_eq!(redacted(&value.repeat(4), "").0, REDACTED);
        }

        #[test]
        fn redacted_texts_respect_length_limit(text in "[a.é@/ ]{0,700}", limit in 0_usize..400) {
            let first: String = text.chars().take(limit).collect();
            proptest::prop_assert_eq!(cut(&text, limit), first);
            for shown in [path(&text), host(&text)] {
                proptest::prop_assert!(shown.chars().count() <= MAX_LENGTH);
            }
        }
    }
}
