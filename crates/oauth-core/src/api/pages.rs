//! `Pages`: the items of a list, page by page.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::api::endpoint::Endpoint;
use crate::api::send::AuthorizedClient;
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::token::token::Token;

/// An endpoint whose response is one page of a list.
///
/// ```
/// use oauth_core::*;
///
/// /// `GET /things`: things, page by page.
/// struct Things {
///     page: u32,
/// }
///
/// impl<P: Provider<Site = FixedSite>> Endpoint<P> for Things {
///     type Response = List<u64>;
///     const NAME: &'static str = "GET /things";
///
///     fn request(&self, context: &EndpointContext<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
///         let request = RequestBuilder::new(context.site().api_url()).path("/things", &[]);
///         request.query("page", Some(&self.page)).build(http::Method::GET)
///     }
///
///     fn parse(
///         &self,
///         _: &EndpointContext<'_, P>,
///         response: http::Response<Vec<u8>>,
///     ) -> Result<List<u64>, Error> {
///         json(&response)
///     }
/// }
///
/// impl<P: Provider<Site = FixedSite>> PagedEndpoint<P> for Things {
///     type Item = u64;
///
///     fn split(&self, list: List<u64>) -> Page<u64, Self> {
///         let is_last = list.items.is_empty() && list.unread.is_empty();
///         let next = (!is_last).then(|| Self { page: self.page + 1 });
///         Page { items: list.items, unread: list.unread.len(), next }
///     }
/// }
/// ```
pub trait PagedEndpoint<P: Provider>: Endpoint<P> + Sized {
    /// An element of the list.
    type Item: Send;

    /// Splits a response into its items and the request for the next page.
    ///
    /// The request is made from the page's position, never from a link's host. A position that does not
    /// advance would repeat pages without end: count an element as unread and end the list. If more items
    /// exist than the API can return, the next request is one that fails, so that the list does not look
    /// complete.
    fn split(&self, response: Self::Response) -> Page<Self::Item, Self>;
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T, E> {
    /// Readable elements.
    pub items: Vec<T>,
    /// Number of elements that cannot be read. One more if elements are missing, or the position of the next
    /// page: the list is incomplete.
    pub unread: usize,
    /// The request for the next page; `None` after the last.
    pub next: Option<E>,
}

/// The items of a list, requested page by page as they are consumed: a [`Stream`], or [`next`](Self::next).
///
/// An element that is missing or cannot be read is an error of kind [`ErrorKind::InvalidResponse`], and the
/// list continues if the next page is known. A page that fails is the last item: the list is then incomplete.
/// So is the hundredth page in a row without an element.
#[must_use = "nothing is sent until an item is requested"]
pub struct Pages<'a, P: Provider, E: PagedEndpoint<P>> {
    send: Box<dyn Fn(E) -> SentPage<'a, E, E::Response> + Send + 'a>,
    ready: VecDeque<Result<E::Item, Error>>,
    next: Option<E>,
    in_flight: Option<SentPage<'a, E, E::Response>>,
    /// Pages without an element since the last that had one.
    empty_pages: u32,
}

/// A server that filters after paging sends empty pages. One that sends more than these does not end.
const MAX_EMPTY_PAGES: u32 = 100;

type SentPage<'a, E, R> = Pin<Box<dyn Future<Output = (E, Result<R, Error>)> + Send + 'a>>;

impl<'a, P: Provider, E: PagedEndpoint<P>> Pages<'a, P, E> {
    pub(crate) fn new(first: E, send: impl Fn(E) -> SentPage<'a, E, E::Response> + Send + 'a) -> Self {
        Self {
            send: Box::new(send),
            ready: VecDeque::new(),
            next: Some(first),
            in_flight: None,
            empty_pages: 0,
        }
    }

    /// Returns the next item; `None` after the last.
    ///
    /// # Errors
    /// The errors of sending a page, or [`ErrorKind::InvalidResponse`] for an element that cannot be read.
    pub async fn next(&mut self) -> Option<Result<E::Item, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn add(&mut self, endpoint: &E, response: Result<E::Response, Error>) {
        match response.map(|response| endpoint.split(response)) {
            Ok(page) => {
                let invalid = |what| {
                    Error::new(ErrorKind::InvalidResponse, what).with_provider(P::NAME).during(E::NAME)
                };
                let is_empty = page.items.is_empty() && page.unread == 0;
                self.empty_pages = if is_empty { self.empty_pages.saturating_add(1) } else { 0 };
                self.next = page.next;
                self.ready.extend(page.items.into_iter().map(Ok));
                let unread = || invalid("an element of the list is missing or cannot be read");
                self.ready.extend((0..page.unread).map(|_| Err(unread())));
                if self.empty_pages >= MAX_EMPTY_PAGES && self.next.take().is_some() {
                    self.ready.push_back(Err(invalid("the list has too many empty pages")));
                }
            }
            Err(error) => self.ready.push_back(Err(error)),
        }
    }
}

// Nothing is pinned but the boxed call.
impl<P: Provider, E: PagedEndpoint<P>> Unpin for Pages<'_, P, E> {}

impl<P: Provider, E: PagedEndpoint<P>> Stream for Pages<'_, P, E> {
    type Item = Result<E::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            if let Some(call) = &mut self.in_flight {
                let (endpoint, response) = ready!(call.as_mut().poll(context));
                self.in_flight = None;
                self.add(&endpoint, response);
            } else if let Some(endpoint) = self.next.take() {
                self.in_flight = Some((self.send)(endpoint));
            } else {
                return Poll::Ready(None);
            }
        }
    }
}

impl<P: Provider, E: PagedEndpoint<P>> fmt::Debug for Pages<'_, P, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &E::NAME)
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

impl<P: Provider> Client<P> {
    /// Returns the items of a list, page by page, as [`send`](Self::send) sends each page. Nothing is
    /// retried: connections do that.
    pub fn pages<'a, E>(&'a self, token: &'a Token<P>, first: E) -> Pages<'a, P, E>
    where
        E: PagedEndpoint<P> + Send + 'a,
    {
        Pages::new(first, move |endpoint| {
            Box::pin(async move {
                let response = self.send(token, &endpoint).await;
                (endpoint, response)
            })
        })
    }
}

impl<P: Provider> AuthorizedClient<P> {
    /// Returns the items of a list, page by page; see [`Client::pages`].
    pub fn pages<'a, E>(&'a self, first: E) -> Pages<'a, P, E>
    where
        E: PagedEndpoint<P> + Send + 'a,
    {
        self.client().pages(self.token(), first)
    }
}
