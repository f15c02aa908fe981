//! The content of a page.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::StatusCode;
use oauth_core::Scopes;

use crate::provider_route::Health;

/// Marks a response that may be shown in a frame.
#[derive(Clone, Copy)]
pub(crate) struct MayBeFramed;

/// Marks a page with a form.
#[derive(Clone, Copy)]
pub(crate) struct HasForm;

/// The site that the pages belong to.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: Option<String>,
    /// Path of the way back without a `return_to`.
    pub(crate) home: String,
}

impl Site {
    /// The site as the subject at the beginning of a sentence.
    pub(super) fn subject(&self) -> &str {
        self.name.as_deref().unwrap_or("This site")
    }

    /// The site within a sentence.
    pub(super) fn name_in_sentence(&self) -> &str {
        self.name.as_deref().unwrap_or("this site")
    }
}

/// The content of a page: its texts, links and buttons.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// The page, with the values of its texts.
    pub kind: PageKind,
    /// Status of the response.
    pub status: StatusCode,
    /// Language of the texts, as in HTML's `lang`: `en` before a translation.
    pub language: Cow<'static, str>,
    /// The application's name, if [`Builder::app_name`](crate::Builder::app_name) set one.
    pub app_name: Option<String>,
    /// The provider's title, if the page is about one provider.
    pub provider: Option<&'static str>,
    /// Reference of the attempt in the log, on pages of failures that refer to support.
    pub reference: Option<String>,
    /// Heading.
    pub heading: String,
    /// Paragraphs below the heading, as plain text.
    pub paragraphs: Vec<String>,
    /// Connections, on the page that lists them.
    pub connections: Vec<ConnectionItem>,
    /// Button below the paragraphs.
    pub button: Option<PageButton>,
    /// Links at the end, the recommended one first.
    pub links: Vec<PageLink>,
    pub(super) popup_result: Option<PopupResult>,
}

/// The kind of a [`Page`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageKind {
    /// The account is connected.
    Connected,
    /// The account is connected, without these scopes.
    ConnectedWithout(Scopes),
    /// The user denied access.
    Denied,
    /// The attempt took longer than this.
    Expired(Duration),
    /// The attempt was already finished.
    Replayed,
    /// This browser has no such attempt. An attempt must end within this time.
    NotBegun(Duration),
    /// The visitor's sign-in changed during the attempt.
    OtherAccount,
    /// The callback does not match the attempt.
    NotAccepted,
    /// The provider refused the connection.
    Refused,
    /// The provider was unreachable or its response invalid.
    Unavailable,
    /// The store failed.
    NotSaved,
    /// The application's configuration is wrong.
    Misconfigured,
    /// Asks if the account should be connected.
    ConfirmConnect,
    /// Leads out of a frame.
    LeaveFrame,
    /// The browser loaded the page in advance.
    NotInAdvance,
    /// The authorizer refused. The paragraph is its reason.
    NotAllowed,
    /// The link is too long.
    LinkTooLong,
    /// The link's `return_to` leads to another site.
    ForeignReturnTo,
    /// The application has no such provider.
    UnknownProvider,
    /// A handler's connection is unavailable.
    ConnectionUnavailable,
    /// Lists connections.
    Connections,
    /// Asks if the account should be disconnected.
    ConfirmDisconnect,
    /// The account is disconnected.
    Disconnected {
        /// False if the provider has no way to revoke access.
        is_revoked: bool,
    },
    /// The access could not be revoked.
    NotDisconnected,
}

/// A provider on the page that lists connections.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionItem {
    /// The provider's title.
    pub provider: &'static str,
    /// State of the connection.
    pub health: Health,
    /// Description of the state and the next step.
    pub text: String,
    /// Link that connects the account.
    pub link: Option<PageLink>,
    /// Button that disconnects the account.
    pub button: Option<PageButton>,
}

/// A button that posts to a path of the site.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PageButton {
    /// Purpose.
    pub kind: LinkKind,
    /// Label.
    pub label: String,
    /// Path that the form posts to.
    pub action: String,
}

/// A link to a path of the site.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PageLink {
    /// Purpose.
    pub kind: LinkKind,
    /// Label.
    pub label: String,
    /// Path.
    pub href: String,
    /// True if the link opens in the whole window instead of the frame (`target="_top"`).
    pub leaves_frame: bool,
}

/// The purpose of a link or button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkKind {
    /// Back to the application.
    Back,
    /// On to the application.
    Continue,
    /// On to the provider.
    ContinueToProvider,
    /// Connect the account.
    Connect,
    /// Connect the account again.
    ConnectAgain,
    /// Start another attempt.
    StartAgain,
    /// Disconnect the account.
    Disconnect,
    /// Try to disconnect again.
    TryAgain,
}

impl LinkKind {
    fn label(self, provider: &str) -> String {
        match self {
            Self::Back => "Back".to_owned(),
            Self::Continue => "Continue".to_owned(),
            Self::ContinueToProvider => format!("Continue to {provider}"),
            Self::Connect => format!("Connect {provider}"),
            Self::ConnectAgain => "Connect again".to_owned(),
            Self::StartAgain => "Start again".to_owned(),
            Self::Disconnect => format!("Disconnect {provider}"),
            Self::TryAgain => "Try again".to_owned(),
        }
    }
}

impl PageLink {
    pub(super) fn new(kind: LinkKind, provider: &str, href: impl Into<String>) -> Self {
        Self { kind, label: kind.label(provider), href: href.into(), leaves_frame: false }
    }
}

impl PageButton {
    pub(super) fn new(kind: LinkKind, provider: &str, action: impl Into<String>) -> Self {
        Self { kind, label: kind.label(provider), action: action.into() }
    }
}

/// The message of a pop-up to its opener.
#[derive(Clone, Debug)]
pub(super) struct PopupResult {
    pub(super) provider: &'static str,
    pub(super) account: String,
    pub(super) outcome: &'static str,
    /// The window closes, because the page has nothing to read.
    pub(super) closes: bool,
}

impl Page {
    pub(super) fn new(
        kind: PageKind,
        status: StatusCode,
        provider: Option<&'static str>,
        heading: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            status,
            language: Cow::Borrowed("en"),
            app_name: None,
            provider,
            reference: None,
            heading: heading.into(),
            paragraphs: Vec::new(),
            connections: Vec::new(),
            button: None,
            links: Vec::new(),
            popup_result: None,
        }
    }

    pub(super) fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    pub(super) fn link(mut self, kind: LinkKind, href: impl Into<String>) -> Self {
        self.links.push(PageLink::new(kind, self.provider.unwrap_or_default(), href));
        self
    }

    pub(super) fn button(mut self, kind: LinkKind, action: impl Into<String>) -> Self {
        self.button = Some(PageButton::new(kind, self.provider.unwrap_or_default(), action));
        self
    }
}
