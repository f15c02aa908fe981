//! `oauth request`: sends one authorized API request.

use std::collections::HashSet;
use std::io::{self, IsTerminal as _};

use clap::Args;
use oauth_core::http::header::{CONTENT_TYPE, LINK};
use oauth_core::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use oauth_core::{Endpoint, EndpointContext, Error, Provider};
use oauth_demo::Secrets;
use serde_json::{Map, Value, json};
use url::Url;

use crate::connection_name::{ConnectionName, ConnectionNameParser};
use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::jq::Filter;
use crate::open_connection::{Access, OpenConnection};
use crate::output::Output;
use crate::prompt;
use crate::providers::{CliProvider, ProviderName, RequestContext, with_provider};
use crate::report::sanitize;
use crate::setting::Settings;

/// Arguments of `request`.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "oauth request [OPTIONS] PROVIDER [ACCOUNT] [METHOD] PATH",
    after_help = "\
Prints the response body on stdout: unchanged in a pipe; on a terminal, JSON is indented and control characters \
are escaped. Exit code 0: status 2xx or 304. 7: 408, 429, 5xx or no response. 8: any other 4xx. A rejected token \
is refreshed once; GET, HEAD and OPTIONS are then sent again.

Examples:
  oauth request go1 /me
  oauth request go1/acme /learning-objects -f limit=5
  oauth request cobot -X POST /bookings -d @booking.json
  oauth request gocd-personal /api/dashboard \\
    --jq '._embedded.pipelines[].name'"
)]
pub(crate) struct RequestArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal; or PROVIDER/ACCOUNT
    #[arg(value_name = "PROVIDER", value_parser = ConnectionNameParser, hide_possible_values = true)]
    name: ConnectionName,

    /// Account if it is not `default`, method if it is not GET, and path: as `oauth api` shows it, below the
    /// provider's API, or a full URL on the provider's hosts; at GoCD, a path that begins with the server's
    /// context path, such as /go/, starts at its root
    #[arg(value_name = "PATH", num_args = 1..=3, required = true)]
    words: Vec<String>,

    /// HTTP method [default: GET, or POST with --data]
    #[arg(short = 'X', long, value_name = "METHOD")]
    method: Option<String>,

    /// Add a parameter: to the query of GET, HEAD and OPTIONS, else to a JSON body; can be repeated
    #[arg(short, long, value_name = "NAME=VALUE", conflicts_with = "data")]
    field: Vec<String>,

    /// Request body; @FILE reads a file, @- reads stdin
    #[arg(short, long, value_name = "DATA")]
    data: Option<String>,

    /// Add a header, such as 'Accept: text/xml'; can be repeated
    #[arg(short = 'H', long, value_name = "HEADER")]
    header: Vec<String>,

    /// Filter a JSON response with a jq expression, such as '.items[].name'
    #[arg(short = 'q', long, value_name = "FILTER", conflicts_with_all = ["include", "json"])]
    jq: Option<String>,

    /// Print status and headers before the body
    #[arg(short, long)]
    include: bool,

    /// Also get the following pages, if the response links to them
    #[arg(long)]
    paginate: bool,

    /// Cohort Go: act on behalf of this user, such as 'Bob Smith <bob.smith@example.org>'
    #[arg(long, value_name = "USER")]
    act_as: Option<String>,

    /// Cobot: use the API of this space, which has most calls below /api
    #[arg(long, value_name = "SUBDOMAIN")]
    space: Option<String>,

    /// Go1: use the gateway, also for a path that `oauth api` does not show
    #[arg(long)]
    gateway: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// The connection, method and path of a request.
struct Target<'a> {
    provider: ProviderName,
    account: String,
    method: Method,
    path: &'a str,
}

impl RequestArgs {
    /// Assigns the positional arguments.
    fn target(&self) -> Result<Target<'_>, Failure> {
        let (account, method, path) = match self.words.as_slice() {
            [word] if METHODS.contains(&word.as_str()) => return Err(Failure::usage("the path is missing")),
            [path] => (None, None, path),
            // An upper-case method; accounts with such a name are written PROVIDER/ACCOUNT.
            [method, path] if self.name.account.is_some() || METHODS.contains(&method.as_str()) => {
                (None, Some(method), path)
            }
            [account, path] => (Some(account), None, path),
            [account, method, path] => (Some(account), Some(method), path),
            _ => return Err(Failure::usage("the path is missing")),
        };
        if method.is_some() && self.method.is_some() {
            return Err(Failure::usage("the method is given twice").with_help("remove one of them"));
        }
        let default = if self.data.is_some() { "POST" } else { "GET" };
        let method = method.or(self.method.as_ref()).map_or(default, String::as_str);
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).map_err(|_| {
            Failure::usage("invalid HTTP method").with_help("use a method such as GET or POST")
        })?;
        let (provider, account) = self.name.resolve(account.map(String::as_str))?;
        Ok(Target { provider, account, method, path })
    }

    /// Parses the parameters.
    fn fields(&self) -> Result<Vec<(&str, &str)>, Failure> {
        let parse = |text| str::split_once(text, '=').ok_or_else(|| invalid_field(text));
        self.field.iter().map(|text| parse(text.as_str())).collect()
    }
}

fn invalid_field(text: &str) -> Failure {
    Failure::usage(format!("invalid parameter `{text}`")).with_help("write it as NAME=VALUE")
}

/// Methods that are recognized in place of an account.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Runs the command. Returns the exit code for the response status.
pub(crate) async fn run(arguments: &RequestArgs) -> Result<Option<ExitCode>, Failure> {
    let context = Context::new(&arguments.common)?;
    let target = arguments.target()?;
    with_provider!(target.provider, P => send::<P>(&context, arguments, &target).await)
}

async fn send<P: CliProvider>(
    context: &Context,
    arguments: &RequestArgs,
    target: &Target<'_>,
) -> Result<Option<ExitCode>, Failure> {
    let Target { provider, account, method, path } = target;
    let options = provider_options::<P>(arguments)?;
    let headers = headers(&arguments.header)?;
    let fields = arguments.fields()?;
    // Reports an invalid one before anything is sent.
    let filter = arguments.jq.as_deref();
    filter.map(Filter::parse).transpose()?;
    let body = match &arguments.data {
        Some(data) => Some(body(context, data).await?),
        None if fields.is_empty() || method.is_safe() => None,
        None => {
            let fields: Map<String, Value> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            Some(Value::from(fields).to_string().into_bytes())
        }
    };

    let opened = OpenConnection::<P>::open(context, *provider, account, Access::UseToken).await?;
    let sending = async {
        let token = context.output.note_delay(opened.connection.token()).await;
        let token = token.map_err(|error| opened.failure(&error))?;
        let client = opened.connections.client();
        let request_context = RequestContext { site: client.site(), token: &token, options: &options };
        let mut url = target_url(&P::base_url(&request_context, method, path)?, path)?;
        if method.is_safe() && !fields.is_empty() {
            url.query_pairs_mut().extend_pairs(&fields);
        }
        let mut requested = HashSet::new();
        loop {
            requested.insert(url.clone());
            let mut request = request(method, &url, headers.clone(), body.clone())?;
            P::prepare_request(&mut request, &request_context)?;
            let sent = if method.is_safe() {
                opened.connection.send(&PreparedRequest::<true>(request)).await
            } else {
                opened.connection.send(&PreparedRequest::<false>(request)).await
            };
            let response = sent.map_err(|error| opened.failure(&error))?;
            match filter.filter(|_| response.status().is_success()) {
                Some(filter) => print_filtered(context.output, filter, response.body()).await?,
                None => print_response(context, arguments, &response),
            }
            if !response.status().is_success() && exit_code(response.status()).is_some() {
                let secrets = Secrets::default();
                let used = opened.connection.token().await;
                for token in [Some(&token), used.as_ref().ok()].into_iter().flatten() {
                    secrets.register("access token", token.access_token().expose());
                    if let Some(refresh_token) = token.refresh_token() {
                        secrets.register("refresh token", refresh_token.expose());
                    }
                }
                // The user may have typed one into the path, and the API may repeat it.
                let hint = hint::<P>(&response, path, &options);
                let line = format!("{}{hint}", refusal(method, &url, &response));
                context.output.note(secrets.redact(&line));
            }
            let has_next = arguments.paginate && method.is_safe() && response.status().is_success();
            match has_next.then(|| next_page(&url, &response)).flatten() {
                Some(next) if !requested.contains(&next) => url = next,
                _ => return Ok(response.status()),
            }
        }
    };
    let status = context.until_interrupted(sending).await;
    opened.close(context).await;
    Ok(exit_code(status?))
}

/// Describes a response that is not a success.
fn refusal(method: &Method, url: &Url, response: &Response<Vec<u8>>) -> String {
    let status = response.status();
    let mut url = url.clone();
    // Parameters may be personal data or secrets.
    url.set_query(None);
    let message = api_message(response.body());
    let message = if message.is_empty() { String::new() } else { format!(": {}", sanitize(&message)) };
    format!("{method} {url}: {status}{message}")
}

/// Returns a line with what the user may do about such a response. Empty if nothing.
fn hint<P: CliProvider>(response: &Response<Vec<u8>>, path: &str, options: &Settings) -> String {
    let status = response.status();
    let general = || match status {
        StatusCode::FORBIDDEN => {
            Some(format!("the token may lack a scope; `oauth api {}` lists the scopes of each call", P::NAME))
        }
        StatusCode::NOT_FOUND => Some(format!("check the path; `oauth api {}` lists the calls", P::NAME)),
        _ => None,
    };
    let hint = P::hint(status, path, options).map(str::to_owned).or_else(general);
    hint.map(|hint| format!("\n help: {hint}")).unwrap_or_default()
}

/// Returns the API's error message. Empty if there is none.
fn api_message(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let error =
        body.get("error").filter(|error| error.is_object()).or(body.pointer("/errors/0")).unwrap_or(&body);
    let names = ["message", "error_description", "detail", "title", "error"];
    names.iter().find_map(|name| error.get(name)?.as_str()).or(error.as_str()).unwrap_or_default().to_owned()
}

/// Returns the URL of the next page: from a `Link` header (RFC 8288), or a `next` link of HAL or JSON:API.
fn next_page(url: &Url, response: &Response<Vec<u8>>) -> Option<Url> {
    let in_header = response.headers().get_all(LINK).iter().find_map(|value| next_link(value.to_str().ok()?));
    let in_body = || {
        let body: Value = serde_json::from_slice(response.body()).ok()?;
        let next = body.pointer("/_links/next").or(body.pointer("/links/next"))?;
        next.as_str().or_else(|| next.get("href")?.as_str()).map(str::to_owned)
    };
    url.join(&in_header.or_else(in_body)?).ok()
}

/// Returns the target of the link whose relations include `next`. A target may contain a comma.
fn next_link(mut links: &str) -> Option<String> {
    while let Some((_, link)) = links.split_once('<') {
        let (target, parameters) = link.split_once('>')?;
        let end = outside_quotes(parameters, ',').next().map_or(parameters.len(), str::len);
        let is_next = outside_quotes(&parameters[..end], ';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut relations = value.trim().trim_matches('"').split_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|one| one.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target.to_owned());
        }
        links = &parameters[end..];
    }
    None
}

/// Splits at separators that are not in quotes.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
}

/// Collects the provider-specific options.
fn provider_options<P: CliProvider>(arguments: &RequestArgs) -> Result<Settings, Failure> {
    let mut options = Settings::default();
    let given = [
        ("act-as", arguments.act_as.clone()),
        ("space", arguments.space.clone()),
        ("gateway", arguments.gateway.then(|| "true".to_owned())),
    ];
    for (name, value) in given {
        let Some(value) = value else { continue };
        if !P::REQUEST_OPTIONS.contains(&name) {
            return Err(Failure::usage(format!("`--{name}` is not supported at {}", P::TITLE)));
        }
        options.set(name, vec![value]);
    }
    Ok(options)
}

fn headers(given: &[String]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for line in given {
        let invalid = || Failure::usage("invalid header").with_help("write it as 'Accept: text/xml'");
        let (name, value) = line.split_once(':').ok_or_else(invalid)?;
        let name: HeaderName = name.trim().parse().map_err(|_| invalid())?;
        if name == "authorization" {
            return Err(Failure::usage("the Authorization header is set by the connection")
                .with_help("remove this header"));
        }
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(|_| invalid())?);
    }
    Ok(headers)
}

async fn body(context: &Context, data: &str) -> Result<Vec<u8>, Failure> {
    let Some(file) = data.strip_prefix('@') else { return Ok(data.as_bytes().to_vec()) };
    let read = prompt::read_file(context, file, u64::MAX).await?;
    read.map_err(|error| Failure::usage(format!("cannot read the body from {file}: {error}")))
}

/// Resolves the path against `api`, or parses a full URL. The library checks that the token may go there.
fn target_url(api: &Url, path: &str) -> Result<Url, Failure> {
    let text = if path.starts_with("https://") || path.starts_with("http://") {
        path.to_owned()
    } else {
        let path = path.trim_start_matches('/');
        // A path as `oauth api` shows it may begin with that of the API.
        let shared = api.path().trim_matches('/');
        let below = path.strip_prefix(shared).and_then(|rest| rest.strip_prefix('/'));
        let path = below.filter(|_| !shared.is_empty()).unwrap_or(path);
        format!("{}/{path}", api.as_str().trim_end_matches('/'))
    };
    let url = Url::parse(&text).map_err(|error| Failure::usage(format!("invalid path: {error}")))?;
    match oauth_core::check_url(&url) {
        Ok(()) => Ok(url),
        Err(error) => Err(Failure { code: ExitCode::Usage, ..error.into() }),
    }
}

fn request(
    method: &Method,
    url: &Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
) -> Result<Request<Vec<u8>>, Failure> {
    let media_type = body.as_deref().map(|body| match serde_json::from_slice::<Value>(body) {
        Ok(_) => "application/json",
        Err(_) => "application/x-www-form-urlencoded",
    });
    let mut request = oauth_core::request(method.clone(), url, body.unwrap_or_default())?;
    *request.headers_mut() = headers;
    if let Some(media_type) = media_type {
        request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
    }
    Ok(request)
}

/// A prepared request without its token. Accepts every response except 401 and redirects.
#[derive(Clone)]
struct PreparedRequest<const IDEMPOTENT: bool>(Request<Vec<u8>>);

impl<P: Provider, const IDEMPOTENT: bool> Endpoint<P> for PreparedRequest<IDEMPOTENT> {
    type Response = Response<Vec<u8>>;
    const NAME: &'static str = "sending";
    const IDEMPOTENT: bool = IDEMPOTENT;

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        Ok(self.0.clone())
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        // Not a redirect: the response to a conditional request.
        let is_not_modified = status == StatusCode::NOT_MODIFIED;
        status != StatusCode::UNAUTHORIZED && (!status.is_redirection() || is_not_modified)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, P>,
        response: Response<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Error> {
        Ok(response)
    }
}

fn print_response(context: &Context, arguments: &RequestArgs, response: &Response<Vec<u8>>) {
    let output = context.output;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    if output.is_json() {
        let headers: Map<String, Value> =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value).into())).collect();
        let body = serde_json::from_slice(response.body())
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(response.body()).into_owned()));
        output.result(&json!({ "status": response.status().as_u16(), "headers": headers, "body": body }), "");
        return;
    }
    if arguments.include {
        let mut head = format!("HTTP {}\n", response.status());
        for (name, value) in response.headers() {
            head += &format!("{name}: {}\n", text(value));
        }
        output.raw(format!("{head}\n").as_bytes());
    }
    let is_error_page = response.status().is_client_error() || response.status().is_server_error();
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_html = media_type.is_some_and(|value| value.starts_with("text/html"));
    if is_error_page && is_html && io::stdout().is_terminal() && !arguments.include {
        return output.note(format_args!(
            "The response is a web page of {} bytes; --include prints it.",
            response.body().len()
        ));
    }
    output.body(response.body());
}

/// Prints what the filter returns. Runs on a thread of its own: an endless filter must be interruptible.
async fn print_filtered(output: Output, filter: &str, body: &[u8]) -> Result<(), Failure> {
    let (filter, body) = (filter.to_owned(), body.to_owned());
    let work = move || Filter::parse(&filter)?.apply(&body, |line| output.raw(line.as_bytes()));
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Failure::new(ExitCode::Failed, "jq", "the filter of --jq failed"))?
}

fn exit_code(status: StatusCode) -> Option<ExitCode> {
    match status.as_u16() {
        200..=299 | 304 => None,
        408 | 429 | 500.. => Some(ExitCode::TryLater),
        _ => Some(ExitCode::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_of_api_is_found() {
        for (body, message) in [
            (r#"{"message":"no such course"}"#, "no such course"),
            (r#"{"error":"invalid","error_description":"it is unknown"}"#, "it is unknown"),
            (r#"{"error":{"message":"nested"}}"#, "nested"),
            (r#"{"errors":[{"title":"first"},{"title":"second"}]}"#, "first"),
            (r#"{"errors":["plain"]}"#, "plain"),
            ("<html>", ""),
        ] {
            assert_eq!(api_message(body.as_bytes()), message, "{body}");
        }
    }

    #[test]
    fn refusal_names_request_and_message() {
        let url = Url::parse("https://api.example.com/a/b?secret=1").unwrap();
        let body = br#"{"message":"it is unknown"}"#.to_vec();
        let response = Response::builder().status(404).body(body).unwrap();
        let line = refusal(&Method::GET, &url, &response);
        assert_eq!(line, "GET https://api.example.com/a/b: 404 Not Found: it is unknown");
        let mut in_space = Settings::default();
        in_space.set("space", vec!["hub".to_owned()]);
        let hint = |path: &str, options: &Settings| hint::<cobot::Cobot>(&response, path, options);
        assert!(hint("/api/bookings", &Settings::default()).contains("--space"));
        for (path, options) in [("/api/bookings", &in_space), ("/x", &Settings::default())] {
            assert_eq!(hint(path, options), "\n help: check the path; `oauth api cobot` lists the calls");
        }
    }

    #[test]
    fn next_page_comes_from_header_or_body() {
        let url = Url::parse("https://api.example.com/v2/x?page=1").unwrap();
        let next = |link: &str, body: &str| {
            let response = Response::builder().header(LINK, link).body(body.as_bytes().to_vec()).unwrap();
            next_page(&url, &response).map(String::from)
        };
        let second = Some("https://api.example.com/v2/x?page=2".to_owned());
        assert_eq!(next(r#"<?page=0>; rel="prev", <?page=2>; rel="next""#, "{}"), second);
        let commas = r#"<?a=1,2>; title="x, y; rel=next", <?page=2&a=b,c>; Rel="last NEXT""#;
        assert_eq!(next(commas, "{}"), second.clone().map(|url| url + "&a=b,c"));
        assert_eq!(next(r#"<?page=2>; rel="prev"; title="; rel=next""#, "{}"), None);
        assert_eq!(next("", r#"{"_links":{"next":{"href":"/v2/x?page=2"}}}"#), second);
        assert_eq!(next("", r#"{"links":{"next":"?page=2"}}"#), second);
        assert_eq!(next("", r#"{"links":{"next":null}}"#), None);
        assert_eq!(next("", "[]"), None);
    }
}
