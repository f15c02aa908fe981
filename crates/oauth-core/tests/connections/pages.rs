//! Lists through a connection.

use std::time::Duration;

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, ErrorKind, Page, PagedEndpoint};

use crate::support::{Fault, Ping, RotatingProvider, Setup};

/// Three pages of one element.
struct Pings(u32);

impl Endpoint<RotatingProvider> for Pings {
    type Response = ();
    const NAME: &'static str = "GET /pings";

    fn request(&self, context: &EndpointContext<'_, RotatingProvider>) -> Result<Request<Vec<u8>>, Error> {
        Endpoint::<RotatingProvider>::request(&Ping::<true>, context)
    }

    fn parse(&self, _: &EndpointContext<'_, RotatingProvider>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

impl PagedEndpoint<RotatingProvider> for Pings {
    type Item = u32;

    fn split(&self, (): ()) -> Page<u32, Self> {
        Page { items: vec![self.0], unread: 0, next: (self.0 < 3).then(|| Self(self.0 + 1)) }
    }
}

#[tokio::test(start_paused = true)]
async fn list_survives_refusal_and_rate_limit() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    let mut pages = acme.pages(Pings(1));
    let mut seen = vec![pages.next().await.unwrap().unwrap()];
    setup.server.next_api_call(Fault::Challenge(401, r#"Bearer error="invalid_token""#));
    seen.push(pages.next().await.unwrap().unwrap());
    setup.server.next_api_call(Fault::RetryAfter(429, 2));
    let start = tokio::time::Instant::now();
    seen.push(pages.next().await.unwrap().unwrap());
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(pages.next().await.is_none());
    assert_eq!((seen, setup.server.refreshes(), setup.server.api_calls()), (vec![1, 2, 3], 1, 5));
}

#[tokio::test(start_paused = true)]
async fn long_retry_after_ends_list_with_an_error() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    let mut pages = acme.pages(Pings(1));
    setup.server.next_api_call(Fault::RetryAfter(429, 86_400));
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.retry_after()),
        (ErrorKind::RateLimited, Some(Duration::from_secs(86_400)))
    );
    assert!(pages.next().await.is_none());
}
