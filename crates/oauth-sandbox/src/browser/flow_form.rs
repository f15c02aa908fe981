//! Finding the form on a page and what to put into it.

use scraper::{ElementRef, Html, Selector};

/// What a person does with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    Consent,
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Deny,
}

/// The form that matters on a page.
#[derive(Debug)]
pub(super) struct FlowForm {
    pub(super) purpose: Purpose,
    pub(super) action: String,
    /// Hidden fields and boxes already ticked.
    given: Vec<(String, String)>,
    user: String,
    password: String,
    approve: Option<(String, String)>,
    deny: Option<(String, String)>,
}

impl FlowForm {
    /// The first form of `html` that asks for a password or for a decision.
    pub(super) fn find(html: &str) -> Option<Self> {
        let page = Html::parse_document(html);
        page.select(&selector("form")).find_map(Self::read)
    }

    fn read(form: ElementRef<'_>) -> Option<Self> {
        let mut given = Vec::new();
        let mut user = None;
        let mut password = None;
        for input in form.select(&selector("input[name]")) {
            let name = attribute(input, "name");
            match input.attr("type").unwrap_or("text") {
                "password" => password = Some(name),
                "text" | "email" => user = user.or(Some(name)),
                "checkbox" | "radio" if input.attr("checked").is_none() => {}
                "submit" | "button" => {}
                _ => given.push((name, attribute(input, "value"))),
            }
        }
        let buttons = selector("button[data-decision]");
        let button = |decision: &str| {
            form.select(&buttons)
                .filter(|button| button.attr("data-decision") == Some(decision))
                .map(|button| (attribute(button, "name"), attribute(button, "value")))
                .next()
        };
        let (approve, deny) = (button("approve"), button("deny"));
        let purpose = match (&password, &approve) {
            (Some(_), None) => Purpose::Login,
            (None, Some(_)) => Purpose::Consent,
            _ => return None,
        };
        Some(Self {
            purpose,
            action: attribute(form, "action"),
            given,
            user: user.unwrap_or_default(),
            password: password.unwrap_or_default(),
            approve,
            deny,
        })
    }

    /// The fields to send after typing user and password.
    pub(super) fn filled_in(&self, user: &str, password: &str) -> Vec<(String, String)> {
        let mut fields = self.given.clone();
        fields.push((self.user.clone(), user.to_owned()));
        fields.push((self.password.clone(), password.to_owned()));
        fields
    }

    /// The fields to send after pressing a button.
    pub(super) fn decided(&self, decision: Decision) -> Vec<(String, String)> {
        let pressed = match decision {
            Decision::Approve => &self.approve,
            Decision::Deny => &self.deny,
        };
        self.given.iter().chain(pressed).filter(|(name, _)| !name.is_empty()).cloned().collect()
    }
}

/// What can be read on a page, shortened: for an error message.
pub(super) fn visible_text(html: &str) -> String {
    let page = Html::parse_document(html);
    let main = page.select(&selector("main")).next().unwrap_or_else(|| page.root_element());
    let words = main.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    words.chars().take(300).collect()
}

pub(super) fn attribute(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

/// Only ever called with the literals above, which are valid.
pub(super) fn selector(literal: &'static str) -> Selector {
    Selector::parse(literal).expect("a valid selector")
}
