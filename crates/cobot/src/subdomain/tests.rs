use super::*;
use crate::site::Site;
use proptest::prelude::*;

fn hosts(subdomain: &Subdomain) -> Vec<(String, String)> {
    [Site::production(), Site::at("http://127.0.0.1:4000").unwrap()]
        .iter()
        .map(|site| {
            let url = site.space_url(subdomain).unwrap();
            (url.host_str().unwrap().to_owned(), url.to_string())
        })
        .collect()
}

proptest! {
    #[test]
    fn subdomain_is_exactly_one_host_label(text in "[a-z0-9][a-z0-9-]{0,99}") {
        prop_assume!(!text.starts_with("xn--"));
        let subdomain: Subdomain = text.parse().unwrap();
        prop_assert_eq!(hosts(&subdomain), [
            (format!("{text}.cobot.me"), format!("https://{text}.cobot.me/")),
            (format!("{text}.localhost"), format!("http://{text}.localhost:4000/")),
        ]);
    }

    #[test]
    fn punycode_is_rejected_or_unchanged(rest in "[a-z0-9-]{0,30}") {
        if let Ok(subdomain) = format!("xn--{rest}").parse::<Subdomain>() {
            prop_assert_eq!(&hosts(&subdomain)[0].0, &format!("xn--{rest}.cobot.me"));
        }
    }

    #[test]
    fn rejects_other_text(text in ".{0,120}") {
        let good = !text.is_empty() && text.len() <= 100 && !text.starts_with('-')
            && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
        prop_assume!(!text.starts_with("xn--"));
        prop_assert_eq!(text.parse::<Subdomain>().is_ok(), good);
    }

    #[test]
    fn rejects_special_characters(before in "[a-z0-9]{0,5}", bad in r"[./\\@:#?%&=_\s\x00-\x1f\u{ff0e}\u{3002}A-Z]", after in ".{0,20}") {
        let text = format!("{before}{bad}{after}");
        prop_assert!(text.parse::<Subdomain>().is_err());
    }
}

#[test]
fn length_and_hyphen_limits() {
    for good in ["a", "0", "co-up", "a-", &"a".repeat(100)] {
        assert!(good.parse::<Subdomain>().is_ok(), "{good}");
    }
    for bad in ["", "-a", "a.b", "A", "a_b", " a", "a ", "ä", "a\n", "evil.example/", "a@b", &"a".repeat(101)]
    {
        assert!(bad.parse::<Subdomain>().is_err(), "{bad}");
    }
}

#[test]
fn error_quotes_no_input() {
    let error = "canary-\r\nx".parse::<Subdomain>().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary-"));
    assert!(serde_json::from_str::<Subdomain>("\"a.b\"").is_err());
}
