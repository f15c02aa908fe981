//! A server on raw sockets, because an HTTP library would send valid responses only.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longer than any client waits.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// A connection, with or without TLS.
pub(crate) trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

/// Writes to a connection. The second parameter is the request.
pub(crate) type Script = Arc<dyn Fn(&mut dyn Connection, &[u8]) -> io::Result<()> + Send + Sync>;

/// Treatment of a connection.
#[derive(Clone)]
pub(crate) enum Behavior {
    /// Reads the request, runs the script, and closes the connection.
    Http(Script),
    /// The same over TLS, closed without an alert.
    Tls(Arc<ServerConfig>, Script),
    /// Runs the script before reading.
    SendFirst(Script),
    /// Closes at once with the request unread, which resets the connection.
    Reset,
}

/// A server that stops when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
    connections: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
            stopped: Arc::default(),
        };
        let (requests, connections) = (Arc::clone(&server.requests), Arc::clone(&server.connections));
        let stopped = Arc::clone(&server.stopped);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                connections.fetch_add(1, Ordering::SeqCst);
                let (behavior, requests) = (behavior.clone(), Arc::clone(&requests));
                // Errors mean that the client has closed the connection.
                thread::spawn(move || drop(serve(stream, &behavior, &requests)));
            }
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }

    /// Number of accepted connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut stream: TcpStream, behavior: &Behavior, requests: &Mutex<Vec<Vec<u8>>>) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    match behavior {
        Behavior::Reset => {
            // Waits for data to leave unread.
            stream.peek(&mut [0])?;
            Ok(())
        }
        Behavior::SendFirst(script) => {
            script(&mut stream, &[])?;
            close(stream)
        }
        Behavior::Http(script) => {
            let request = read_request(&mut stream)?;
            requests.lock().unwrap().push(request.clone());
            script(&mut stream, &request)?;
            close(stream)
        }
        Behavior::Tls(config, script) => {
            let tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            let mut connection = StreamOwned::new(tls, stream);
            let request = read_request(&mut connection)?;
            requests.lock().unwrap().push(request.clone());
            script(&mut connection, &request)?;
            connection.flush()?;
            close(connection.sock)
        }
    }
}

/// Closes the sending side and reads to the end, so that a reset does not lose sent data.
fn close(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(std::net::Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

fn read_request(connection: &mut dyn Connection) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(head) = request.windows(4).position(|end| end == b"\r\n\r\n") {
            let length = String::from_utf8_lossy(&request[..head])
                .lines()
                .find_map(|header| {
                    header.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
                })
                .unwrap_or(0);
            if request.len() >= head + 4 + length {
                return Ok(request);
            }
        }
        match connection.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&part[..read]),
        }
    }
}

/// Sends these bytes.
pub(crate) fn sends(bytes: impl Into<Vec<u8>>) -> Script {
    let bytes = bytes.into();
    Arc::new(move |connection, _| connection.write_all(&bytes))
}

/// Sends `first` once and `then` repeatedly, each after a pause.
pub(crate) fn repeats(first: impl Into<Vec<u8>>, then: impl Into<Vec<u8>>, pause: Duration) -> Script {
    let (first, then) = (first.into(), then.into());
    Arc::new(move |connection, _| {
        connection.write_all(&first)?;
        let since = std::time::Instant::now();
        while since.elapsed() < TIMEOUT {
            thread::sleep(pause);
            connection.write_all(&then)?;
            connection.flush()?;
        }
        Ok(())
    })
}

/// Sends these bytes and keeps the connection open.
pub(crate) fn stays_silent(first: impl Into<Vec<u8>>) -> Script {
    let first = first.into();
    Arc::new(move |connection, _| {
        connection.write_all(&first)?;
        connection.flush()?;
        io::copy(&mut &mut *connection, &mut io::sink()).map(drop)
    })
}

/// A response with this status, headers and body, and the matching `Content-Length`.
pub(crate) fn response(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A JSON response with status 200.
pub(crate) fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    response("200 OK", "content-type: application/json\r\n", body)
}

/// Every secret of the request, encoded and separated by spaces.
pub(crate) fn each_secret(request: &[u8], encode: impl Fn(&[u8]) -> String) -> String {
    let text = String::from_utf8_lossy(request);
    let mut out = Vec::new();
    for (at, _) in text.match_indices("canary-") {
        let end =
            text[at..].find(|c: char| !c.is_ascii_lowercase() && c != '-').map_or(text.len(), |end| at + end);
        out.push(encode(&text.as_bytes()[at..end]));
    }
    out.join(" ")
}
