//! The path where a user returns after connecting: always on the same site.

use oauth_core::url::Url;

/// Longer paths are implausible, and do not fit into a cookie.
const MAX_LENGTH: usize = 1_024;

/// A path of this site with its query and fragment, as a browser parses it: never another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo(String);

impl ReturnTo {
    /// Parses a link's `return_to`. `None` if a browser could read it as another site.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Browsers read a backslash as a slash, and drop white space and control characters.
        let plain = text.chars().all(|c| c != '\\' && !c.is_control() && !c.is_whitespace());
        if text.len() > MAX_LENGTH || !plain || !text.starts_with('/') || text.starts_with("//") {
            return None;
        }
        // The result is normalized as in browsers: `/.//host` becomes the path `//host`, which is rejected
        // below.
        let site = Url::parse("https://site.invalid/").ok()?;
        let url = site.join(text).ok()?;
        let same = url.origin() == site.origin() && url.username().is_empty() && url.password().is_none();
        let path = url.as_str().strip_prefix("https://site.invalid")?;
        (same && path.starts_with('/') && !path.starts_with("//")).then(|| Self(path.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepts_paths_of_the_site_only() {
        for (good, read) in [
            ("/", "/"),
            ("/courses?page=2&q=%2F%2Fevil.example#top", "/courses?page=2&q=%2F%2Fevil.example#top"),
            ("/a/../b", "/b"),
            ("/größe", "/gr%C3%B6%C3%9Fe"),
            ("/login?next=https://evil.example", "/login?next=https://evil.example"),
            ("/@evil.example", "/@evil.example"),
        ] {
            assert_eq!(ReturnTo::parse(good).map(|path| path.0).as_deref(), Some(read), "{good}");
        }
        for bad in [
            "",
            "courses",
            "https://evil.example/",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "javascript:alert(1)",
            "/ok\r\nSet-Cookie: a=b",
            " //evil.example",
            "?next",
            "#top",
        ] {
            assert_eq!(ReturnTo::parse(bad), None, "{bad:?}");
        }
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(MAX_LENGTH))), None);
    }

    /// Paths that try to leave the site.
    fn hostile_paths() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("/"),
            Just("\\"),
            Just("//"),
            Just("."),
            Just(".."),
            Just("%2e"),
            Just("%2f"),
            Just("%5c"),
            Just("@"),
            Just(":"),
            Just("?"),
            Just("#"),
            Just("http:"),
            Just("https:"),
            Just("javascript:"),
            Just("evil.example"),
            Just("\t"),
            Just("\n"),
            Just("\r"),
            Just(" "),
            Just("\u{0}"),
            Just("\u{ff0f}"),
            Just("\u{3002}"),
            Just("a"),
            Just(";"),
            Just("&"),
            Just("[::1]"),
            Just("%00"),
        ];
        proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]

        #[test]
        fn result_always_stays_on_the_site(text in prop_oneof![hostile_paths(), ".{0,40}", hostile_paths().prop_map(|rest| format!("/{rest}"))]) {
            if let Some(path) = ReturnTo::parse(&text) {
                for site in ["https://app.example.com/callback/go1?code=1", "http://127.0.0.1:3000/callback/go1/"] {
                    let site = Url::parse(site).unwrap();
                    let led = site.join(path.as_str()).unwrap();
                    prop_assert_eq!(led.origin(), site.origin(), "{:?} leads to {}", text, led);
                }
                prop_assert!(path.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", path);
                // Parsing is idempotent.
                prop_assert_eq!(ReturnTo::parse(path.as_str()), Some(path.clone()));
            }
        }
    }
}
