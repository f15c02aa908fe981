//! The JSON form of the `http` types in a fault. Deserialization rejects values that HTTP cannot send.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) mod status {
    use http::StatusCode;

    use super::*;

    pub(in crate::fault) fn serialize<S: Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u16(status.as_u16())
    }

    pub(in crate::fault) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StatusCode, D::Error> {
        let status = StatusCode::from_u16(u16::deserialize(from)?).map_err(D::Error::custom)?;
        if status.is_informational() {
            return Err(D::Error::custom("a 1xx status is no final response"));
        }
        Ok(status)
    }
}

pub(super) mod value {
    use http::HeaderValue;

    use super::*;

    pub(in crate::fault) fn serialize<S: Serializer>(value: &HeaderValue, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&String::from_utf8_lossy(value.as_bytes()))
    }

    pub(in crate::fault) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<HeaderValue, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

pub(super) mod headers {
    use http::{HeaderName, HeaderValue};

    use super::*;

    pub(in crate::fault) fn serialize<S: Serializer>(
        headers: &[(HeaderName, HeaderValue)],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))),
        )
    }

    pub(in crate::fault) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, D::Error> {
        Vec::<(String, String)>::deserialize(from)?
            .into_iter()
            .map(|(name, value)| {
                let name = name.parse().map_err(D::Error::custom)?;
                Ok((name, value.parse().map_err(D::Error::custom)?))
            })
            .collect()
    }
}
