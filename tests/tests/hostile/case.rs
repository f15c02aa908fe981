//! One hostile response to one call, and the checks of the client afterwards.

use std::time::{Duration, Instant};

use oauth_core::{ErrorKind, Limits};
use oauth_testing::{CANARY, leaks, shown};

use crate::api_call::{Accepted, ApiCall, Target};
use crate::server::{Behavior, Server, TIMEOUT, json, sends};

/// Limit for response bodies.
pub(crate) const BODY_LIMIT: usize = 64 << 10;
/// Limit for a client's memory in bytes. Most of it is the HTTP client's buffer for headers.
const MAX_MEMORY: u64 = 8 << 20;
/// Deadline for responses that do not end.
pub(crate) const SHORT_DEADLINE: Duration = Duration::from_millis(400);
/// Limit for the duration of a call on a busy machine. The server waits far longer.
const MAX_DURATION: Duration = Duration::from_secs(20);

/// Expected result of a call.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// An error of this kind.
    Fails(ErrorKind),
    /// Success: the response is unusual but valid.
    Works,
    /// Success, with a token lifetime in this range of seconds.
    Lasts(Option<std::ops::RangeInclusive<i64>>),
    /// Success or this error, depending on timing.
    MayFail(ErrorKind),
    /// Success without a refresh token.
    NoRefreshToken,
}

pub(crate) struct Case {
    pub(crate) behavior: Behavior,
    pub(crate) expect: Expect,
    pub(crate) deadline: Duration,
    pub(crate) body_limit: usize,
    pub(crate) https: bool,
    pub(crate) root: Option<String>,
    /// Maximum number of requests: 0 where the client must not send any.
    pub(crate) requests: usize,
    /// Text that the error message must contain.
    pub(crate) expected_text: Option<&'static str>,
}

impl Case {
    pub(crate) fn new(behavior: Behavior, expect: Expect) -> Self {
        Self {
            behavior,
            expect,
            deadline: MAX_DURATION,
            body_limit: BODY_LIMIT,
            https: false,
            root: None,
            requests: 1,
            expected_text: None,
        }
    }

    /// Sends these bytes after reading the request.
    pub(crate) fn response(bytes: impl Into<Vec<u8>>, expect: Expect) -> Self {
        Self::new(Behavior::Http(sends(bytes)), expect)
    }

    /// Sets the deadline for responses that do not end.
    pub(crate) fn with_short_deadline(mut self) -> Self {
        self.deadline = SHORT_DEADLINE;
        self
    }

    /// Sets a deadline that is too late: another limit must end the call.
    pub(crate) fn with_late_deadline(mut self) -> Self {
        self.deadline = TIMEOUT;
        self
    }
}

/// A second server, which must not be called. It would respond with a token.
pub(crate) fn elsewhere() -> Server {
    Server::start(Behavior::Http(sends(json(r#"{"access_token":"canary-stolen","token_type":"bearer"}"#))))
}

/// Runs a case for one call. `make` gets the server that must not be called.
pub(crate) fn run(call: &ApiCall, make: impl FnOnce(&Server) -> Case) -> Result<(), String> {
    let elsewhere = elsewhere();
    let case = make(&elsewhere);
    let server = Server::start(case.behavior.clone());
    let mut limits = Limits::default();
    (limits.token_deadline, limits.api_deadline) = (case.deadline, case.deadline);
    (limits.token_body, limits.api_body) = (case.body_limit, case.body_limit);
    let port = server.address().port();
    let base =
        if case.https { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
    let target = Target { base, limits, root: case.root.clone() };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut outcome = None;
    let since = Instant::now();
    // Measures this thread, which runs the client.
    let memory = allocation_counter::measure(|| outcome = Some(runtime.block_on((call.run)(target))));
    let took = since.elapsed();
    runtime.shutdown_background();

    let shown_text = match outcome.unwrap() {
        Ok(accepted) => check_result(&case.expect, &accepted).map(|()| accepted.text),
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
                        return Err(format!("not suitable for a line of a log: {short:?}"));
                    }
                    if !case.expected_text.is_none_or(|text| short.contains(text)) {
                        return Err(format!("the message lacks {:?}: {short}", case.expected_text));
                    }
                    Ok(text)
                }
                expected => Err(format!("{expected:?} was expected, not {:?}: {short}", error.kind())),
            }
        }
    }?;
    let leaked = leaks(&shown_text, &[CANARY]);
    if !leaked.is_empty() {
        return Err(format!("{leaked:?} in {shown_text}"));
    }
    if took > MAX_DURATION {
        return Err(format!("it took {took:?}"));
    }
    if memory.bytes_max > MAX_MEMORY {
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
        return Err("the client accepts compressed responses".to_owned());
    }
    Ok(())
}

fn check_result(expect: &Expect, accepted: &Accepted) -> Result<(), String> {
    let is = match expect {
        Expect::Fails(_) => false,
        Expect::Works | Expect::MayFail(_) => true,
        Expect::Lasts(None) => accepted.lifetime.is_none(),
        Expect::Lasts(Some(range)) => accepted.lifetime.is_some_and(|lifetime| range.contains(&lifetime)),
        Expect::NoRefreshToken => !accepted.has_refresh_token,
    };
    if is { Ok(()) } else { Err(format!("{expect:?} was expected, not {accepted:?}")) }
}
