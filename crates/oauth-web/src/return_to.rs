//! Where a person goes on to: a path of the same site, and nothing else.

use oauth_core::url::Url;

/// Longer ones are no paths of an application, and would not fit into a cookie.
const LONGEST: usize = 1_024;

/// A path of this site with its query and fragment, as a browser would read it: never another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo(String);

impl ReturnTo {
    /// Reads what a link asked for. None if it leads, or might be read to lead, anywhere else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // A backslash is a slash to browsers, and white space and controls are nothing: no path needs them as they are.
        let plain = text.chars().all(|c| c != '\\' && !c.is_control() && !c.is_whitespace());
        if text.len() > LONGEST || !plain || !text.starts_with('/') || text.starts_with("//") {
            return None;
        }
        // What is given out again is what the parser of the URL standard made of it, as browsers do: `/.//host` is the
        // path `//host` after that.
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
    fn paths_of_the_site_and_nothing_else() {
        for (good, read) in [
            ("/", "/"),
            ("/courses?page=2&q=%2F%2Fevil.example#top", "/courses?page=2&q=%2F%2Fevil.example#top"),
            ("/a/../b", "/b"),
            ("/größe", "/gr%C3%B6%C3%9Fe"),
            ("/login?next=https://evil.example", "/login?next=https://evil.example"),
            ("/@evil.example", "/@evil.example"),
        ] {
            assert_eq!(ReturnTo::read(good).map(|path| path.0).as_deref(), Some(read), "{good}");
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
            assert_eq!(ReturnTo::read(bad), None, "{bad:?}");
        }
        assert_eq!(ReturnTo::read(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    /// Pieces of which attempts to get elsewhere are made.
    fn attempts() -> impl Strategy<Value = String> {
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
        fn wherever_it_leads_is_the_site(text in prop_oneof![attempts(), ".{0,40}", attempts().prop_map(|rest| format!("/{rest}"))]) {
            if let Some(path) = ReturnTo::read(&text) {
                for site in ["https://app.example.com/callback/go1?code=1", "http://127.0.0.1:3000/callback/go1/"] {
                    let site = Url::parse(site).unwrap();
                    let led = site.join(path.as_str()).unwrap();
                    prop_assert_eq!(led.origin(), site.origin(), "{:?} leads to {}", text, led);
                }
                prop_assert!(path.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", path);
                // Reading it again changes nothing, so nothing is hidden in it.
                prop_assert_eq!(ReturnTo::read(path.as_str()), Some(path.clone()));
            }
        }
    }
}
