//! `oauth sandbox`: plays the providers for other programs.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context as _;
use oauth_sandbox::{Error, Manifest, Sandbox};

use crate::cli;
use crate::interrupt;
use crate::providers::ProviderName;
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::show::{BOLD, DIM};

/// Serves until somebody ends it.
pub(crate) async fn run(arguments: cli::Sandbox) -> anyhow::Result<()> {
    // Before the first line, so that whoever has read it can end us at once.
    let end = interrupt::listen().context("could not listen for Ctrl-C")?;
    let base = arguments.port_base;
    let tls = arguments.tls;
    let mut builder =
        Sandbox::builder().port_base(base).auto_approve(arguments.auto_approve).tls(arguments.tls);
    // Where `oauth connect` has people come back to, if nobody says otherwise.
    let default_uri = |provider| Redirect::default_uri(provider, DEFAULT_PORT);
    builder = builder
        .cohortgo(|cohortgo| cohortgo.redirect_uri(default_uri(ProviderName::Cohortgo)))
        .cobot(|cobot| cobot.redirect_uri(default_uri(ProviderName::Cobot)))
        .go1(|go1| go1.redirect_uri(default_uri(ProviderName::Go1)))
        .gocd(|gocd| gocd.redirect_uri(default_uri(ProviderName::Gocd)));
    for uri in arguments.redirect_uri {
        builder = builder.redirect_uri(uri);
    }
    let sandbox = builder.start().await.map_err(|error| explain(error, base))?;

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", sandbox.manifest_json())
        .and_then(|()| stdout.flush())
        .context("could not write to stdout")?;
    drop(stdout);
    // The hints are a courtesy: that nobody sees them ends nothing.
    let _ = write!(anstream::stderr(), "{}", hints(&sandbox.manifest(), tls));

    end.await;
    drop(sandbox);
    let _ = writeln!(anstream::stderr(), "\nThe sandbox has ended.");
    Ok(())
}

/// What went wrong, in terms of this command's options.
fn explain(error: Error, base: u16) -> anyhow::Error {
    match error {
        Error::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
            let base = match base.checked_add(100) {
                Some(other) => format!("another base, such as --port-base {other}"),
                None => "another base with --port-base".to_owned(),
            };
            anyhow::anyhow!(
                "port {} is in use, perhaps by another sandbox\n  Choose {base}, or any free ports with --port-base 0.",
                address.port(),
            )
        }
        Error::PortBase(base) => anyhow::anyhow!(
            "--port-base {base} leaves no room for all ports\n  Choose a lower one, or any free ports with --port-base 0."
        ),
        error => anyhow::Error::new(error).context("the sandbox did not start"),
    }
}

/// For the person who started it by hand.
fn hints(manifest: &Manifest, tls: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "\n{BOLD}The sandbox is ready.{BOLD:#} The line above has everything a program needs.\n"
    );
    for (name, provider) in &manifest.providers {
        let _ = writeln!(out, "  {BOLD}{name:<10}{BOLD:#}{}", provider.url);
        if let Some(user) = provider.users.first() {
            let _ = writeln!(out, "  {:<10}{DIM}log in as {} with {}{DIM:#}", "", user.email, user.password);
        }
    }
    let _ = writeln!(out, "  {BOLD}{:<10}{BOLD:#}{}\n", "control", manifest.control.url);
    if let Some(go1) = manifest.providers.get("go1") {
        let _ = writeln!(
            out,
            "To connect: `oauth connect go1 --server {}`, with the client of the line above.",
            go1.url
        );
    }
    if tls {
        let _ = writeln!(out, "The certificates to trust are in the line above, as ca_certificate_pem.");
    }
    let _ = writeln!(out, "AccountFilter this machine can reach it. Ctrl-C ends it.");
    out
}
