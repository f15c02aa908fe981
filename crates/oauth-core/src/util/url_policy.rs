//! The policy for URLs: https, or http on loopback, and no user info.

use url::{Host, Url};

use crate::error::{Error, ErrorKind};

/// Returns true for URLs of this machine: `127.0.0.0/8`, `[::1]`, `localhost` or `*.localhost` (RFC 6761).
///
/// ```
/// use oauth_core::is_loopback;
///
/// assert!(is_loopback(&"http://shop.localhost:8080/".parse().unwrap()));
/// assert!(!is_loopback(&"http://localhost.example.com/".parse().unwrap()));
/// ```
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Checks a base URL or endpoint: https, or http on loopback; a host; no user info; no fragment.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if the URL breaks one of these rules.
///
/// ```
/// assert!(oauth_core::check_url(&"https://api.example.com:8443/v1".parse().unwrap()).is_ok());
/// assert!(oauth_core::check_url(&"http://api.example.com:8080/v1".parse().unwrap()).is_err());
/// ```
pub fn check_url(url: &Url) -> Result<(), Error> {
    let wrong = |what: &'static str| Err(Error::invalid_input(what).with_host(authority(url)));
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return wrong("http is allowed only on loopback; use https"),
        _ => return wrong("only https URLs are allowed"),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return wrong("the URL has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("the URL holds a user name or password");
    }
    if url.fragment().is_some() {
        return wrong("the URL has a fragment");
    }
    Ok(())
}

/// Parses the base URL of a provider's server, as an application or a user writes it: what [`check_url`]
/// accepts, without a query. White space around it is ignored.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] with this help, such as an example of a URL.
///
/// ```
/// let help = "use a URL like https://git.example.com";
/// let base = oauth_core::parse_base_url(" https://git.example.com/forge ", help)?;
/// assert_eq!(oauth_core::join(&base, &["oauth", "token"])?.path(), "/forge/oauth/token");
/// assert!(oauth_core::parse_base_url("git.example.com", help).is_err());
/// # Ok::<(), oauth_core::Error>(())
/// ```
pub fn parse_base_url(text: &str, help: &'static str) -> Result<Url, Error> {
    let parsed = Url::parse(text.trim()).map_err(|source| {
        Error::invalid_input("the base URL cannot be parsed").with_source(source).with_help(help)
    })?;
    check_url(&parsed).map_err(|error| error.with_help(help))?;
    if parsed.query().is_some() {
        return Err(Error::invalid_input("the base URL has a query").with_help(help));
    }
    Ok(parsed)
}

/// Returns scheme, host and port of a URL as one comparable string (RFC 6454 section 6.2).
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns true for a path segment that is empty, `.` or `..`, also without its tabs and line breaks, which
/// URL parsers skip (WHATWG URL, section 4.4).
pub(crate) fn is_dot_segment(segment: &str) -> bool {
    let kept: String = segment.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    matches!(kept.as_str(), "" | "." | "..")
}

/// Encodes a path segment: all but `pchar` (RFC 3986 section 3.3). `Url::path_segments_mut` would lose tabs
/// and line breaks.
pub(crate) fn encode_segment(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Host and port, for messages.
pub(crate) fn authority(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}

/// The error for a request that would send a token to another host.
pub(crate) fn foreign(url: &Url) -> Error {
    Error::new(
        ErrorKind::ForeignHost,
        "the request would send the token to a host that is not the provider's",
    )
    .with_host(authority(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_https_or_loopback() {
        for (url, good) in [
            ("https://auth.example.com/oauth/token", true),
            ("http://127.0.0.1:3000/x", true),
            ("http://127.9.9.9/x", true),
            ("http://[::1]:3000/x", true),
            ("http://space.localhost:3000/x", true),
            ("http://localhost./x", true),
            ("http://localhost.evil.example/x", false),
            ("http://evillocalhost/x", false),
            ("http://[::ffff:10.0.0.1]/x", false),
            ("http://10.0.0.1/x", false),
            ("ftp://auth.example.com/", false),
            ("data:text/plain,x", false),
            ("https://user@auth.example.com/", false),
            ("https://:pw@auth.example.com/", false),
            ("https://auth.example.com/#x", false),
        ] {
            assert_eq!(check_url(&url.parse().unwrap()).is_ok(), good, "{url}");
        }
    }
}
