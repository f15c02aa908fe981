use oauth_core::{Bearer, Client, Dialect, FixedSite, Never, NoExtra, Provider, Token};

struct Example;

impl Provider for Example {
    const NAME: &'static str = "example";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

fn main() {
    let refresh = |client: Client<Example>, token: Token<Example>| client.refresh(&token);
}
