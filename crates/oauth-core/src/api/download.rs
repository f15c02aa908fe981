//! Downloads: responses that go to a file as they arrive.

use std::fs::File;
use std::io::{self, Seek as _, Write};

use http::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::api::endpoint::Endpoint;
use crate::api::send::AuthorizedClient;
use crate::client::client::Client;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::token::token::Token;
use crate::transport::transport::BodySink;

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

/// A file of this download alone: it is emptied if the download starts again.
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

/// A download in progress, over several requests if the server can resume.
pub(crate) struct Download<'a> {
    target: &'a mut dyn DownloadTarget,
    downloaded: Downloaded,
    /// The strong entity tag of what was written.
    etag: Option<HeaderValue>,
}

impl<'a> Download<'a> {
    pub(crate) fn to(target: &'a mut dyn DownloadTarget) -> Self {
        Self { target, downloaded: Downloaded::default(), etag: None }
    }

    /// Asks for the rest, or for all if it was changed (RFC 9110 section 13.1.5).
    pub(crate) fn request_rest(&self, headers: &mut HeaderMap) {
        if let (Some(etag), 1..) = (&self.etag, self.downloaded.bytes)
            && let Ok(range) = HeaderValue::try_from(format!("bytes={}-", self.downloaded.bytes))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, etag.clone());
        }
    }

    pub(crate) fn finish(self) -> Downloaded {
        self.downloaded
    }
}

impl BodySink for Download<'_> {
    fn accept(&mut self, head: &Parts) -> io::Result<bool> {
        if head.status == StatusCode::PARTIAL_CONTENT {
            let range = head.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
            let start = format!("bytes {}-", self.downloaded.bytes);
            return match range {
                Some(range) if range.starts_with(&start) => Ok(true),
                _ => Err(io::Error::other("the server sent another part than the missing one")),
            };
        }
        if !head.status.is_success() {
            return Ok(false);
        }
        if self.downloaded.bytes > 0 {
            self.target.restart()?;
        }
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        self.downloaded = Downloaded { bytes: 0, content_type: content_type.map(str::to_owned) };
        self.etag = head.headers.get(ETAG).filter(|etag| etag.as_bytes().starts_with(b"\"")).cloned();
        Ok(true)
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.target.write_all(chunk)?;
        self.downloaded.bytes += chunk.len() as u64;
        Ok(())
    }
}

impl<P: Provider> Client<P> {
    /// Writes the response of a call to `target` as it arrives. Nothing is retried: connections do that.
    ///
    /// The endpoint's response is bytes. Its limits of size and time apply.
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
        E: Endpoint<P, Response = Vec<u8>>,
    {
        self.check_unexpired(token).map_err(|error| error.with_provider(P::NAME).during(E::NAME))?;
        let mut download = Download::to(target);
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
        E: Endpoint<P, Response = Vec<u8>>,
    {
        self.client().download(self.token(), endpoint, target).await
    }
}
