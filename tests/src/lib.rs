//! Tests that need more than one crate of this workspace.

/// The Rust of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;

/// The Rust of the book's pages compiles. A test sees that no page is left out.
#[cfg(doctest)]
mod book {
    macro_rules! pages {
        ($($name:ident = $path:literal,)*) => {
            $(
                #[doc = include_str!(concat!("../../docs/book/src/", $path))]
                #[derive(Debug)]
                pub struct $name;
            )*
        };
    }

    pages! {
        Introduction = "README.md",
        QuickStart = "quick-start.md",
        Cohortgo = "providers/cohortgo.md",
        Cobot = "providers/cobot.md",
        Go1 = "providers/go1.md",
        Gocd = "providers/gocd.md",
        ApiCalls = "api-calls.md",
        Connections = "connections.md",
        Stores = "stores.md",
        Web = "web.md",
        Errors = "errors.md",
        Features = "features.md",
        Sandbox = "sandbox.md",
        Architecture = "architecture.md",
        Production = "production.md",
        Contributing = "../../../CONTRIBUTING.md",
        OauthSandbox = "../../../crates/oauth-sandbox/README.md",
        OauthStore = "../../../crates/oauth-store/README.md",
    }
}
