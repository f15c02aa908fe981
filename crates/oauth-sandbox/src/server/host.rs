//! The check that a request is addressed to this computer.
//!
//! It prevents DNS rebinding: a web site can make its own host name resolve to loopback after its page has
//! loaded. The browser then lets the page call the sandbox and read the responses, but still sends the site's
//! name in `Host`.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri};

/// Checks every host that a request names. A request without one cannot come from a browser.
pub(super) fn is_this_computer(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.authority().is_none_or(is_local)
        && headers.get_all(HOST).iter().all(|host| {
            host.is_empty()
                || Authority::try_from(host.as_bytes()).is_ok_and(|authority| is_local(&authority))
        })
}

/// Accepts names that browsers resolve to loopback themselves (RFC 6761 6.3), and loopback addresses.
fn is_local(authority: &Authority) -> bool {
    let host = authority.host().to_ascii_lowercase();
    let name = host.strip_suffix('.').unwrap_or(&host);
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    !authority.as_str().contains('@')
        && (name == "localhost"
            || name.ends_with(".localhost")
            || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
            || inner
                .and_then(|host| host.parse().ok())
                .is_some_and(|address: Ipv6Addr| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(uri: &str, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        is_this_computer(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn host_check_accepts_loopback_names_only() {
        for host in [
            "localhost",
            "LocalHost:4001",
            "localhost.",
            "betahaus.localhost:4001",
            "members.harbour-coworking.localhost",
            "127.0.0.1",
            "127.8.9.1:80",
            "[::1]:4001",
            "",
        ] {
            assert!(accepts("/", &[host]), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4001",
            "localhost.evil.example",
            "localhost.evil.example:4001",
            "127.0.0.1.evil.example",
            "127.0.0.1.nip.example:4001",
            "xlocalhost",
            "localhost..",
            ".",
            "0.0.0.0:4001",
            "169.254.169.254",
            "10.0.0.1",
            "[::]",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "0x7f000001",
            "2130706433",
            "me@localhost",
            "localhost@evil.example",
            "localhost evil.example",
            "localhost/",
        ] {
            assert!(!accepts("/", &[host]), "{host}");
        }
        assert!(accepts("/", &[]), "HTTP/1.0");
        assert!(!accepts("/", &["localhost", "evil.example"]));
        assert!(!accepts("http://evil.example/", &["localhost"]));
        assert!(accepts("http://localhost:1/", &["127.0.0.1:1"]));
    }
}
