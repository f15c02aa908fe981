//! A server without manners: raw sockets, since an HTTP library would be too polite.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longer than any client may wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A connection, with or without TLS.
pub(crate) trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

/// What is done with a connection, once its request has been read.
pub(crate) type Script = Arc<dyn Fn(&mut dyn Line, &[u8]) -> io::Result<()> + Send + Sync>;

/// How a connection begins and ends.
#[derive(Clone)]
pub(crate) enum Manner {
    /// The request is read, then the script runs, then the connection is closed as TCP has it.
    Http(Script),
    /// The same under TLS, without the alert that should come before the end.
    Tls(Arc<ServerConfig>, Script),
    /// The script runs before anything is read.
    Rash(Script),
    /// Closed at once, with the request unread: the other side sees a reset.
    Slam,
}

/// Stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
    connections: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
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
                let (manner, requests) = (manner.clone(), Arc::clone(&requests));
                // What it fails with is the client's doing: it has heard enough.
                thread::spawn(move || drop(serve(stream, &manner, &requests)));
            }
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests it has read.
    pub(crate) fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }

    /// How many connections were made to it.
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

fn serve(mut stream: TcpStream, manner: &Manner, requests: &Mutex<Vec<Vec<u8>>>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    match manner {
        Manner::Slam => {
            // Until there is something to be left unread.
            stream.peek(&mut [0])?;
            Ok(())
        }
        Manner::Rash(script) => {
            script(&mut stream, &[])?;
            end(stream)
        }
        Manner::Http(script) => {
            let request = read_request(&mut stream)?;
            requests.lock().unwrap().push(request.clone());
            script(&mut stream, &request)?;
            end(stream)
        }
        Manner::Tls(config, script) => {
            let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            let mut line = StreamOwned::new(connection, stream);
            let request = read_request(&mut line)?;
            requests.lock().unwrap().push(request.clone());
            script(&mut line, &request)?;
            line.flush()?;
            end(line.sock)
        }
    }
}

/// Closes one way and waits for the other, so that nothing that was said is lost by a reset.
fn end(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(std::net::Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

fn read_request(line: &mut dyn Line) -> io::Result<Vec<u8>> {
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
        match line.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&part[..read]),
        }
    }
}

/// Says these bytes.
pub(crate) fn says(bytes: impl Into<Vec<u8>>) -> Script {
    let bytes = bytes.into();
    Arc::new(move |line, _| line.write_all(&bytes))
}

/// Says the first once, and then the second over and over, with this pause before each.
pub(crate) fn goes_on(first: impl Into<Vec<u8>>, then: impl Into<Vec<u8>>, pause: Duration) -> Script {
    let (first, then) = (first.into(), then.into());
    Arc::new(move |line, _| {
        line.write_all(&first)?;
        let since = std::time::Instant::now();
        while since.elapsed() < PATIENCE {
            thread::sleep(pause);
            line.write_all(&then)?;
            line.flush()?;
        }
        Ok(())
    })
}

/// Says these bytes and then nothing, without ending.
pub(crate) fn falls_silent(first: impl Into<Vec<u8>>) -> Script {
    let first = first.into();
    Arc::new(move |line, _| {
        line.write_all(&first)?;
        line.flush()?;
        io::copy(&mut &mut *line, &mut io::sink()).map(drop)
    })
}

/// An answer with this status line's rest, these further headers and this body, of the right length.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A 200 of JSON.
pub(crate) fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    answer("200 OK", "content-type: application/json\r\n", body)
}

/// Every secret of the request, spelled so, with a space between two.
pub(crate) fn each_secret(request: &[u8], spelled: impl Fn(&[u8]) -> String) -> String {
    let text = String::from_utf8_lossy(request);
    let mut out = Vec::new();
    for (at, _) in text.match_indices("canary-") {
        let end =
            text[at..].find(|c: char| !c.is_ascii_lowercase() && c != '-').map_or(text.len(), |end| at + end);
        out.push(spelled(&text.as_bytes()[at..end]));
    }
    out.join(" ")
}
