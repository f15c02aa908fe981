//! The pages, rendered here, for people.

mod begin;
mod end;
mod layout;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

pub(crate) use begin::{broken_link, leave_frame, not_allowed, nothing_here, unavailable};
pub(crate) use end::{End, ended};
pub(crate) use layout::{SCRIPT, STYLE};

/// What the pages say about the site they are part of.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The site's name, for people.
    pub(crate) name: Option<String>,
    /// Where people go on to who came from nowhere.
    pub(crate) home: String,
}

impl Site {
    /// The site as the subject of a sentence that begins with it.
    fn subject(&self) -> &str {
        self.name.as_deref().unwrap_or("This site")
    }
}

/// What a page says.
#[derive(Default)]
struct Page {
    status: StatusCode,
    heading: String,
    paragraphs: Vec<String>,
    actions: Vec<Action>,
    post: Option<Post>,
}

/// A link that leads on.
struct Action {
    label: String,
    href: String,
    /// Out of a frame.
    to_top: bool,
}

impl Action {
    fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), to_top: false }
    }
}

/// What a pop-up posts to its opener.
struct Post {
    provider: &'static str,
    account: String,
    outcome: &'static str,
    /// Whether nothing is left to be read, so that the window closes.
    closes: bool,
}

impl Page {
    fn new(status: StatusCode, heading: impl Into<String>) -> Self {
        Self { status, heading: heading.into(), ..Self::default() }
    }

    fn says(mut self, paragraph: impl Into<String>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    fn offers(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.actions.push(Action::new(label, href));
        self
    }

    fn respond(self, site: &Site) -> Response {
        let html = layout::render(&self, site).into_string();
        (self.status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
    }
}
