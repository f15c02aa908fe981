//! One hostile answer to one call, and what is demanded of the client then.

use std::time::{Duration, Instant};

use oauth_core::{ErrorKind, Limits};
use oauth_testing::{CANARY, leaks, shown};

use crate::server::{Manner, PATIENCE, Server, json, says};
use crate::subject::{Place, Sound, Subject};

/// The body cap of all cases.
pub(crate) const CAP: usize = 64 << 10;
/// What a client may hold in memory at once. Most of it is the HTTP client's own buffer for headers.
const MEMORY: u64 = 8 << 20;
/// The deadline where the answer does not come to an end.
pub(crate) const SOON: Duration = Duration::from_millis(400);
/// What a call may take in all, on a machine that is busy with other tests. The server's patience is far longer.
const TIME: Duration = Duration::from_secs(20);

/// What has to come of it.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// An error of this kind.
    Fails(ErrorKind),
    /// The call works: the answer is odd, but sound.
    Works,
    /// It works, and the token is good for as many seconds as this says.
    Lasts(Option<std::ops::RangeInclusive<i64>>),
    /// Either: it depends on who is quicker.
    MayFail(ErrorKind),
    /// It works without a refresh token.
    NoRefreshToken,
}

pub(crate) struct Case {
    pub(crate) manner: Manner,
    pub(crate) expect: Expect,
    pub(crate) deadline: Duration,
    pub(crate) cap: usize,
    pub(crate) https: bool,
    pub(crate) root: Option<String>,
    /// How many requests the server may read: none where nothing may be said to it.
    pub(crate) requests: usize,
    /// What the message must say.
    pub(crate) says: Option<&'static str>,
}

impl Case {
    pub(crate) fn new(manner: Manner, expect: Expect) -> Self {
        Self { manner, expect, deadline: TIME, cap: CAP, https: false, root: None, requests: 1, says: None }
    }

    /// Once the request is read.
    pub(crate) fn says(bytes: impl Into<Vec<u8>>, expect: Expect) -> Self {
        Self::new(Manner::Http(says(bytes)), expect)
    }

    /// With the deadline of an answer that does not end.
    pub(crate) fn soon(mut self) -> Self {
        self.deadline = SOON;
        self
    }

    /// With a deadline that comes too late: something else must end it.
    pub(crate) fn without_a_deadline(mut self) -> Self {
        self.deadline = PATIENCE;
        self
    }
}

/// A second server, which nobody may call. It would give a token to whoever does.
pub(crate) fn elsewhere() -> Server {
    Server::start(Manner::Http(says(json(r#"{"access_token":"canary-stolen","token_type":"bearer"}"#))))
}

/// The server that plays the case, and the one that must hear nothing. Made for one call.
pub(crate) fn judge(subject: &Subject, make: impl FnOnce(&Server) -> Case) -> Result<(), String> {
    let elsewhere = elsewhere();
    let case = make(&elsewhere);
    let server = Server::start(case.manner.clone());
    let mut limits = Limits::default();
    (limits.token_deadline, limits.api_deadline) = (case.deadline, case.deadline);
    (limits.token_body, limits.api_body) = (case.cap, case.cap);
    let port = server.address().port();
    let base =
        if case.https { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
    let place = Place { base, limits, root: case.root.clone() };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut outcome = None;
    let since = Instant::now();
    // Of this thread, in which all of the client runs.
    let memory = allocation_counter::measure(|| outcome = Some(runtime.block_on((subject.run)(place))));
    let took = since.elapsed();
    runtime.shutdown_background();

    let told = match outcome.unwrap() {
        Ok(sound) => as_wanted(&case.expect, &sound).map(|()| sound.text),
        Err(error) => {
            let text = shown(&error);
            let short = error.to_string();
            match &case.expect {
                Expect::Fails(kind) | Expect::MayFail(kind) if *kind == error.kind() => {
                    let transient = matches!(
                        kind,
                        ErrorKind::NotSent
                            | ErrorKind::Unanswered
                            | ErrorKind::Unavailable
                            | ErrorKind::RateLimited
                    );
                    if error.is_transient() != transient {
                        return Err(format!("is_transient() is {}: {short}", error.is_transient()));
                    }
                    if short.len() > 1000 || short.contains(char::is_control) {
                        return Err(format!("this is not a line of a log: {short:?}"));
                    }
                    if !case.says.is_none_or(|says| short.contains(says)) {
                        return Err(format!("it does not say {:?}: {short}", case.says));
                    }
                    Ok(text)
                }
                expected => Err(format!("{expected:?} was expected, not {:?}: {short}", error.kind())),
            }
        }
    }?;
    let leaked = leaks(&told, &[CANARY]);
    if !leaked.is_empty() {
        return Err(format!("{leaked:?} in {told}"));
    }
    if took > TIME {
        return Err(format!("it took {took:?}"));
    }
    if memory.bytes_max > MEMORY {
        return Err(format!("it held {} bytes at once", memory.bytes_max));
    }
    if elsewhere.connections() > 0 {
        return Err(format!("another server was called: {:?}", elsewhere.requests()));
    }
    let requests = server.requests();
    if requests.len() > case.requests {
        return Err(format!("{} requests were sent, not {}", requests.len(), case.requests));
    }
    if requests
        .iter()
        .any(|request| String::from_utf8_lossy(request).to_ascii_lowercase().contains("accept-encoding"))
    {
        return Err("compressed answers were asked for".to_owned());
    }
    Ok(())
}

fn as_wanted(expect: &Expect, sound: &Sound) -> Result<(), String> {
    let is = match expect {
        Expect::Fails(_) => false,
        Expect::Works | Expect::MayFail(_) => true,
        Expect::Lasts(None) => sound.lifetime.is_none(),
        Expect::Lasts(Some(range)) => sound.lifetime.is_some_and(|lifetime| range.contains(&lifetime)),
        Expect::NoRefreshToken => !sound.has_refresh_token,
    };
    if is { Ok(()) } else { Err(format!("{expect:?} was expected, not {sound:?}")) }
}
