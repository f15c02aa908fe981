//! A load generator: sends requests over kept-alive connections, each after the response to the previous one.
//! It does little work itself, because it shares the machine with the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::complete;

/// A form request to a token endpoint.
#[derive(Clone, Debug)]
pub struct Form {
    /// Address of the server.
    pub address: SocketAddr,
    head: String,
    /// The encoded fields.
    body: String,
}

impl Form {
    /// `url` has the form `http://ADDRESS/PATH`.
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

/// A kept-alive connection.
#[derive(Debug)]
pub struct KeptAlive {
    stream: TcpStream,
    read: Vec<u8>,
}

impl KeptAlive {
    /// Opens a connection.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// Sends a request and returns the response, which must have status 200.
    pub async fn call(&mut self, request: &str) -> Result<&[u8]> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        let end = loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
            if let Some(end) = complete(&self.read) {
                break end;
            }
        };
        let response = &self.read[..end];
        if !response.starts_with(b"HTTP/1.1 200 ") {
            bail!("unexpected response: {}", String::from_utf8_lossy(response));
        }
        Ok(response)
    }
}

/// Value of a string field in a JSON object, found by text search.
fn field<'a>(response: &'a [u8], name: &str) -> Result<&'a str> {
    let text = std::str::from_utf8(response)?;
    let (_, rest) =
        text.split_once(&format!("\"{name}\":\"")).with_context(|| format!("no {name} in {text}"))?;
    Ok(rest.split('"').next().unwrap_or_default())
}

/// Requests of a load.
#[derive(Clone, Debug)]
pub enum Load {
    /// The same request each time.
    Same(Form),
    /// Refreshes, each with the refresh token of the previous response. Holds the first token of each
    /// connection.
    Refresh(Form, Vec<String>),
}

/// Keeps `connections` busy for `length`. Returns the responses per second and, for [`Load::Refresh`], the
/// last refresh tokens.
///
/// # Errors
/// If a response has another status than 200.
pub fn generate(load: &Load, connections: usize, length: Duration) -> Result<(f64, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let deadline = start + length;
        let running: Vec<_> = (0..connections)
            .map(|number| {
                let load = load.clone();
                tokio::spawn(async move {
                    match load {
                        Load::Same(form) => send_same(&form, deadline).await,
                        Load::Refresh(form, first) => refresh(&form, &first[number], deadline).await,
                    }
                })
            })
            .collect();
        let (mut total, mut last) = (0, Vec::new());
        for task in running {
            let (calls, token) = task.await??;
            total += calls;
            last.push(token);
        }
        Ok((total as f64 / start.elapsed().as_secs_f64(), last))
    })
}

async fn send_same(form: &Form, deadline: Instant) -> Result<(u64, String)> {
    let mut connection = KeptAlive::open(form.address).await?;
    let request = form.request("");
    let mut calls = 0;
    while Instant::now() < deadline {
        connection.call(&request).await?;
        calls += 1;
    }
    Ok((calls, String::new()))
}

async fn refresh(form: &Form, first: &str, deadline: Instant) -> Result<(u64, String)> {
    let mut connection = KeptAlive::open(form.address).await?;
    let mut token = first.to_owned();
    let mut calls = 0;
    while Instant::now() < deadline {
        let response = connection.call(&form.request(&format!("&refresh_token={token}"))).await?;
        token = field(response, "refresh_token")?.to_owned();
        calls += 1;
    }
    Ok((calls, token))
}

/// Sends one call and returns the refresh token of the response.
pub async fn refresh_token(form: &Form) -> Result<String> {
    let mut connection = KeptAlive::open(form.address).await?;
    Ok(field(connection.call(&form.request("")).await?, "refresh_token")?.to_owned())
}

/// Sends one call.
pub async fn once(form: &Form) -> Result<()> {
    KeptAlive::open(form.address).await?.call(&form.request("")).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_has_content_length() {
        let form =
            Form::new("http://127.0.0.1:80/token", &[("grant_type", "x"), ("client_id", "y")]).unwrap();
        let request = form.request("&a=b");
        assert!(request.starts_with("POST /token HTTP/1.1\r\nhost: 127.0.0.1:80\r\n"), "{request}");
        assert!(request.ends_with("content-length: 28\r\n\r\ngrant_type=x&client_id=y&a=b"), "{request}");
        let form = Form::new("http://127.0.0.1:80/token", &[("a", "b&c")]).unwrap();
        assert!(form.request("").ends_with("content-length: 7\r\n\r\na=b%26c"));
    }

    #[test]
    fn reads_field_of_response() {
        assert_eq!(field(br#"{"a":"b","refresh_token":"c"}"#, "refresh_token").unwrap(), "c");
        assert!(field(br#"{"a":"b"}"#, "refresh_token").is_err());
    }
}
