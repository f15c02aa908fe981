//! Webhooks of a portal. [`webhook`](crate::webhook) reads what they send.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{endpoint, open_enum, request_body, response};

use super::base::gateway;
use crate::provider::Go1;
use crate::webhook::EventType;

endpoint! {
    [] Go1;
    /// `GET /webhooks`: the portal's webhooks. Scope `webhook.read`. Source: REST reference, Webhooks.
    pub struct Webhooks;
    GET gateway "/webhooks" scopes ["webhook.read"] => json(WebhookList)
}

endpoint! {
    [] Go1;
    /// `POST /webhooks`: creates a webhook. Scope `webhook.write`. Source: REST reference, Webhooks.
    ///
    /// Go1 documents no call that deletes one: set its status to inactive.
    ///
    /// ```
    /// use go1::api::{CreateWebhook, NewWebhook};
    /// use go1::webhook::EventType;
    ///
    /// # async fn example(client: go1::Client, token: go1::Token, key: String) -> Result<(), go1::Error> {
    /// let webhook = NewWebhook::new("https://app.example.com/go1/webhook", [EventType::EnrollmentComplete])
    ///     .name("Completions")
    ///     .secret_key(key);
    /// let created = client.send(&token, &CreateWebhook::new(webhook)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub struct CreateWebhook();
    POST gateway "/webhooks" scopes ["webhook.write"] body(webhook: NewWebhook) => json(WebhookDetails)
}

endpoint! {
    [] Go1;
    /// `PATCH /webhooks/{id}`: changes a webhook. Scope `webhook.write`. Source: REST reference, Webhooks.
    pub struct UpdateWebhook(id: String);
    PATCH gateway "/webhooks/:id" scopes ["webhook.write"] body(changes: WebhookChanges) => json(WebhookDetails)
}

response! {
    /// Webhooks.
    pub struct WebhookList {
        required {
            total: u64,
        }
        required_lists {
            hits: WebhookDetails,
        }
    }
}

response! {
    /// A webhook.
    pub struct WebhookDetails {
        required {
            id: String,
        }
        optional {
            portal_id: String,
            name: String,
            /// URL that receives the events.
            url: String,
            status: WebhookStatus,
            created_by: String,
            created_time: DateTime<Utc>,
            updated_by: String,
            updated_time: DateTime<Utc>,
            /// Authentication at the receiver: `oauth2`.
            auth_type: String,
            /// Client at the receiver's authorization server.
            oauth2: ReceiverClientDetails,
            /// Integration that `content.library.sync.request` is about.
            integration_system_id: String,
        }
        secrets {
            /// Key of the signatures, for a [`Verifier`](crate::webhook::Verifier).
            secret_key,
        }
        lists {
            event_types: EventType,
        }
    }
}

response! {
    /// The client with which Go1 fetches a token for its requests to the receiver.
    ///
    /// The reference has these fields in an example only.
    pub struct ReceiverClientDetails {
        optional {
            /// Grant: `client_credentials`.
            grant_type: String,
            client_id: String,
            /// URL of the receiver's token endpoint.
            authentication_server_url: String,
            scope: String,
        }
        secrets {
            client_secret,
        }
    }
}

request_body! {
    /// A new webhook.
    pub struct NewWebhook {
        required {
            /// URL that receives the events.
            url: String,
            event_types: Vec<EventType>,
        }
        optional {
            name: String,
            /// Authentication at the receiver: `oauth2`.
            auth_type: String,
            /// Integration; `content.library.sync.request` needs it.
            integration_system_id: String,
        }
        nested {
            /// Client at the receiver's authorization server.
            oauth2: ReceiverClient,
        }
        secrets {
            /// Key of the signatures, at most 64 characters. Without it, requests are not signed.
            secret_key,
        }
    }
}

request_body! {
    /// Changes of a webhook.
    pub struct WebhookChanges {
        optional {
            name: String,
            /// URL that receives the events.
            url: String,
            event_types: Vec<EventType>,
            status: WebhookStatus,
            /// Authentication at the receiver: `oauth2`.
            auth_type: String,
            integration_system_id: String,
        }
        nested {
            /// Client at the receiver's authorization server.
            oauth2: ReceiverClient,
        }
        secrets {
            secret_key,
        }
    }
}

request_body! {
    /// The client with which Go1 fetches a token for its requests to the receiver.
    pub struct ReceiverClient {
        required {
            /// Grant: `client_credentials`.
            grant_type: String,
            client_id: String,
            /// URL of the receiver's token endpoint.
            authentication_server_url: String,
        }
        optional {
            scope: String,
        }
        secrets {
            client_secret,
        }
    }
}

open_enum! {
    /// The status of a webhook.
    pub enum WebhookStatus {
        Active = "active",
        Inactive = "inactive",
    }
}
