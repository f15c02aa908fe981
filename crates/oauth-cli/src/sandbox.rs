//! `oauth sandbox`: runs sandbox providers for other programs.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context as _;
use oauth_sandbox::{Error, Manifest, Sandbox};

use crate::cli;
use crate::providers::ProviderName;
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::styles::{BOLD, DIM};

/// Serves until it is interrupted.
pub(crate) async fn run(
    arguments: cli::Sandbox,
    interrupted: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let base = arguments.port_base;
    let tls = arguments.tls;
    let mut builder =
        Sandbox::builder().port_base(base).auto_approve(arguments.auto_approve).tls(arguments.tls);
    // The default redirect URIs of `oauth connect`.
    let default_uri = |provider| Redirect::default_uri(provider, DEFAULT_PORT);
    builder = builder
        .cohortgo(|cohortgo| {
            let cohortgo = cohortgo.redirect_uri(default_uri(ProviderName::Cohortgo));
            cohortgo.echo_state(!arguments.no_state_echo)
        })
        .cobot(|cobot| cobot.redirect_uri(default_uri(ProviderName::Cobot)))
        .go1(|go1| go1.redirect_uri(default_uri(ProviderName::Go1)).callback_slash(arguments.callback_slash))
        .gocd(|gocd| gocd.redirect_uri(default_uri(ProviderName::Gocd)).late_acl(arguments.late_acl));
    for uri in arguments.redirect_uri {
        builder = builder.redirect_uri(uri);
    }
    let sandbox = builder.start().await.map_err(|error| explain(error, base))?;

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", sandbox.manifest_json())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")?;
    drop(stdout);
    // Closed stderr is not an error.
    let _ = write!(anstream::stderr(), "{}", hints(&sandbox.manifest(), tls));

    interrupted.await;
    drop(sandbox);
    let _ = writeln!(anstream::stderr(), "\nThe sandbox has stopped.");
    Ok(())
}

/// Explains an error in terms of this command's options.
fn explain(error: Error, base: u16) -> anyhow::Error {
    match error {
        Error::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
            let base = match base.checked_add(100) {
                Some(other) => format!("another port base, such as --port-base {other}"),
                None => "another port base with --port-base".to_owned(),
            };
            anyhow::anyhow!(
                "port {} is in use, perhaps by another sandbox\n help: choose {base}, or free ports with --port-base 0",
                address.port(),
            )
        }
        Error::PortBase(base) => anyhow::anyhow!(
            "--port-base {base} leaves no room for all ports\n help: choose a lower one, or free ports with --port-base 0"
        ),
        error => anyhow::Error::new(error).context("the sandbox did not start"),
    }
}

/// Returns the summary shown on stderr.
fn hints(manifest: &Manifest, tls: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "\n{BOLD}The sandbox is ready.{BOLD:#} Programs read everything they need from the line above.\n"
    );
    for (name, provider) in &manifest.providers {
        let _ = writeln!(out, "  {BOLD}{name:<10}{BOLD:#}{}", provider.url);
        if let Some(url) = &provider.plain_url {
            let _ = writeln!(out, "  {:<10}{DIM}plain http: {url}{DIM:#}", "");
        }
        if let Some(user) = provider.users.first() {
            let _ = writeln!(out, "  {:<10}{DIM}log in as {} with {}{DIM:#}", "", user.email, user.password);
        }
    }
    let _ = writeln!(out, "  {BOLD}{:<10}{BOLD:#}{}\n", "control", manifest.control.url);
    if let Some(go1) = manifest.providers.get("go1") {
        let _ = writeln!(
            out,
            "To connect: `oauth connect go1 --server {}`, with the client from the line above.",
            go1.url
        );
    }
    if tls {
        let _ = writeln!(out, "Certificates to trust: ca_certificate_pem in the line above.");
    }
    let _ = writeln!(out, "Only this machine can reach the sandbox. Press Ctrl-C to stop it.");
    out
}
