//! The content of a page.

use axum::http::StatusCode;

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

#[derive(Default)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) form: Option<Form>,
    pub(super) links: Vec<Link>,
    pub(super) popup_result: Option<PopupResult>,
}

/// A section of a page that lists connections.
pub(super) struct Item {
    pub(super) heading: &'static str,
    pub(super) text: String,
    pub(super) link: Option<Link>,
    pub(super) form: Option<Form>,
}

/// A button that posts to this path.
pub(super) struct Form {
    pub(super) label: String,
    pub(super) action: String,
}

pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
    /// Opens in the whole window instead of the frame.
    pub(super) leaves_frame: bool,
}

impl Link {
    pub(super) fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), leaves_frame: false }
    }
}

/// The message of a pop-up to its opener.
pub(super) struct PopupResult {
    pub(super) provider: &'static str,
    pub(super) account: String,
    pub(super) outcome: &'static str,
    /// The window closes, because the page has nothing to read.
    pub(super) closes: bool,
}

impl Page {
    pub(super) fn new(status: StatusCode, heading: impl Into<String>) -> Self {
        Self { status, heading: heading.into(), ..Self::default() }
    }

    pub(super) fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    pub(super) fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push(Link::new(label, href));
        self
    }
}
