//! The log of a callback contains no secret, even at the finest level.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "web/support.rs"]
#[allow(dead_code)]
mod support;

use axum::Router;
use oauth_sandbox::Fault;
use tower_http::trace::TraceLayer;

/// Serves the machine's routes behind a trace layer, and behind `HideQuery` if `hides`.
async fn serve(machine: &support::Machine, hides: bool) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let traced: Router = Router::new().merge(machine.web.router()).layer(TraceLayer::new_for_http());
    let app = if hides { traced.layer(machine.web.hide_query()) } else { traced };
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    origin
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_secrets_are_never_logged() {
    let log = support::Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let (scenario, machine) = support::start().await;
    let traced = serve(&machine, true).await;
    let browser = support::Browser::at(&machine);
    let through = |url: &str| {
        let (_, rest) = url.split_once("/callback/").unwrap();
        format!("{traced}/callback/{rest}")
    };

    // The browser and the sandbox log to the same subscriber; only the application's lines count.
    let mut secrets = Vec::new();
    let mut seen = String::new();
    for (provider, fault) in [
        ("go1", None),
        ("gocd", None),
        ("cobot", None),
        ("cohortgo", None),
        (
            "go1",
            Some(Fault::status(400, r#"{"error":"invalid_grant","error_description":"that-description"}"#)),
        ),
        ("go1", Some(Fault::DropResponse)),
    ] {
        let begun = browser.get(&format!("/connect/{provider}?account=acme")).await;
        let callback = scenario.approve(provider, begun.location()).await;
        if let Some(fault) = fault {
            scenario.sandbox.go1().next_token_call(fault);
        }
        log.take();
        browser.get_at(&through(callback.as_str())).await;
        browser.get_at(&through(callback.as_str())).await;
        seen += &log.take();
        secrets.extend(
            callback.query_pairs().map(|(_, value)| value.into_owned()).filter(|value| value.len() > 8),
        );
    }
    for error in ["access_denied", "server_error", "unknown-error-code"] {
        let begun = browser.get("/connect/go1?account=acme").await;
        let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        log.take();
        let query =
            format!("error={error}&error_description=forged-description&state={state}&extra=extra-value");
        browser.get_at(&format!("{traced}/callback/go1?{query}")).await;
        seen += &log.take();
        secrets.push(state);
    }
    secrets.extend(["forged-description", "extra-value", "unknown-error-code"].map(str::to_owned));

    let ours: Vec<&str> = seen.lines().filter(|line| !is_of_browser(line)).collect();
    let log_text = ours.join("\n");
    for expected in
        ["tower_http::trace", "uri=/callback/go1", "oauth_web::callback", "connecting failed", "connected"]
    {
        assert!(log_text.contains(expected), "`{expected}` is missing from the log:\n{log_text}");
    }
    for secret in &secrets {
        assert!(!log_text.contains(secret.as_str()), "`{secret}` was logged:\n{log_text}");
    }

    // Without the layer, the application's trace contains the query, so this search can fail.
    let plain = serve(&machine, false).await;
    log.take();
    browser.get_at(&format!("{plain}/callback/go1?code=a-code-that-leaks&state=x")).await;
    assert!(log.take().lines().any(|line| !is_of_browser(line) && line.contains("a-code-that-leaks")));
}

/// Detects lines of the browser's HTTP client, and of parsers that both sides use.
fn is_of_browser(line: &str) -> bool {
    ["hyper_util::client", "reqwest::", "hyper::proto", "hyper::client", "cookie_store"]
        .iter()
        .any(|target| line.contains(&format!(" {target}")))
}
