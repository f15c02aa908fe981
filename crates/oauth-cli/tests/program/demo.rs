//! `oauth demo`.

use regex::Regex;
use serde_json::Value;

use crate::test_home::{RunOutput, TestHome, run};

/// All providers, in the order of the demo.
const PROVIDERS: &[&str] = &["cohortgo", "cobot", "go1", "gocd"];

fn events(ran: &RunOutput) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Replaces values that vary between runs.
fn normalize(output: &str) -> String {
    let mut output = output.to_owned();
    for (pattern, name) in [
        (r"((?:127\.0\.0\.1|localhost)):\d{4,5}", "$1:PORT"),
        (r"\b[0-9a-f]{32,}\b", "HEX"),
        (r"\bsandbox-app-[0-9a-f]+\b", "sandbox-app"),
        (r"(?m) [A-Za-z0-9_-]{43}$", " CHALLENGE"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?", "TIME"),
        (r"process \d+", "process PID"),
        (r"/\S+/oauth-demo-\w+/", "/FOLDER/"),
        // A shortened time.
        (r"\b\d{4}-[\d-]*…", "TIME…"),
    ] {
        output = Regex::new(pattern).unwrap().replace_all(&output, name).into_owned();
    }
    output
}

#[test]
fn all_providers() {
    let ran = run(&["demo"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(normalize(&ran.stdout));
}

#[test]
fn runs_a_single_provider() {
    let ran = run(&["demo", "--provider", "gocd", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let events = events(&ran);
    let [start, gocd_events @ .., summary] = &events[..] else { panic!("{events:?}") };
    assert!(gocd_events.iter().all(|event| event["provider"] == "gocd"));
    assert!([start, summary].iter().all(|event| event.get("provider").is_none()));
    assert_eq!(events.last().unwrap()["connected"], serde_json::json!(["gocd"]));
}

#[test]
fn prints_one_json_object_per_line() {
    let ran = run(&["demo", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let events = events(&ran);
    let summary = events.last().unwrap();
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["ok"], true);
    assert_eq!(summary["failed"], serde_json::json!([]));
    assert_eq!(summary["connected"], serde_json::json!(PROVIDERS));

    // Each line but the first and the last names its provider, in the order of the demo.
    let mut providers: Vec<_> =
        events[1..events.len() - 1].iter().map(|event| event["provider"].as_str().unwrap()).collect();
    providers.dedup();
    assert_eq!(providers, PROVIDERS);

    // Each step ends, and every step succeeds.
    let named = |kind: &str| -> Vec<_> {
        events
            .iter()
            .filter(|event| event["event"] == kind)
            .map(|event| format!("{} {}", event["provider"], event["step"]))
            .collect()
    };
    assert_eq!(named("step"), named("step_end"));
    assert_eq!(summary["steps"], named("step").len());
    assert!(events.iter().all(|event| event.get("ok").is_none_or(|ok| ok == true)));
    assert_eq!(summary["checks"], events.iter().filter(|event| event["event"] == "check").count());
}

/// Codes, tokens, secrets and states are long and random. Every other long value must be a known public one.
#[test]
fn output_contains_no_secret() {
    let regex = |pattern: &str| Regex::new(pattern).unwrap();
    let opaque = regex(r"[A-Za-z0-9_~+/-]{18,}");
    let public = regex(r#"(?:client[_ ]id|code_challenge)(?: +|","value":")([A-Za-z0-9_-]+)"#);
    let secret = [
        "password",
        "client_secret",
        "access_token",
        "refresh_token",
        "token",
        "code",
        "state",
        "code_verifier",
    ]
    .map(|name| regex(&format!(r#"(?m)(?:^ +{name}  +|"name":"{name}","value":")([^"\s]+)"#)));
    for arguments in [&["demo"][..], &["demo", "--json"], &["demo", "--json", "--fail", "go1"]] {
        let ran = run(arguments);
        let output = format!("{}{}", ran.stdout, ran.stderr);
        let public: Vec<&str> =
            public.captures_iter(&output).map(|found| found.extract::<1>().1[0]).collect();
        assert!(public.len() >= 2, "{output}");
        for found in opaque.find_iter(&output).map(|found| found.as_str()) {
            let digits = found.bytes().filter(u8::is_ascii_digit).count();
            let is_path = found.contains('/') && found.split('/').all(|part| part.len() < 18);
            if digits >= 3 && !is_path {
                // Cohort Go's system user is named after the client.
                let found = found.trim_start_matches("system+");
                assert!(public.contains(&found), "{found} in\n{output}");
            }
        }
        for secret in &secret {
            for value in secret.captures_iter(&output).map(|found| found.extract::<1>().1[0]) {
                assert!(value.len() < 12 || value.starts_with('['), "{secret}: {value}");
            }
        }
    }
}

#[tokio::test]
async fn output_contains_no_password() {
    let output = run(&["demo"]).stdout;
    let sandbox = oauth_sandbox::Sandbox::start().await.unwrap();
    for user in sandbox.manifest().providers.values().flat_map(|provider| &provider.users) {
        assert!(!output.contains(&user.password), "{}", user.email);
    }
}

#[test]
fn failure_is_reported_and_other_providers_continue() {
    let ran = run(&["demo", "--fail", "go1", "--json"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stderr, "error: the demo failed at go1, step `exchange`\n");
    let events = events(&ran);
    let summary = events.last().unwrap();
    assert_eq!(summary["ok"], false);
    assert_eq!(summary["failed"][0]["provider"], "go1");
    assert_eq!(summary["failed"][0]["step"], "exchange");
    assert!(summary["failed"][0]["error"].as_str().unwrap().contains("status 502"), "{summary}");
    assert!(summary["connected"].as_array().unwrap().contains(&"gocd".into()));

    let text = run(&["demo", "--fail", "gocd", "--provider", "gocd"]);
    assert_eq!(text.code, Some(1));
    assert!(text.stdout.contains("✗ gocd, step `exchange`: "), "{}", text.stdout);
}

#[test]
fn unknown_provider_error_lists_known_ones() {
    let ran = run(&["demo", "--provider", "go2"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.stdout, "");
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn colours_follow_environment_variables() {
    assert!(!run(&["demo", "--provider", "gocd"]).stdout.contains('\x1b'));
    let forced = |name: &str| {
        let home = TestHome::new().with("CLICOLOR_FORCE", "1").with(name, "1");
        home.run(&["demo", "--provider", "gocd"]).stdout.contains('\x1b')
    };
    assert!(forced("CLICOLOR_FORCE"));
    assert!(!forced("NO_COLOR"));
}
