//! Security headers of all responses: codes in URLs must not leak, and other sites must not frame the pages.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::hide_query;
use crate::pages::{HasForm, MayBeFramed, Page, inline_source};
use crate::web::OAuthWeb;

/// The policy of a response with this style sheet.
///
/// Pages with a form have no `form-action`: browsers apply it to the redirects after the form, and the hosts
/// of the provider's login are not known here. They contain no foreign HTML. The page that leads out of a
/// frame works in any site's frame: it contains one link, which anyone could write.
fn policy(style: &str, may_be_framed: bool, has_form: bool) -> HeaderValue {
    let forms = if has_form { "" } else { "form-action 'none'; " };
    let ancestors = if may_be_framed { "*" } else { "'none'" };
    let text = format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; {forms}frame-ancestors \
         {ancestors}",
        inline_source(style),
        Page::script_source(),
    );
    // The text is printable ASCII.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// The layer around the routes: renders pages and adds the headers.
pub(crate) async fn finish(State(web): State<OAuthWeb>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut seen = parts.clone();
    hide_query::replace_uri(&mut seen, parts.uri.path().parse().unwrap_or_default());
    let response = next.run(Request::from_parts(parts, body)).await;
    protect(&web, &seen, response)
}

/// Renders the response's page, if it is one, and adds the headers. A response of the application keeps its
/// own policy.
pub(crate) fn protect(web: &OAuthWeb, request: &Parts, mut response: Response) -> Response {
    let may_be_framed = response.extensions_mut().remove::<MayBeFramed>().is_some();
    let has_form = response.extensions_mut().remove::<HasForm>().is_some();
    if let Some(mut page) = response.extensions_mut().remove::<Page>() {
        web.pages().translate(&mut page, request);
        response = web.pages().render(&page, request);
        *response.status_mut() = page.status;
    }
    let headers = response.headers_mut();
    // With `no-referrer`, browsers would send `Origin: null` with the form.
    let referrer = if has_form { "same-origin" } else { "no-referrer" };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert_with(|| policy(&web.pages().style(), may_be_framed, has_form));
    if !may_be_framed {
        headers.entry(X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
    response
}
