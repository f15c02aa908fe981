use super::*;

fn allows(site: &Site, url: &str) -> bool {
    match Url::parse(url) {
        Ok(url) => site.api_base(&Account::at(url)).is_ok(),
        Err(_) => false, // such a token response cannot be parsed in the first place
    }
}

#[test]
fn allows_hosts_of_the_guides() {
    for url in [
        "https://portal.cohortgo.com/api/v1",
        "https://demo.s.portal.cohortgo.com/api/v1",
        "https://partner123.portal.cohortgo.com/api/v1/",
        "https://cohortgo.com/",
        "https://PORTAL.CohortGo.COM:443/api/v1",
    ] {
        assert!(allows(&Site::production(), url), "{url}");
    }
}

#[test]
fn rejects_lookalike_hosts() {
    for url in [
        // other names
        "https://evil.example/api/v1",
        "https://cohortgo.com.evil.example/api/v1",
        "https://evilcohortgo.com/api/v1",
        "https://cohortgo.co/api/v1",
        "https://cohortgo.dev/api/v1",
        "https://cohortgo.com.au/api/v1",
        "https://cohort-go.com/api/v1",
        "https://cohortgo.app/api/v1",
        "https://portal-cohortgo.com/api/v1",
        "https://xn--chortgo-80c.com/",
        "https://cоhortgo.com/", // the first o is Cyrillic
        "https://portal.cohortgo.com./api/v1",
        "https://.cohortgo.com/",
        "https://a..cohortgo.com/",
        // numbers and this machine
        "https://127.0.0.1/api/v1",
        "https://[::1]/api/v1",
        "https://2130706433/api/v1",
        "https://169.254.169.254/latest",
        "https://localhost/api/v1",
        "http://localhost:3000/api/v1",
        // the scheme
        "http://portal.cohortgo.com/api/v1",
        "ftp://portal.cohortgo.com/api/v1",
        "wss://portal.cohortgo.com/api/v1",
        "data:text/plain,portal.cohortgo.com",
        "file:///portal.cohortgo.com/api",
        // the port
        "https://portal.cohortgo.com:8443/api/v1",
        "https://portal.cohortgo.com:80/api/v1",
        "https://portal.cohortgo.com:0/",
        // before and after the host
        "https://portal.cohortgo.com@evil.example/api/v1",
        "https://portal.cohortgo.com:443@evil.example/",
        "https://user@portal.cohortgo.com/api/v1",
        "https://:pass@portal.cohortgo.com/api/v1",
        "https://evil.example\\@portal.cohortgo.com/",
        "https://evil.example#.cohortgo.com/",
        "https://evil.example?.cohortgo.com/",
        "https://evil.example/.cohortgo.com/",
        "https://evil.example%2f.cohortgo.com/",
        "https://evil.example%00.cohortgo.com/",
        "https://portal.cohortgo.com/api/v1?next=",
        "https://portal.cohortgo.com/api/v1#",
    ] {
        assert!(!allows(&Site::production(), url), "{url}");
    }
}

#[test]
fn rejected_host_error_names_host_and_help() {
    let account = Account::at("https://cohortgo.com.evil.example:99/api/v1".parse().unwrap());
    let error = Site::production().api_base(&account).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignHost);
    assert_eq!(
        error.to_string(),
        "the customer's API base URL is not at a host of Cohort Go (at cohortgo.com.evil.example:99); nothing was sent; \
         if the API is really at that host, allow it with Site::trusting_api_host"
    );
}

#[test]
fn loopback_portal_allows_loopback_api_only() {
    for base in ["http://127.0.0.1:4010", "http://localhost:4010/", "https://[::1]:4010"] {
        let site = Site::at(base).unwrap();
        for good in ["http://127.0.0.1:4011/api/v1", "http://acme.localhost:9/api/v1", "https://localhost/"] {
            assert!(allows(&site, good), "{base} {good}");
        }
        for bad in [
            "https://portal.cohortgo.com/api/v1",
            "http://portal.cohortgo.com/api/v1",
            "http://192.168.0.1/api/v1",
            "http://localhost.evil.example/",
            "http://user@127.0.0.1/",
            "ftp://127.0.0.1/",
        ] {
            assert!(!allows(&site, bad), "{base} {bad}");
        }
    }
}

#[test]
fn named_host_is_allowed_with_its_port_only() {
    let site = Site::production().trusting_api_host("API.example.org").unwrap();
    let site = site.trusting_api_host("other.example.org:8443").unwrap().trusting_api_host("[::1]").unwrap();
    for good in [
        "https://api.example.org/v1",
        "https://other.example.org:8443/v1",
        "https://[::1]/",
        "https://portal.cohortgo.com/api/v1",
    ] {
        assert!(allows(&site, good), "{good}");
    }
    for bad in [
        "http://api.example.org/v1",
        "https://api.example.org:8443/v1",
        "https://other.example.org/v1",
        "https://below.api.example.org/v1",
        "https://user@api.example.org/v1",
        "https://api.example.org/v1?x",
    ] {
        assert!(!allows(&site, bad), "{bad}");
    }
    for not_a_host in [
        "",
        "https://api.example.org",
        "api.example.org/v1",
        "a@b",
        "a b",
        "a:port",
        "a\n",
        "a?b",
        "a#b",
        ":443",
    ] {
        let error = Site::production().trusting_api_host(not_a_host).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{not_a_host:?}");
    }
}

#[test]
fn rejects_unusable_portal_url() {
    let site = Site::at(" https://partner123.portal.cohortgo.com/ ").unwrap();
    assert_eq!(site.authorize.as_str(), "https://partner123.portal.cohortgo.com/oauth2/authorize");
    assert_eq!(site.token.as_str(), "https://partner123.portal.cohortgo.com/oauth2/token");
    for bad in [
        "",
        "portal.cohortgo.com",
        "http://portal.cohortgo.com",
        "https://user@portal.cohortgo.com",
        "https://portal.cohortgo.com/?x=1",
        "https://portal.cohortgo.com/#x",
        "ftp://127.0.0.1",
        "mailto:a@b",
    ] {
        assert_eq!(Site::at(bad).unwrap_err().kind(), ErrorKind::InvalidInput, "{bad}");
    }
}
