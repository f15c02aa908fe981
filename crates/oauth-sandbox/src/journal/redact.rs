//! What may be shown. Everything is a secret unless it is on a list, so that a new parameter cannot leak by being forgotten.

use std::borrow::Cow;

/// Stands for what is not shown.
pub(super) const REDACTED: &str = "***";

/// Parameters whose values are no secrets. `state` is not among them: it protects its owner only while it is unknown.
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

/// At most so many parameters of one request, and so many characters of one value.
const MOST: usize = 50;
const LONGEST: usize = 300;

/// At most so many are shown.
pub(super) fn parameters<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.take(MOST).map(|(name, value)| {
        if is_harmless(name) {
            (name, cut(value, LONGEST))
        } else if looks_like_a_name(name) {
            (name, REDACTED)
        } else {
            (REDACTED, REDACTED)
        }
    })
}

/// `path` with every segment that could be a token replaced.
pub(super) fn path(path: &str) -> Cow<'_, str> {
    parts(path, '/')
}

/// `host` with every label that could be a token replaced, and whatever stands before an `@`.
pub(super) fn host(host: &str) -> Cow<'_, str> {
    match host.rsplit_once('@') {
        None => parts(host, '.'),
        Some((_, host)) => {
            let mut shown = format!("{REDACTED}@{}", parts(host, '.'));
            shown.truncate(cut(&shown, LONGEST).len());
            Cow::Owned(shown)
        }
    }
}

/// What `between` separates, without the parts that could be a token.
fn parts(text: &str, between: char) -> Cow<'_, str> {
    if text.len() < SHORTEST || !text.split(between).any(opaque) {
        return Cow::Borrowed(cut(text, LONGEST));
    }
    let shown = text.split(between).map(|part| if opaque(part) { REDACTED } else { part });
    let mut shown = shown.collect::<Vec<_>>().join(between.encode_utf8(&mut [0; 4]));
    shown.truncate(cut(&shown, LONGEST).len());
    Cow::Owned(shown)
}

/// The first so many characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    // As many bytes are no more characters.
    if text.len() <= most {
        return text;
    }
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// A short word, perhaps in Rails' bracket notation. No token that a sandbox gives out is as short.
fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() < 32
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte))
}

/// Nothing shorter is taken for a token.
const SHORTEST: usize = 20;

/// Longer than any word in our providers' paths, or with a digit and rather long: not a word.
fn opaque(segment: &str) -> bool {
    segment.len() >= 32 || (segment.len() >= SHORTEST && segment.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_a_path_are_not_shown() {
        let token = "bd18277b3bb5e5e674a6d7a4fc62d6d15b764dd268df84f08cb99a892baf4124";
        assert_eq!(path(&format!("/api/access_tokens/{token}/space")), "/api/access_tokens/***/space");
        assert_eq!(path("/go/oauth/authorize"), "/go/oauth/authorize");
        assert_eq!(
            path("/services/payments/provider_invoices.json"),
            "/services/payments/provider_invoices.json"
        );
    }

    #[test]
    fn a_host_is_shown_and_a_token_in_it_is_not() {
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
        fn no_value_of_an_unlisted_parameter_is_shown(name in "[a-z_]{1,12}", value in "[0-9A-Z]{8,40}") {
            let given = [(name.clone(), value.clone()), (value.repeat(4), String::new())];
            let shown: Vec<_> = parameters(given.iter().map(|(name, value)| (&**name, &**value))).collect();
            let harmless = is_harmless(&name);
            proptest::prop_assert_eq!(shown[0].1.contains(&value), harmless);
            proptest::prop_assert_eq!(shown[1].0, REDACTED);
        }

        #[test]
        fn nothing_is_longer_than_it_may_be(text in "[a.é@/ ]{0,700}", most in 0_usize..400) {
            let first: String = text.chars().take(most).collect();
            proptest::prop_assert_eq!(cut(&text, most), first);
            for shown in [path(&text), host(&text)] {
                proptest::prop_assert!(shown.chars().count() <= LONGEST);
            }
        }
    }
}
