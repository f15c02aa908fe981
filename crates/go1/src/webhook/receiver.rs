//! `Receiver`: accepts each signed request once.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::HeaderMap;
use oauth_core::{Clock, Error, ErrorKind, SystemClock, WebhookReceiver};

use super::{Event, SIGNATURE, SignatureFault, TOLERANCE, Verifier};
use crate::site::NAME;

/// Receives the webhooks of one secret key: verifies the signature, refuses a replay, and parses the event.
///
/// For axum there is the extractor `oauth_web::Webhook<Receiver>`. With another framework:
///
/// ```
/// use go1::http::HeaderMap;
/// use go1::webhook::{EventType, Receiver};
/// use go1::{Error, WebhookReceiver};
///
/// fn handle(receiver: &Receiver, headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
///     let event = receiver.receive(headers, body)?;
///     if event.event_type == EventType::EnrollmentComplete {
///         println!("{:?}", event.payload());
///     }
///     Ok(())
/// }
/// ```
///
/// Accepted signatures are remembered in memory, for the time in which they are valid: two processes may each
/// accept the same request once.
///
/// A redelivery is another request, with another signature, and is accepted too. Handle each [`Event::id`]
/// once: the envelope counts attempts ([`Event::attempt_number`]), and a redelivery has the same `id`
/// (inferred: no document describes redelivery).
pub struct Receiver {
    verifier: Verifier,
    tolerance: Duration,
    clock: Arc<dyn Clock>,
    accepted: Mutex<AcceptedSignatures>,
}

/// The signatures that were accepted and are still valid.
#[derive(Default)]
struct AcceptedSignatures {
    known: HashSet<[u8; 32]>,
    /// The same, with the time of acceptance; the oldest first.
    by_time: VecDeque<(DateTime<Utc>, [u8; 32])>,
}

impl AcceptedSignatures {
    /// Adds a signature, after those older than `window` are forgotten. Returns false if it is known.
    fn insert(&mut self, signature: [u8; 32], now: DateTime<Utc>, window: Duration) -> bool {
        let is_old = |at: DateTime<Utc>| (now - at).to_std().is_ok_and(|age| age > window);
        while let Some((_, old)) = self.by_time.front().filter(|(at, _)| is_old(*at)) {
            self.known.remove(old);
            self.by_time.pop_front();
        }
        let is_first = self.known.insert(signature);
        if is_first {
            self.by_time.push_back((now, signature));
        }
        is_first
    }
}

impl Receiver {
    /// Creates a receiver with the webhook's `secret_key`. One line end after it, as files and pipes deliver
    /// it, is cut.
    pub fn new(secret_key: impl AsRef<[u8]>) -> Self {
        Self {
            verifier: Verifier::new(secret_key),
            tolerance: TOLERANCE,
            clock: Arc::new(SystemClock),
            accepted: Mutex::default(),
        }
    }

    /// Sets the largest age of a signature, and its largest distance into the future. By default
    /// [`TOLERANCE`] (60 s).
    #[must_use]
    pub fn tolerance(self, tolerance: Duration) -> Self {
        Self { verifier: self.verifier.tolerance(tolerance), tolerance, ..self }
    }

    /// Replaces the system's clock, for tests.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Returns true if this signature was not accepted before.
    fn is_first(&self, signature: [u8; 32], now: DateTime<Utc>) -> bool {
        // A signature may be as far in the future as in the past, and its age is measured in whole seconds.
        let window = self.tolerance.saturating_mul(2).saturating_add(Duration::from_secs(1));
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        accepted.insert(signature, now, window)
    }
}

impl WebhookReceiver for Receiver {
    type Event = Event;

    fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, Error> {
        let refused = |what: &'static str| Error::new(ErrorKind::WebhookRefused, what).with_provider(NAME);
        let mut signatures = headers.get_all(SIGNATURE).iter();
        let (Some(signature), None) = (signatures.next(), signatures.next()) else {
            return Err(refused("the webhook has no signature, or several"));
        };
        let signature =
            signature.to_str().map_err(|_| refused("the webhook's signature cannot be parsed"))?;
        let now = self.clock.now();
        let failed = |kind, fault: SignatureFault| Error::new(kind, fault.to_string()).with_provider(NAME);
        let signature = self
            .verifier
            .verified(signature, body, now)
            .map_err(|fault| failed(ErrorKind::WebhookRefused, fault))?;
        let event = Event::parse(body).map_err(|fault| failed(ErrorKind::InvalidResponse, fault))?;
        if !self.is_first(signature, now) {
            return Err(refused("the webhook was received before"));
        }
        Ok(event)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug)]
    struct At(Arc<Mutex<DateTime<Utc>>>);

    impl Clock for At {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    const BODY: &[u8] = br#"{"id":"1"}"#;
    const SIGNED: &str = "t=1588141753,v1=1aacf41b79ba1668dafaf9a81024211986418ff8d3fd4d78e5fbb36fbb4db5ba";

    fn receive(receiver: &Receiver, signatures: &[&str], body: &[u8]) -> Result<Event, ErrorKind> {
        let mut headers = HeaderMap::new();
        for signature in signatures {
            headers.append(SIGNATURE, signature.parse().unwrap());
        }
        receiver.receive(&headers, body).map_err(|error| error.kind())
    }

    fn signed_event(key: &str, seconds: i64) -> (String, Vec<u8>) {
        use hmac::Mac as _;
        let body = br#"{"event_type":"enrollment.complete","data":{"id":7}}"#.to_vec();
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(&body);
        let v1: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        (format!("t={seconds},v1={v1}"), body)
    }

    #[test]
    fn accepts_each_signed_request_once() {
        let time = At(Arc::new(Mutex::new(DateTime::from_timestamp(1_588_141_760, 0).unwrap())));
        let receiver = Receiver::new("my-secret-key").clock(time.clone());
        let refused = Err(ErrorKind::WebhookRefused);
        // Signed, but no event.
        assert_eq!(receive(&receiver, &[SIGNED], BODY), Err(ErrorKind::InvalidResponse));
        assert_eq!(receive(&receiver, &[SIGNED], b"{}"), refused);
        assert_eq!(receive(&receiver, &[], BODY), refused);
        assert_eq!(receive(&receiver, &[SIGNED, SIGNED], BODY), refused);

        let (signature, body) = signed_event("my-secret-key", 1_588_141_760);
        assert!(receive(&receiver, &[&signature], &body).is_ok());
        assert_eq!(receive(&receiver, &[&signature], &body), refused);
        // Written in another way.
        let parts: Vec<&str> = signature.split(',').rev().collect();
        assert_eq!(receive(&receiver, &[&parts.join(", ").to_uppercase().to_lowercase()], &body), refused);
        assert_eq!(receive(&receiver, &[&format!("{signature},v0=x")], &body), refused);
        let (later, body) = signed_event("my-secret-key", 1_588_141_790);
        assert!(receive(&receiver, &[&later], &body).is_ok());
        let (other_key, body) = signed_event("another-key", 1_588_141_790);
        assert_eq!(receive(&receiver, &[&other_key], &body), refused);

        // As long as a signature is accepted, it is remembered.
        *time.0.lock().unwrap() += Duration::from_secs(89);
        assert_eq!(receive(&receiver, &[&later], &signed_event("my-secret-key", 1_588_141_790).1), refused);
        *time.0.lock().unwrap() += Duration::from_secs(600);
        let (new, body) = signed_event("my-secret-key", 1_588_142_449);
        assert!(receive(&receiver, &[&new], &body).is_ok());
        let accepted = receiver.accepted.lock().unwrap();
        assert_eq!((accepted.known.len(), accepted.by_time.len()), (1, 1));
    }

    #[test]
    fn signature_is_remembered_while_valid() {
        let signed_at = DateTime::from_timestamp(1_588_141_760, 0).unwrap();
        let milliseconds = |count: u64| Duration::from_millis(count);
        for tolerance in [milliseconds(0), milliseconds(1_500), TOLERANCE, Duration::MAX] {
            // From the first moment at which the signature is valid to the last one.
            let reach = Duration::from_secs(tolerance.as_secs().min(1_000_000));
            let time = At(Arc::new(Mutex::new(signed_at - reach)));
            let receiver = Receiver::new("key").tolerance(tolerance).clock(time.clone());
            let (signature, body) = signed_event("key", 1_588_141_760);
            assert!(receive(&receiver, &[&signature], &body).is_ok(), "{tolerance:?}");
            *time.0.lock().unwrap() = signed_at + reach + milliseconds(999);
            // Another request, so that old signatures are forgotten.
            let (other, other_body) = signed_event("key", time.now().timestamp());
            assert_eq!(receive(&receiver, &[&other], &other_body).is_ok(), reach > milliseconds(0));
            let replayed = receive(&receiver, &[&signature], &body);
            assert_eq!(replayed, Err(ErrorKind::WebhookRefused), "{tolerance:?}");
            assert_eq!(receiver.accepted.lock().unwrap().known.len(), if reach.is_zero() { 1 } else { 2 });
        }
    }
}
