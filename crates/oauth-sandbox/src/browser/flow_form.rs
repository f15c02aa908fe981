//! The login and consent forms of the OAuth flow.

use scraper::{ElementRef, Html, Selector};

/// The kind of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    Consent,
}

/// The user's decision on a consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Deny,
}

/// A login or consent form.
#[derive(Debug)]
pub(super) struct FlowForm {
    pub(super) purpose: Purpose,
    pub(super) action: String,
    /// Hidden fields and checked boxes.
    preset: Vec<(String, String)>,
    user: String,
    password: String,
    approve: Option<(String, String)>,
    deny: Option<(String, String)>,
}

impl FlowForm {
    /// Finds the first form of `html` that has a password field or an approve button.
    pub(super) fn find(html: &str) -> Option<Self> {
        let page = Html::parse_document(html);
        page.select(&selector("form")).find_map(Self::parse)
    }

    fn parse(form: ElementRef<'_>) -> Option<Self> {
        let mut preset = Vec::new();
        let mut user = None;
        let mut password = None;
        for input in form.select(&selector("input[name]")) {
            let name = attribute(input, "name");
            match input.attr("type").unwrap_or("text") {
                "password" => password = Some(name),
                "text" | "email" => user = user.or(Some(name)),
                "checkbox" | "radio" if input.attr("checked").is_none() => {}
                "submit" | "button" => {}
                _ => preset.push((name, attribute(input, "value"))),
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
            preset,
            user: user.unwrap_or_default(),
            password: password.unwrap_or_default(),
            approve,
            deny,
        })
    }

    /// The fields of the submitted login form.
    pub(super) fn login_fields(&self, user: &str, password: &str) -> Vec<(String, String)> {
        let mut fields = self.preset.clone();
        fields.push((self.user.clone(), user.to_owned()));
        fields.push((self.password.clone(), password.to_owned()));
        fields
    }

    /// The fields of the submitted consent form.
    pub(super) fn decision_fields(&self, decision: Decision) -> Vec<(String, String)> {
        let pressed = match decision {
            Decision::Approve => &self.approve,
            Decision::Deny => &self.deny,
        };
        self.preset.iter().chain(pressed).filter(|(name, _)| !name.is_empty()).cloned().collect()
    }
}

/// The page's visible text, shortened for an error message.
pub(super) fn visible_text(html: &str) -> String {
    let page = Html::parse_document(html);
    let main = page.select(&selector("main")).next().unwrap_or_else(|| page.root_element());
    let words = main.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    words.chars().take(300).collect()
}

pub(super) fn attribute(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

/// For valid literals only.
pub(super) fn selector(literal: &'static str) -> Selector {
    Selector::parse(literal).expect("a valid selector")
}
