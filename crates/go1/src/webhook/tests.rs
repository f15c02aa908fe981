use super::*;
use proptest::prelude::*;

/// The request of Go1's page on signatures: its headers and body, byte for byte. The secret key is not
/// published, so only parsing can be checked.
const DOCUMENTED: &str = "t=1588141753,v1=fa818dc59df5b5c7c42517dedf24d85ca2184201d03ed24bb6e2c7bf766b7e89";
const BODY: &[u8] = br#"{"type":"user.create","fired_at":"2020-04-29T06:29:13+0000","data":{"id":"8191190","email":"new.user@go1.com","full_name":"New User","first_name":"New","last_name":"User","profile_picture":null,"status":null,"created_time":"1588141753","account":null}}"#;

/// `printf '1588141753.%s' "$BODY" | openssl dgst -sha256 -hmac canary-webhook-key`
const OURS: &str = "t=1588141753,v1=7ced0312fd5010a55d4b2920e562cef2e1e66f3de8438719d0b44bdc2a447c61";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn hmac(key: &[u8], message: &[u8]) -> String {
    let mac = Verifier::new(key).mac.chain_update(message).finalize();
    mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn hmac_matches_rfc_4231_vectors() {
    for (key, message, expected) in [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ] {
        assert_eq!(hmac(&key, &message), expected);
    }
}

#[test]
fn documented_request_is_verified() {
    assert_eq!(BODY.len(), 252, "the Content-Length of the documented request");
    let verifier = Verifier::new("canary-webhook-key");
    assert_eq!(verifier.verify(DOCUMENTED, BODY, at(1_588_141_753)), Err(SignatureFault::Wrong));
    assert_eq!(verifier.verify(OURS, BODY, at(1_588_141_753)), Ok(()));
    assert_eq!(verifier.verify(OURS, &BODY[1..], at(1_588_141_753)), Err(SignatureFault::Wrong));
    assert_eq!(Verifier::new("other").verify(OURS, BODY, at(1_588_141_753)), Err(SignatureFault::Wrong));
    assert!(!format!("{verifier:?}").contains("canary"));
}

#[test]
fn tolerance_limits_age() {
    let verifier = Verifier::new("canary-webhook-key");
    for (now, expected) in [
        (1_588_141_753 + 60, Ok(())),
        (1_588_141_753 + 61, Err(SignatureFault::Stale)),
        (1_588_141_753 - 60, Ok(())),
        (1_588_141_753 - 61, Err(SignatureFault::Stale)),
        (0, Err(SignatureFault::Stale)),
    ] {
        assert_eq!(verifier.verify(OURS, BODY, at(now)), expected, "{now}");
    }
    let patient = verifier.tolerance(Duration::from_secs(3_600));
    assert_eq!(patient.verify(OURS, BODY, at(1_588_141_753 + 3_600)), Ok(()));
}

#[test]
fn rejects_malformed_headers() {
    use SignatureFault::{OtherVersion, Unreadable};
    let hex = "0".repeat(64);
    for (header, expected) in [
        (String::new(), Unreadable),
        ("t=1".to_owned(), OtherVersion),
        (format!("t=1,v2={hex}"), OtherVersion),
        (format!("v1={hex}"), Unreadable),
        (format!("t=,v1={hex}"), Unreadable),
        (format!("t=-1,v1={hex}"), Unreadable),
        (format!("t=+1,v1={hex}"), Unreadable),
        (format!("t=99999999999999999999,v1={hex}"), Unreadable),
        (format!("t=1,t=2,v1={hex}"), Unreadable),
        (format!("t=1,v1={hex},v1={hex}"), Unreadable),
        (format!("t=1;v1={hex}"), Unreadable),
        (format!("t=1,v1={hex}0"), Unreadable),
        (format!("t=1,v1={}", &hex[1..]), Unreadable),
        (format!("t=1,v1=é{}", &hex[2..]), Unreadable),
        ("t=1,v1=".to_owned(), Unreadable),
    ] {
        let found = Verifier::new("k").verify(&header, b"", at(1));
        assert_eq!(found, Err(expected), "{header}");
    }
}

proptest! {
    #[test]
    fn arbitrary_header_never_passes(header in "[tv=,0-9a-f ]{0,90}|.{0,90}", body: Vec<u8>) {
        prop_assert!(Verifier::new("k").verify(&header, &body, at(1)).is_err());
    }

    #[test]
    fn only_signed_body_passes(key: Vec<u8>, body: Vec<u8>, seconds in 0_i64..4_000_000_000, flip: usize) {
        let mut message = format!("{seconds}.").into_bytes();
        message.extend(&body);
        let header = format!("t={seconds},v1={}", hmac(&key, &message));
        let verifier = Verifier::new(&key);
        prop_assert_eq!(verifier.verify(&header, &body, at(seconds)), Ok(()));
        prop_assert_eq!(verifier.verify(&header.replace(",v1", ", v1"), &body, at(seconds)), Ok(()));
        let mut other = body;
        if other.is_empty() { other.push(0) } else { let n = flip % other.len(); other[n] ^= 1; }
        prop_assert_eq!(verifier.verify(&header, &other, at(seconds)), Err(SignatureFault::Wrong));
    }
}
