//! Go1's webhook signatures.

use std::time::Duration;

use chrono::DateTime;
use go1::webhook::{SignatureFault, Verifier};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::input::{Input, input};
use crate::recorded::recorded_responses;

pub(crate) const DICTIONARY: &[&str] =
    &["t=", "v1=", "v0=", ",", "SIGNATURE", "1588141753", " ", "+", "-", "=", "t=1588141753,v1=SIGNATURE"];

/// 2020-04-29, as in Go1's example.
const SIGNED: i64 = 1_588_141_753;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for body in recorded_responses("go1", "") {
        for header in
            ["t=1588141753,v1=SIGNATURE", "v1=SIGNATURE, t=1588141753, v0=ff", "t=01588141753,v1=SIGNATURE"]
        {
            seeds.push(input(&[60, 7], &[b"my-secret-key", header.as_bytes(), &body]));
        }
    }
    seeds
}

/// An accepted signature is that of this body, time and key, and neither too old nor in the future. Every
/// such signature is accepted.
pub fn webhook_signature(data: &[u8]) {
    let mut data = Input::new(data);
    let tolerance = u64::from(data.byte());
    let now = SIGNED + i64::from(data.byte().cast_signed());
    let (given, header) = (data.part(), data.text());
    let body = data.rest();
    // A line end, as in a file, is not part of the key.
    let key = given.strip_suffix(b"\n").map_or(given, |key| key.strip_suffix(b"\r").unwrap_or(key));
    let verifier = Verifier::new(given).tolerance(Duration::from_secs(tolerance));
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();

    // The right signature for the first time in the header.
    let named = header.split(',').find_map(|part| part.trim().strip_prefix("t=")).unwrap_or_default();
    let right = signature(key, named, body);
    let header = header.replace("SIGNATURE", &right);
    if verifier.verify(&header, body, at(now)).is_ok() {
        let v1s: Vec<&str> = header.split(',').filter_map(|part| part.trim().strip_prefix("v1=")).collect();
        assert!(matches!(v1s.as_slice(), [v1] if v1.eq_ignore_ascii_case(&right)), "{header}");
        let times = header.split(',').filter(|part| part.trim().starts_with("t=")).count();
        assert_eq!(times, 1, "{header}");
        let age = now.abs_diff(named.parse::<i64>().unwrap());
        assert!(age <= tolerance, "accepted after {age} s");
        // Rejected for another body or key.
        for other in [[body, b"x"].concat(), body[..body.len().saturating_sub(1)].to_vec(), flipped(body)] {
            if other != body {
                assert_eq!(verifier.verify(&header, &other, at(now)), Err(SignatureFault::Wrong));
            }
        }
        let other = Verifier::new([key, b"x"].concat()).tolerance(Duration::from_secs(tolerance));
        assert_eq!(other.verify(&header, body, at(now)), Err(SignatureFault::Wrong));
        let late = verifier.verify(&header, body, at(SIGNED + 100_000));
        assert_eq!(late, Err(SignatureFault::Stale));
    }

    let good = format!("t={now},v1={}", signature(key, &now.to_string(), body));
    assert_eq!(verifier.verify(&good, body, at(now)), Ok(()));
    // Another time than the signed one.
    let moved = good.replacen(&now.to_string(), &(now + 1).to_string(), 1);
    assert_eq!(verifier.verify(&moved, body, at(now)), Err(SignatureFault::Wrong));
    assert!(!format!("{verifier:?}").contains(&right));
}

fn flipped(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    if let Some(last) = body.last_mut() {
        *last ^= 1;
    }
    body
}

fn signature(key: &[u8], time: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    let mac = mac.chain_update(time).chain_update(b".").chain_update(body).finalize().into_bytes();
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}
