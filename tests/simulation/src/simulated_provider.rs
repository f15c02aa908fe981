//! Token endpoint and API of a provider, with its rules and its incidents.

use std::collections::BTreeMap;

use oauth_core::http::{Request, Response};

use crate::plan::{DAY, Incident, ProviderRules, SECOND};

/// Time after which an unused refresh token lapses.
const IDLE_LIFETIME: u64 = 90 * DAY;

/// Token of an account, by its serial number. Account and number are part of the token's text.
pub(crate) type TokenId = (usize, u64);

#[derive(Debug)]
pub(crate) struct SimulatedProvider {
    pub(crate) rules: ProviderRules,
    incident: Option<(Incident, u64)>,
    tokens: BTreeMap<TokenId, IssuedToken>,
}

/// Pair of an access token and a refresh token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssuedToken {
    /// Number of the authorization that it descends from.
    pub(crate) family: u64,
    pub(crate) issued_at: u64,
    pub(crate) spent_at: Option<u64>,
    successor: Option<TokenId>,
    pub(crate) revoked: Option<Revocation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revocation {
    ByUser,
    /// A spent refresh token of the family was sent again.
    ByReuse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProviderRequest {
    Connect { account: usize },
    Refresh(TokenId),
    Call(TokenId),
}

impl ProviderRequest {
    pub(crate) fn parse(request: &Request<Vec<u8>>) -> Self {
        let body = String::from_utf8_lossy(request.body());
        if request.uri().path() != "/token" {
            let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            return Self::Call(token_id(header.unwrap_or_default(), "at-").unwrap_or_default());
        }
        match token_id(&body, "rt-") {
            Some(token) => Self::Refresh(token),
            None => Self::Connect { account: number_after(&body, "username=a").unwrap_or_default() },
        }
    }

    pub(crate) fn account(self) -> usize {
        match self {
            Self::Connect { account } | Self::Refresh((account, _)) | Self::Call((account, _)) => account,
        }
    }
}

/// Finds a token in a text, by its prefix.
pub(crate) fn token_id(text: &str, prefix: &str) -> Option<TokenId> {
    let account = number_after(text, prefix)?;
    let rest = &text[text.find(prefix)? + prefix.len()..];
    Some((account, number_after(rest, "-").and_then(|serial| u64::try_from(serial).ok())?))
}

fn number_after(text: &str, prefix: &str) -> Option<usize> {
    let rest = &text[text.find(prefix)? + prefix.len()..];
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Response of the provider, and its meaning.
#[derive(Debug)]
pub(crate) struct ProviderResponse {
    pub(crate) response: Response<Vec<u8>>,
    pub(crate) meaning: Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A token of this number.
    Issued(TokenId),
    GrantRefused,
    ClientRefused,
    Unavailable {
        /// In seconds.
        retry_after: Option<u64>,
    },
    ApiResponse,
}

impl Meaning {
    /// True if it says whether the refresh token was spent.
    pub(crate) fn is_definite(self) -> bool {
        matches!(self, Self::Issued(_) | Self::GrantRefused | Self::ApiResponse)
    }
}

impl SimulatedProvider {
    pub(crate) fn new(rules: ProviderRules) -> Self {
        Self { rules, incident: None, tokens: BTreeMap::new() }
    }

    pub(crate) fn begin_incident(&mut self, incident: Incident, until: u64) {
        self.incident = Some((incident, until));
    }

    /// Returns the end of the last incident.
    pub(crate) fn incident_until(&self) -> u64 {
        self.incident.map_or(0, |(_, until)| until)
    }

    fn incident(&self, now: u64) -> Option<Incident> {
        self.incident.filter(|(_, until)| now < *until).map(|(incident, _)| incident)
    }

    pub(crate) fn token(&self, id: TokenId) -> Option<&IssuedToken> {
        self.tokens.get(&id)
    }

    /// Returns the newest token of an account.
    pub(crate) fn newest(&self, account: usize) -> Option<(TokenId, &IssuedToken)> {
        self.tokens.range((account, 0)..=(account, u64::MAX)).next_back().map(|(id, token)| (*id, token))
    }

    /// True if a refresh with this token would succeed, apart from incidents.
    pub(crate) fn is_live(&self, id: TokenId, now: u64) -> bool {
        self.tokens.get(&id).is_some_and(|token| {
            token.revoked.is_none() && token.spent_at.is_none() && now - token.issued_at < IDLE_LIFETIME
        })
    }

    pub(crate) fn is_accepted_by_api(&self, id: TokenId, now: u64) -> bool {
        self.tokens.get(&id).is_some_and(|token| {
            token.revoked.is_none()
                && self.rules.lifetime.is_none_or(|lifetime| now - token.issued_at < lifetime)
        })
    }

    /// Revokes the account's newest connection.
    pub(crate) fn revoke(&mut self, account: usize, revocation: Revocation) {
        let Some(family) = self.newest(account).map(|(_, token)| token.family) else { return };
        self.revoke_family(account, family, revocation);
    }

    fn revoke_family(&mut self, account: usize, family: u64, revocation: Revocation) {
        for (_, token) in self.tokens.range_mut((account, 0)..=(account, u64::MAX)) {
            if token.family == family && token.revoked.is_none() {
                token.revoked = Some(revocation);
            }
        }
    }

    /// Handles a request. `None`: there is no response.
    pub(crate) fn handle(&mut self, request: ProviderRequest, now: u64) -> Option<ProviderResponse> {
        match request {
            ProviderRequest::Connect { account } => {
                let family = self.newest(account).map_or(1, |(_, token)| token.family + 1);
                Some(self.issue(account, family, now))
            }
            ProviderRequest::Call(token) if self.is_accepted_by_api(token, now) => {
                Some(respond(200, "{}", Meaning::ApiResponse))
            }
            ProviderRequest::Call(_) => {
                let mut refused = respond(401, "", Meaning::ApiResponse);
                let challenge = oauth_core::http::HeaderValue::from_static("Bearer error=\"invalid_token\"");
                refused.response.headers_mut().insert("www-authenticate", challenge);
                Some(refused)
            }
            ProviderRequest::Refresh(token) => match self.incident(now) {
                Some(Incident::Hangs) => None,
                Some(Incident::RefusesGrants) => Some(refuse_grant()),
                Some(Incident::Unavailable { status, retry_after }) => {
                    let mut unavailable = respond(status, "", Meaning::Unavailable { retry_after });
                    if let Some(seconds) = retry_after {
                        unavailable.response.headers_mut().insert("retry-after", seconds.into());
                    }
                    Some(unavailable)
                }
                Some(Incident::RefusesClient) | None => Some(self.refresh(token, now)),
            },
        }
    }

    fn refresh(&mut self, id: TokenId, now: u64) -> ProviderResponse {
        let Some(token) = self.tokens.get(&id).copied() else { return refuse_grant() };
        let in_grace = token.spent_at.is_some_and(|at| now - at < self.rules.grace);
        if let (true, None, Some(successor)) = (in_grace, token.revoked, token.successor) {
            return self.token_response(successor);
        }
        if token.spent_at.is_some() && self.rules.revokes_family {
            self.revoke_family(id.0, token.family, Revocation::ByReuse);
        }
        if !self.is_live(id, now) {
            return refuse_grant();
        }
        let refuses_client = self.incident(now) == Some(Incident::RefusesClient);
        let response = match refuses_client {
            true => respond(401, "{\"error\":\"invalid_client\"}", Meaning::ClientRefused),
            false => self.issue(id.0, token.family, now),
        };
        if let Some(token) = self.tokens.get_mut(&id)
            && (!refuses_client || self.rules.spends_first)
        {
            token.spent_at = Some(now);
            if let Meaning::Issued(successor) = response.meaning {
                token.successor = Some(successor);
            }
        }
        response
    }

    fn issue(&mut self, account: usize, family: u64, now: u64) -> ProviderResponse {
        let serial = self.newest(account).map_or(1, |((_, serial), _)| serial + 1);
        let token = IssuedToken { family, issued_at: now, spent_at: None, successor: None, revoked: None };
        self.tokens.insert((account, serial), token);
        self.token_response((account, serial))
    }

    fn token_response(&self, id: TokenId) -> ProviderResponse {
        let (account, serial) = id;
        let lifetime = match self.rules.lifetime {
            Some(lifetime) => format!(",\"expires_in\":{}", lifetime / SECOND),
            None => String::new(),
        };
        let refresh = match self.rules.refreshes {
            true => format!(",\"refresh_token\":\"rt-{account}-{serial}\""),
            false => String::new(),
        };
        let body = format!(
            "{{\"access_token\":\"at-{account}-{serial}\",\"token_type\":\"Bearer\"{lifetime}{refresh}}}"
        );
        respond(200, &body, Meaning::Issued(id))
    }
}

fn refuse_grant() -> ProviderResponse {
    respond(400, "{\"error\":\"invalid_grant\"}", Meaning::GrantRefused)
}

fn respond(status: u16, body: &str, meaning: Meaning) -> ProviderResponse {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = oauth_core::http::StatusCode::from_u16(status).unwrap_or_default();
    let json = oauth_core::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    ProviderResponse { response, meaning }
}
