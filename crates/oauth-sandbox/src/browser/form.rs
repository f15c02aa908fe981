//! The forms of a page.

use scraper::{ElementRef, Html, Selector};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Deny,
}

struct Field {
    kind: String,
    name: String,
    value: String,
}

/// A form with its fields, but without unchecked boxes.
pub(super) struct Form {
    pub(super) action: String,
    fields: Vec<Field>,
    approve: Option<(String, String)>,
    deny: Option<(String, String)>,
}

impl Form {
    pub(super) fn all(html: &str) -> Vec<Self> {
        Html::parse_document(html).select(&selector("form")).map(Self::parse).collect()
    }

    fn parse(form: ElementRef<'_>) -> Self {
        let fields = form
            .select(&selector("input[name]"))
            .filter(|input| match input.attr("type") {
                Some("checkbox" | "radio") => input.attr("checked").is_some(),
                Some("submit" | "button") => false,
                _ => true,
            })
            .map(|input| Field {
                kind: input.attr("type").unwrap_or("text").to_owned(),
                name: attribute(input, "name"),
                value: attribute(input, "value"),
            })
            .collect();
        let buttons = selector("button[data-decision]");
        let button = |decision: &str| {
            form.select(&buttons)
                .find(|button| button.attr("data-decision") == Some(decision))
                .map(|button| (attribute(button, "name"), attribute(button, "value")))
        };
        Self { action: attribute(form, "action"), fields, approve: button("approve"), deny: button("deny") }
    }

    pub(super) fn is_login(&self) -> bool {
        self.approve.is_none() && self.fields.iter().any(|field| field.kind == "password")
    }

    pub(super) fn is_consent(&self) -> bool {
        self.approve.is_some()
    }

    /// Sets the first field that matches. Returns `None` when there is none.
    fn set(&mut self, matches: impl Fn(&Field) -> bool, value: &str) -> Option<()> {
        let field = self.fields.iter_mut().find(|field| matches(field))?;
        value.clone_into(&mut field.value);
        Some(())
    }

    /// Sets all of `values`, by name. Returns `None` when the form lacks one.
    pub(super) fn fill_in(mut self, values: &[(&str, &str)]) -> Option<Self> {
        values.iter().try_for_each(|(name, value)| self.set(|field| field.name == *name, value))?;
        Some(self)
    }

    pub(super) fn log_in(mut self, user: &str, password: &str) -> Self {
        self.set(|field| ["text", "email"].contains(&field.kind.as_str()), user);
        self.set(|field| field.kind == "password", password);
        self
    }

    /// The body to send, with the button of a decision.
    pub(super) fn body(self, decision: Option<Decision>) -> String {
        let pressed = match decision {
            None => None,
            Some(Decision::Approve) => self.approve,
            Some(Decision::Deny) => self.deny,
        };
        let fields = self.fields.into_iter().map(|field| (field.name, field.value));
        let pairs = fields.chain(pressed).filter(|(name, _)| !name.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

/// The page's visible text, shortened for an error message.
pub(super) fn visible_text(html: &str) -> String {
    let page = Html::parse_document(html);
    let main = page.select(&selector("main")).next().unwrap_or_else(|| page.root_element());
    let words = main.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    words.chars().take(300).collect()
}

fn attribute(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

/// For valid literals only.
fn selector(literal: &'static str) -> Selector {
    Selector::parse(literal).expect("a valid selector")
}
