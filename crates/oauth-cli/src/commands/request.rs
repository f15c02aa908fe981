//! `oauth request`: sends one authorized API request.

use clap::Args;
use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use oauth_core::{Endpoint, EndpointContext, Error, Provider};
use serde_json::{Map, Value, json};
use url::Url;

use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection};
use crate::prompt;
use crate::providers::{CliProvider, ProviderName, RequestContext, with_provider};
use crate::setting::Settings;

/// Arguments of `request`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Prints the response body on stdout: unchanged, but on a terminal with control characters escaped. Exit code 0: status 2xx or 304. 7: 408, 429, 5xx or no response.
8: any other 4xx. A rejected token is refreshed once; GET, HEAD and OPTIONS are then sent again.")]
pub(crate) struct RequestArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    provider: ProviderName,

    /// Account name
    #[arg(value_name = "ACCOUNT")]
    account: String,

    /// HTTP method, such as GET or POST
    #[arg(value_name = "METHOD")]
    method: String,

    /// Path and query below the provider's API, or a full URL on the provider's hosts; at GoCD, a path that
    /// begins with /go/ starts at the server's root
    #[arg(value_name = "PATH")]
    path: String,

    /// Request body; @FILE reads a file, @- reads stdin
    #[arg(short, long, value_name = "DATA")]
    data: Option<String>,

    /// Add a header, such as 'Accept: text/xml'; can be repeated
    #[arg(short = 'H', long, value_name = "HEADER")]
    header: Vec<String>,

    /// Print status and headers before the body
    #[arg(short, long)]
    include: bool,

    /// Cohort Go: act on behalf of this user, such as 'Bob Smith <bob.smith@example.org>'
    #[arg(long, value_name = "USER")]
    act_as: Option<String>,

    /// Cobot: use this space's API
    #[arg(long, value_name = "SUBDOMAIN")]
    space: Option<String>,

    /// Go1: use the gateway instead of version 2 of the API
    #[arg(long)]
    gateway: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Runs the command. Returns the exit code for the response status.
pub(crate) async fn run(arguments: &RequestArgs) -> Result<Option<ExitCode>, Failure> {
    let context = Context::new(&arguments.common)?;
    with_provider!(arguments.provider, P => send::<P>(&context, arguments).await)
}

async fn send<P: CliProvider>(
    context: &Context,
    arguments: &RequestArgs,
) -> Result<Option<ExitCode>, Failure> {
    let options = provider_options::<P>(arguments)?;
    let method = Method::from_bytes(arguments.method.to_ascii_uppercase().as_bytes())
        .map_err(|_| Failure::usage("invalid HTTP method").with_help("use a method such as GET or POST"))?;
    let headers = headers(&arguments.header)?;
    let body = match &arguments.data {
        Some(data) => Some(body(context, data).await?),
        None => None,
    };

    let opened =
        OpenConnection::<P>::open(context, arguments.provider, &arguments.account, Access::UseToken).await?;
    let sending = async {
        let token = opened.connection.token().await.map_err(|error| opened.failure(&error))?;
        let client = opened.connections.client();
        let context = RequestContext { site: client.site(), token: &token, options: &options };
        let url = match P::url_outside_api(context.site, &arguments.path) {
            Some(url) => url,
            None => target_url(&P::api_url(&context)?, &arguments.path)?,
        };
        let mut request = request(&method, &url, headers, body)?;
        P::prepare_request(&mut request, &context)?;
        let sent = if method.is_safe() {
            opened.connection.send(&PreparedRequest::<true>(request)).await
        } else {
            opened.connection.send(&PreparedRequest::<false>(request)).await
        };
        sent.map_err(|error| opened.failure(&error))
    };
    let response = context.until_interrupted(sending).await;
    opened.close(context).await;
    let response = response?;
    print_response(context, arguments, &response);
    Ok(exit_code(response.status()))
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
        format!("{}/{}", api.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
    };
    Url::parse(&text).map_err(|error| Failure::usage(format!("invalid path: {error}")))
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
    output.raw(response.body());
    if !response.status().is_success() {
        output.note(format_args!("The response status is {}.", response.status()));
    }
}

fn exit_code(status: StatusCode) -> Option<ExitCode> {
    match status.as_u16() {
        200..=299 | 304 => None,
        408 | 429 | 500.. => Some(ExitCode::TryLater),
        _ => Some(ExitCode::Refused),
    }
}
