use oauth_core::{EndpointContext, FixedSite, Provider, RequestBuilder, endpoint};

fn api<P: Provider<Site = FixedSite>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

endpoint! {
    [P: Provider<Site = FixedSite>] P;
    /// `GET /things/:id`.
    pub struct Thing(name: String);
    GET api "/things/:id" => nothing
}

fn main() {}
