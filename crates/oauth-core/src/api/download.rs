//! Downloads: responses that go to a file as they arrive.

use std::fs::File;
use std::io::{self, Seek as _, Write};

use http::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::api::endpoint::Endpoint;
use crate::api::send::AuthorizedClient;
use crate::client::client::Client;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::token::token::Token;
use crate::transport::transport::{BodySink, Call, Transport, TransportError};

/// The target of a download, such as a [`File`]. Writing blocks the task, so the target should be fast.
pub trait DownloadTarget: Write + Send {
    /// Discards what was written, because the download starts again.
    ///
    /// # Errors
    /// If that fails.
    fn restart(&mut self) -> io::Result<()>;
}

impl DownloadTarget for Vec<u8> {
    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }
}

/// Starting again empties the file.
impl DownloadTarget for File {
    fn restart(&mut self) -> io::Result<()> {
        self.set_len(0)?;
        self.rewind()
    }
}

/// A finished download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Size in bytes.
    pub bytes: u64,
    /// Media type, as the server states it.
    pub content_type: Option<String>,
}

/// An endpoint whose response is a file, so that [`Client::download`] can write it as it arrives.
///
/// [`endpoint!`](crate::endpoint) implements it for calls with `=> bytes`.
pub trait FileEndpoint<P: Provider>: Endpoint<P> {
    /// Returns true if the body of a response with this status is the file. By default every status that the
    /// endpoint [accepts](Endpoint::accepts_status) has it.
    ///
    /// An accepted response without the file means that the server has none yet. The download then fails with
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable), which is transient.
    fn has_file(&self, status: StatusCode) -> bool {
        self.accepts_status(status)
    }
}

/// A download in progress, over several requests if the server can resume.
pub(crate) struct Download<'a> {
    target: &'a mut dyn DownloadTarget,
    has_file: &'a (dyn Fn(StatusCode) -> bool + Sync),
    downloaded: Downloaded,
    /// The strong entity tag of what was written.
    etag: Option<HeaderValue>,
    /// The size of the file, once a part has stated it.
    total: Option<u64>,
    /// The most bytes that were written before a failure.
    #[cfg(feature = "connections")]
    furthest: u64,
}

impl<'a> Download<'a> {
    pub(crate) fn to(
        target: &'a mut dyn DownloadTarget,
        has_file: &'a (dyn Fn(StatusCode) -> bool + Sync),
    ) -> Self {
        Self {
            target,
            has_file,
            downloaded: Downloaded::default(),
            etag: None,
            total: None,
            #[cfg(feature = "connections")]
            furthest: 0,
        }
    }

    /// Sends a request for what is missing. Returns true beside the response if the file is complete.
    ///
    /// A part that does not fit counts as no response, so that a retry requests the whole file.
    pub(crate) async fn receive(
        &mut self,
        transport: &dyn Transport,
        mut call: Call,
    ) -> Result<(Response<Vec<u8>>, bool), TransportError> {
        let is_resumed = self.request_rest(call.request.headers_mut());
        let mut sink = FileSink {
            limit: call.body_cap,
            download: self,
            is_resumed,
            part_end: None,
            is_accepted: false,
            failure: None,
        };
        let result = transport.stream(call, &mut sink).await;
        let FileSink { mut is_accepted, failure, .. } = sink;
        let response = match (result, failure) {
            (Err(TransportError::Sink(_)), Some(failure)) => return Err(failure),
            (result, _) => result?,
        };
        let bytes = self.downloaded.bytes;
        if is_resumed && response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // After a connection that broke behind the last byte.
            is_accepted = self.is_same_version(response.headers())
                && ContentRange::parse(response.headers())
                    .is_some_and(|range| range.part.is_none() && range.total == bytes)
                && self.total.is_none_or(|total| total == bytes);
            if !is_accepted {
                return Err(self.start_over("the server does not have the missing part"));
            }
        }
        if is_accepted && self.total.is_some_and(|total| bytes < total) {
            return Err(TransportError::Unanswered("the server sent less than the missing part".into()));
        }
        Ok((response, is_accepted))
    }

    /// Asks for the rest, or for all if it was changed (RFC 9110 section 13.1.5).
    fn request_rest(&self, headers: &mut HeaderMap) -> bool {
        if let (Some(etag), 1..) = (&self.etag, self.downloaded.bytes)
            && let Ok(range) = HeaderValue::try_from(format!("bytes={}-", self.downloaded.bytes))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, etag.clone());
            return true;
        }
        false
    }

    /// Makes the next request one for the whole file.
    fn start_over(&mut self, reason: &'static str) -> TransportError {
        self.etag = None;
        TransportError::Unanswered(reason.into())
    }

    /// A 416 needs no entity tag, but must not have another one.
    fn is_same_version(&self, headers: &HeaderMap) -> bool {
        headers.get(ETAG).is_none_or(|etag| Some(etag) == self.etag.as_ref())
    }

    /// Returns true if more of the file was written than before any earlier failure.
    #[cfg(feature = "connections")]
    pub(crate) fn has_progressed(&mut self) -> bool {
        let has_progressed = self.downloaded.bytes > self.furthest;
        self.furthest = self.furthest.max(self.downloaded.bytes);
        has_progressed
    }

    pub(crate) fn finish(self) -> Downloaded {
        self.downloaded
    }
}

/// The sink of one request of a download.
struct FileSink<'s, 'a> {
    download: &'s mut Download<'a>,
    /// The limit of the whole file, whichever requests its bytes came with.
    limit: usize,
    /// True if the request asks for the rest only.
    is_resumed: bool,
    /// The position after the last byte of the part.
    part_end: Option<u64>,
    is_accepted: bool,
    /// The reason why the sink failed, unless the target did.
    failure: Option<TransportError>,
}

impl FileSink<'_, '_> {
    fn fail(&mut self, failure: TransportError) -> io::Error {
        let error = io::Error::other(failure.to_string());
        self.failure = Some(failure);
        error
    }

    fn check_limit(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.limit as u64 {
            return Err(self.fail(TransportError::BodyTooLarge { limit: self.limit }));
        }
        Ok(())
    }

    fn accept_part(&mut self, headers: &HeaderMap) -> io::Result<()> {
        let download = &mut *self.download;
        let start = download.downloaded.bytes;
        let total = download.total;
        // Without an entity tag the part may be one of another version (RFC 9110 section 15.3.7 requires it).
        let is_same_version = headers.get(ETAG) == download.etag.as_ref();
        match ContentRange::parse(headers) {
            Some(ContentRange { part: Some((first, last)), total: stated })
                if is_same_version && first == start && total.is_none_or(|total| total == stated) =>
            {
                download.total = Some(stated);
                self.part_end = Some(last + 1);
                self.check_limit(stated)
            }
            _ => {
                let failure = download.start_over("the server sent another part than the missing one");
                Err(self.fail(failure))
            }
        }
    }

    fn accept_whole(&mut self, headers: &HeaderMap) -> io::Result<()> {
        let download = &mut *self.download;
        if download.downloaded.bytes > 0 {
            download.target.restart()?;
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        download.downloaded = Downloaded { bytes: 0, content_type: content_type.map(str::to_owned) };
        download.etag = headers.get(ETAG).filter(|etag| etag.as_bytes().starts_with(b"\"")).cloned();
        download.total = None;
        Ok(())
    }
}

impl BodySink for FileSink<'_, '_> {
    fn accept(&mut self, head: &Parts) -> io::Result<bool> {
        match head.status {
            StatusCode::PARTIAL_CONTENT if self.is_resumed => self.accept_part(&head.headers)?,
            StatusCode::PARTIAL_CONTENT => {
                return Err(io::Error::other("the server sent a part of the file without being asked"));
            }
            StatusCode::RANGE_NOT_SATISFIABLE if self.is_resumed => return Ok(false),
            status if (self.download.has_file)(status) => self.accept_whole(&head.headers)?,
            _ => return Ok(false),
        }
        self.is_accepted = true;
        Ok(true)
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let bytes = self.download.downloaded.bytes + chunk.len() as u64;
        self.check_limit(bytes)?;
        if self.part_end.is_some_and(|end| bytes > end) {
            let failure = self.download.start_over("the server sent more than the missing part");
            return Err(self.fail(failure));
        }
        self.download.target.write_all(chunk)?;
        self.download.downloaded.bytes = bytes;
        Ok(())
    }
}

/// A `Content-Range` in bytes with a known total (RFC 9110 section 14.4).
struct ContentRange {
    /// First and last position; none in a 416.
    part: Option<(u64, u64)>,
    total: u64,
}

impl ContentRange {
    fn parse(headers: &HeaderMap) -> Option<Self> {
        let (unit, range) = headers.get(CONTENT_RANGE)?.to_str().ok()?.split_once(' ')?;
        let (part, total) = range.split_once('/')?;
        let total = total.parse().ok()?;
        let part = match part.split_once('-') {
            Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
            None if part == "*" => None,
            None => return None,
        };
        let is_valid = part.is_none_or(|(first, last)| first <= last && last < total);
        (unit.eq_ignore_ascii_case("bytes") && is_valid).then_some(Self { part, total })
    }
}

impl<P: Provider> Client<P> {
    /// Writes the response of a call to `target` as it arrives. Nothing is retried: connections do that.
    ///
    /// The endpoint's size limit holds for the whole file, and its deadline for each request.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`ErrorKind::DownloadFailed`](crate::ErrorKind::DownloadFailed) if
    /// `target` fails. A failed download may have written a part.
    pub async fn download<E>(
        &self,
        token: &Token<P>,
        endpoint: &E,
        target: &mut dyn DownloadTarget,
    ) -> Result<Downloaded, Error>
    where
        E: FileEndpoint<P>,
    {
        self.check_unexpired(token).map_err(|error| error.with_provider(P::NAME).during(E::NAME))?;
        let has_file = |status| endpoint.has_file(status);
        let mut download = Download::to(target, &has_file);
        self.send_even_expired(token, endpoint, Some(&mut download), |_, _, _| Ok(())).await?;
        Ok(download.finish())
    }
}

impl<P: Provider> AuthorizedClient<P> {
    /// Writes the response of a call to `target`; see [`Client::download`].
    ///
    /// # Errors
    /// As [`Client::download`].
    pub async fn download<E>(
        &self,
        endpoint: &E,
        target: &mut dyn DownloadTarget,
    ) -> Result<Downloaded, Error>
    where
        E: FileEndpoint<P>,
    {
        self.client().download(self.token(), endpoint, target).await
    }
}
