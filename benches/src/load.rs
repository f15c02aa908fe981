//! A load generator: requests over kept-alive sockets, each sent when the one before it was answered. It does as little as
//! it can, since it runs on the same machine as what it measures.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::complete;

/// A form for a token endpoint.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where to.
    pub address: SocketAddr,
    head: String,
    /// What of it, encoded.
    body: String,
}

impl Form {
    /// `url` is `http://ADDRESS/PATH`.
    pub fn new(url: &str, fields: &[(&str, &str)]) -> Result<Self> {
        let rest = url.strip_prefix("http://").with_context(|| format!("{url} is not http"))?;
        let (host, path) = rest.split_once('/').with_context(|| format!("{url} has no path"))?;
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).context("no port")?;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Ok(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            head: format!(
                "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: "
            ),
            body,
        })
    }

    fn request(&self, more: &str) -> String {
        let Self { head, body, .. } = self;
        format!("{head}{}\r\n\r\n{body}{more}", body.len() + more.len())
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub struct Kept {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Kept {
    /// Opens it.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// Sends a request and gives the answer, which must be a 200.
    pub async fn call(&mut self, request: &str) -> Result<&[u8]> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        let end = loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server hung up");
            if let Some(end) = complete(&self.read) {
                break end;
            }
        };
        let answer = &self.read[..end];
        if !answer.starts_with(b"HTTP/1.1 200 ") {
            bail!("the server said {}", String::from_utf8_lossy(answer));
        }
        Ok(answer)
    }
}

/// The text of a field of a JSON object, without looking at anything else.
fn field<'a>(answer: &'a [u8], name: &str) -> Result<&'a str> {
    let text = std::str::from_utf8(answer)?;
    let (_, rest) =
        text.split_once(&format!("\"{name}\":\"")).with_context(|| format!("no {name} in {text}"))?;
    Ok(rest.split('"').next().unwrap_or_default())
}

/// What is sent over and over.
#[derive(Clone, Debug)]
pub enum Load {
    /// The same.
    Same(Form),
    /// Refreshes: each with the refresh token of the answer before it, the first ones with these, one for each connection.
    Refresh(Form, Vec<String>),
}

/// Keeps so many connections busy for so long. Gives how many answers came in a second, and with [`Load::Refresh`] the
/// last refresh tokens.
///
/// # Errors
/// If anything was answered with something else than a 200.
pub fn generate(load: &Load, connections: usize, length: Duration) -> Result<(f64, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let until = begun + length;
        let running: Vec<_> = (0..connections)
            .map(|number| {
                let load = load.clone();
                tokio::spawn(async move {
                    match load {
                        Load::Same(form) => same(&form, until).await,
                        Load::Refresh(form, first) => refresh(&form, &first[number], until).await,
                    }
                })
            })
            .collect();
        let (mut all, mut last) = (0, Vec::new());
        for one in running {
            let (calls, token) = one.await??;
            all += calls;
            last.push(token);
        }
        Ok((all as f64 / begun.elapsed().as_secs_f64(), last))
    })
}

async fn same(form: &Form, until: Instant) -> Result<(u64, String)> {
    let mut kept = Kept::open(form.address).await?;
    let request = form.request("");
    let mut calls = 0;
    while Instant::now() < until {
        kept.call(&request).await?;
        calls += 1;
    }
    Ok((calls, String::new()))
}

async fn refresh(form: &Form, first: &str, until: Instant) -> Result<(u64, String)> {
    let mut kept = Kept::open(form.address).await?;
    let mut token = first.to_owned();
    let mut calls = 0;
    while Instant::now() < until {
        let answer = kept.call(&form.request(&format!("&refresh_token={token}"))).await?;
        token = field(answer, "refresh_token")?.to_owned();
        calls += 1;
    }
    Ok((calls, token))
}

/// One call, and the refresh token of its answer.
pub async fn refresh_token(form: &Form) -> Result<String> {
    let mut kept = Kept::open(form.address).await?;
    Ok(field(kept.call(&form.request("")).await?, "refresh_token")?.to_owned())
}

/// One call.
pub async fn once(form: &Form) -> Result<()> {
    Kept::open(form.address).await?.call(&form.request("")).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_it_is() {
        let form =
            Form::new("http://127.0.0.1:80/token", &[("grant_type", "x"), ("client_id", "y")]).unwrap();
        let request = form.request("&a=b");
        assert!(request.starts_with("POST /token HTTP/1.1\r\nhost: 127.0.0.1:80\r\n"), "{request}");
        assert!(request.ends_with("content-length: 28\r\n\r\ngrant_type=x&client_id=y&a=b"), "{request}");
        let form = Form::new("http://127.0.0.1:80/token", &[("a", "b&c")]).unwrap();
        assert!(form.request("").ends_with("content-length: 7\r\n\r\na=b%26c"));
    }

    #[test]
    fn a_field_of_an_answer() {
        assert_eq!(field(br#"{"a":"b","refresh_token":"c"}"#, "refresh_token").unwrap(), "c");
        assert!(field(br#"{"a":"b"}"#, "refresh_token").is_err());
    }
}
