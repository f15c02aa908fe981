//! Rewriting of token requests: from RFC 6749 to the provider's dialect. No IO.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Request};
use url::Url;
use url::form_urlencoded;

use crate::error::Error;
use crate::provider::dialect::{ClientAuth, Dialect, Encoding, GrantType};

/// Rewrites a standard request to the authorization server: a form that holds the client's credentials.
pub(crate) fn rewrite(
    mut request: Request<Vec<u8>>,
    dialect: &Dialect,
    encoding: Encoding,
) -> Result<Request<Vec<u8>>, Error> {
    let form = std::mem::take(request.body_mut());
    let mut params: Params<'_> = form_urlencoded::parse(&form).collect();
    if let Some(grant) = set_grant_type(&mut params, dialect) {
        let of_grant = dialect.grant_params.iter().filter(|(of, ..)| *of == grant);
        let own = dialect.token_params.iter().copied().chain(of_grant.map(|&(_, name, value)| (name, value)));
        params.extend(own.map(|(name, value)| (name.into(), value.into())));
    }
    if let Some(header) = place_credentials(&mut params, dialect.client_auth)? {
        request.headers_mut().insert(AUTHORIZATION, header);
    }
    for &(name, value) in dialect.token_headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| !OWN_HEADERS.contains(name));
        let name = name.ok_or_else(|| Error::invalid_input("a token call cannot have one of its headers"))?;
        request.headers_mut().insert(name, header_value(value)?);
    }
    rename(&mut params, dialect);
    check_names(&params)?;
    match encoding {
        Encoding::Form => {
            let body = String::with_capacity(form.len() + 64);
            *request.body_mut() =
                form_urlencoded::Serializer::new(body).extend_pairs(&params).finish().into_bytes();
        }
        Encoding::Json => {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let mut object = serde_json::Map::new();
            for (name, value) in params {
                object.insert(name.into_owned(), value.into());
            }
            *request.body_mut() = serde_json::Value::Object(object).to_string().into_bytes();
        }
        Encoding::Multipart => {
            let boundary = boundary_for(&params);
            let content_type = format!("multipart/form-data; boundary={boundary}");
            request.headers_mut().insert(CONTENT_TYPE, header_value(&content_type)?);
            *request.body_mut() = multipart(&params, &boundary);
        }
        Encoding::Query => {
            request.headers_mut().remove(CONTENT_TYPE);
            let mut url = Url::parse(&request.uri().to_string())
                .map_err(|source| Error::invalid_input("the token URL cannot be read").with_source(source))?;
            url.query_pairs_mut().extend_pairs(&params);
            *request.uri_mut() = url.as_str().parse().map_err(|source: http::uri::InvalidUri| {
                Error::invalid_input("the token URL cannot be sent").with_source(source)
            })?;
        }
    }
    Ok(request)
}

pub(crate) type Params<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Writes the grant as the provider does. A revocation has none.
fn set_grant_type(params: &mut Params<'_>, dialect: &Dialect) -> Option<GrantType> {
    let (_, value) = params.iter_mut().find(|(name, _)| name == "grant_type")?;
    let (grant, name) = match &**value {
        "authorization_code" => (GrantType::AuthorizationCode, dialect.code_grant),
        "refresh_token" => (GrantType::RefreshToken, dialect.refresh_grant),
        "client_credentials" => (GrantType::ClientCredentials, dialect.client_credentials_grant),
        _ => return Some(GrantType::Password),
    };
    *value = name.into();
    params.retain(|(name, value)| name != "grant_type" || !value.is_empty());
    Some(grant)
}

/// Headers that a token call sets itself.
const OWN_HEADERS: [HeaderName; 5] = [AUTHORIZATION, CONTENT_TYPE, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// RFC 6749 section 3.2 forbids a parameter twice, as constant or renamed ones could be.
fn check_names(params: &Params<'_>) -> Result<(), Error> {
    for (index, (name, _)) in params.iter().enumerate() {
        if params[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Error::invalid_input(format!("a token call has the parameter `{name}` twice")));
        }
        // Of `multipart`, which does not escape them.
        if name.contains(|c: char| c == '"' || c.is_control()) {
            return Err(Error::invalid_input("a parameter of the token call has a name that cannot be sent"));
        }
    }
    Ok(())
}

/// Gives parameters the provider's names, and leaves out those that it does not take.
pub(crate) fn rename(params: &mut Params<'_>, dialect: &Dialect) {
    if dialect.param_names.is_empty() {
        return;
    }
    for (name, _) in params.iter_mut() {
        *name = dialect.param_name(name).to_owned().into();
    }
    params.retain(|(name, _)| !name.is_empty());
}

fn place_credentials(params: &mut Params<'_>, auth: ClientAuth) -> Result<Option<HeaderValue>, Error> {
    let mut take = |wanted: &str| {
        params.iter().position(|(name, _)| name == wanted).map(|at| params.remove(at).1).unwrap_or_default()
    };
    let pair = match auth {
        ClientAuth::Body => return Ok(None),
        ClientAuth::None => {
            take("client_secret");
            return Ok(None);
        }
        ClientAuth::BasicSecret => format!("{}:", take("client_secret")),
        ClientAuth::BasicRaw => {
            let id = take("client_id");
            if id.contains(':') {
                return Err(Error::invalid_input(
                    "a client id with a colon cannot be sent unencoded by HTTP Basic",
                )
                .with_help("the colon ends the id (RFC 7617 section 2); ask the provider for another id"));
            }
            format!("{id}:{}", take("client_secret"))
        }
        ClientAuth::BasicEncoded => {
            // RFC 6749 appendix B encodes a space as `+`. Every form parser reads `%20` too, and some servers
            // read only that. A literal plus is `%2B` already.
            let encode = |text: Cow<'_, str>| {
                form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
            };
            format!("{}:{}", encode(take("client_id")), encode(take("client_secret")))
        }
    };
    let mut header = header_value(&format!("Basic {}", BASE64_STANDARD.encode(pair)))?;
    header.set_sensitive(true);
    Ok(Some(header))
}

fn header_value(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value)
        .map_err(|_| Error::invalid_input("a header of the token request cannot be written"))
}

/// Derived from the parameters, so that snapshots are stable; never part of a value.
fn boundary_for(params: &Params<'_>) -> String {
    let is_free = |boundary: &String| !params.iter().any(|(_, value)| value.contains(boundary.as_str()));
    (0_u32..).map(|n| format!("----oauth-core-form-boundary-{n}")).find(is_free).unwrap_or_default()
}

/// Encodes a form by RFC 7578, with names that need no escaping.
fn multipart(params: &Params<'_>, boundary: &str) -> Vec<u8> {
    const PART_OVERHEAD: usize = "--\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n".len();
    let length: usize =
        params.iter().map(|(name, value)| PART_OVERHEAD + boundary.len() + name.len() + value.len()).sum();
    let mut body = String::with_capacity(length + boundary.len() + "----\r\n".len());
    for (name, value) in params {
        body.push_str("--");
        body.push_str(boundary);
        body.push_str("\r\nContent-Disposition: form-data; name=\"");
        body.push_str(name);
        body.push_str("\"\r\n\r\n");
        body.push_str(value);
        body.push_str("\r\n");
    }
    body.push_str("--");
    body.push_str(boundary);
    body.push_str("--\r\n");
    body.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standard(body: &str) -> Request<Vec<u8>> {
        Request::post("https://provider.example/token")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    const BODY: &str =
        "grant_type=authorization_code&code=canary-a%2Bb&client_id=my+id&client_secret=canary-s%3Acret";

    #[test]
    fn rewrites_every_encoding_and_client_authentication() {
        let mut out = String::new();
        for encoding in [Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query] {
            let request = rewrite(standard(BODY), &Dialect::rfc6749(), encoding).unwrap();
            out += &format!("# {encoding:?}\n{}\n\n", oauth_testing::request(&request));
        }
        for auth in
            [ClientAuth::BasicEncoded, ClientAuth::BasicRaw, ClientAuth::BasicSecret, ClientAuth::None]
        {
            let dialect = Dialect::rfc6749().client_auth(auth);
            out += &format!(
                "# {auth:?}\n{}\n\n",
                oauth_testing::request(&rewrite(standard(BODY), &dialect, Encoding::Form).unwrap())
            );
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn grants_and_parameters_have_the_providers_names() {
        let dialect = Dialect::rfc6749()
            .code_grant("code")
            .client_credentials_grant("account")
            .refresh_grant("")
            .token_params(&[("mode", "server")])
            .grant_params(&[
                (GrantType::AuthorizationCode, "audience", "api"),
                (GrantType::RefreshToken, "reuse", "false"),
            ])
            .param_names(&[("client_id", "client_key"), ("scope", ""), ("audience", "resource")]);
        for (body, expected) in [
            (
                "grant_type=authorization_code&code=c&client_id=i",
                "grant_type=code&code=c&client_key=i&mode=server&resource=api",
            ),
            ("grant_type=client_credentials&scope=a", "grant_type=account&mode=server"),
            (
                "grant_type=password&username=u&password=p",
                "grant_type=password&username=u&password=p&mode=server",
            ),
            // An empty grant.
            ("grant_type=refresh_token&refresh_token=r", "refresh_token=r&mode=server&reuse=false"),
            // Not a grant: a revocation.
            ("token=t&client_id=i", "token=t&client_key=i"),
        ] {
            let request = rewrite(standard(body), &dialect, Encoding::Form).unwrap();
            assert_eq!(std::str::from_utf8(request.body()).unwrap(), expected);
        }
    }

    #[test]
    fn declarations_that_cannot_be_sent_are_refused() {
        for dialect in [
            Dialect::rfc6749().param_names(&[("client_id", "id"), ("code", "id")]),
            Dialect::rfc6749().token_params(&[("code", "z")]),
            Dialect::rfc6749().token_params(&[("a\"\r\n", "z")]),
            Dialect::rfc6749().token_headers(&[("Authorization", "Basic eA==")]),
            Dialect::rfc6749().token_headers(&[("host", "other.example")]),
            Dialect::rfc6749().token_headers(&[("a b", "z")]),
            Dialect::rfc6749().token_headers(&[("a", "z\n")]),
        ] {
            for encoding in [Encoding::Form, Encoding::Json] {
                let error = rewrite(standard(BODY), &dialect, encoding).unwrap_err();
                assert_eq!(error.kind(), crate::error::ErrorKind::InvalidInput);
                assert!(!error.to_string().contains("canary"));
            }
        }
    }

    #[test]
    fn rejects_colon_in_raw_basic_id() {
        let rewritten = |auth| {
            let body = "client_id=my%3Aid&client_secret=s%3Acret";
            rewrite(standard(body), &Dialect::rfc6749().client_auth(auth), Encoding::Form)
        };
        let error = rewritten(ClientAuth::BasicRaw).unwrap_err();
        assert_eq!(error.kind(), crate::error::ErrorKind::InvalidInput);
        let encoded = rewritten(ClientAuth::BasicEncoded).unwrap();
        let expected = format!("Basic {}", BASE64_STANDARD.encode("my%3Aid:s%3Acret"));
        assert_eq!(encoded.headers()[AUTHORIZATION], expected);
    }

    #[test]
    fn encoded_basic_reads_in_form_and_percent_decoders() {
        for (id, secret, expected) in [
            ("my id", "s e+c:r%et", "my%20id:s%20e%2Bc%3Ar%25et"),
            ("", " ", ":%20"),
            ("ä", "+", "%C3%A4:%2B"),
        ] {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("client_id", id)
                .append_pair("client_secret", secret)
                .finish();
            let dialect = Dialect::rfc6749().client_auth(ClientAuth::BasicEncoded);
            let request = rewrite(standard(&body), &dialect, Encoding::Form).unwrap();
            let header = format!("Basic {}", BASE64_STANDARD.encode(expected));
            assert_eq!(request.headers()[AUTHORIZATION], header);
            let decoded: Vec<_> = expected
                .split(':')
                .map(|part| {
                    form_urlencoded::parse(format!("x={part}").as_bytes()).next().unwrap().1.into_owned()
                })
                .collect();
            assert_eq!(decoded, [id, secret]);
        }
    }

    #[test]
    fn boundary_never_occurs_in_value() {
        let first = boundary_for(&Vec::new());
        assert_ne!(boundary_for(&vec![("code".into(), format!("x{first}y").into())]), first);
    }

    proptest::proptest! {
        #[test]
        fn form_parameters_survive(value in ".{0,60}") {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("code", &value).finish();
            let request = rewrite(standard(&body), &Dialect::rfc6749(), Encoding::Form).unwrap();
            let back: Vec<_> = form_urlencoded::parse(request.body()).into_owned().collect();
            proptest::prop_assert_eq!(back, vec![("code".to_owned(), value)]);
        }
    }
}
