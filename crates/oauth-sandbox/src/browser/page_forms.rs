//! Opening pages and submitting forms outside the OAuth flow.

use http::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use scraper::{ElementRef, Html};
use url::Url;
use url::form_urlencoded::Serializer;

use super::flow_form::{self, FlowForm, Purpose, attribute, selector};
use super::{Browser, MAX_PAGES, location};
use crate::Error;

impl Browser {
    /// Opens `url`, logs in if necessary, and returns the HTML of the page.
    ///
    /// # Errors
    /// [`Error::Page`] at an error page, or at the login form after a wrong password;
    /// [`Error::OutsideSandbox`] when the URL or a redirect leads out of the sandbox; [`Error::Browser`] when
    /// a page could not be loaded; [`Error::Url`], [`Error::NoSuchUser`], [`Error::TooManyPages`].
    pub async fn open(&self, url: impl AsRef<str>) -> Result<String, Error> {
        let url = Url::parse(url.as_ref())?;
        let client = self.http_client()?;
        self.open_logged_in(&client, url).await.map(|(_, html)| html)
    }

    /// Opens `url` as [`open`](Self::open), sets `fields` (name and value) in the first form that has them
    /// all, submits the form, and returns the HTML of the resulting page. Without `fields` it submits the
    /// page's first form.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::Page`] when there is no such form.
    pub async fn fill_in(&self, url: impl AsRef<str>, fields: &[(&str, &str)]) -> Result<String, Error> {
        let url = Url::parse(url.as_ref())?;
        let client = self.http_client()?;
        let (here, html) = self.open_logged_in(&client, url).await?;
        let (action, fields) = form_with(&html, fields)
            .ok_or_else(|| Error::Page { status: 200, text: flow_form::visible_text(&html) })?;
        let response = post(&client, here.join(&action)?, fields).await?;
        self.follow_to_page(&client, response).await.map(|(_, html)| html)
    }

    async fn open_logged_in(&self, client: &Client, url: Url) -> Result<(Url, String), Error> {
        self.require_sandbox_url(&url)?;
        let response = client.get(url).send().await?;
        let (here, html) = self.follow_to_page(client, response).await?;
        let Some(login) = FlowForm::find(&html).filter(|form| form.purpose == Purpose::Login) else {
            return Ok((here, html));
        };
        let (user, password) = self.credentials()?;
        let response = post(client, here.join(&login.action)?, login.login_fields(user, password)).await?;
        self.follow_to_page(client, response).await
    }

    /// Follows redirects. Returns the page's URL and HTML, or [`Error::Page`] for an error page.
    async fn follow_to_page(&self, client: &Client, mut response: Response) -> Result<(Url, String), Error> {
        for _ in 0..MAX_PAGES {
            if !response.status().is_redirection() {
                let (status, here) = (response.status(), response.url().clone());
                let html = response.text().await?;
                if status.is_success() {
                    return Ok((here, html));
                }
                return Err(Error::Page { status: status.as_u16(), text: flow_form::visible_text(&html) });
            }
            let (_, next) = location(&response)?;
            self.require_sandbox_url(&next)?;
            response = client.get(next).send().await?;
        }
        Err(Error::TooManyPages)
    }

    fn require_sandbox_url(&self, url: &Url) -> Result<(), Error> {
        if self.is_sandbox_url(url) {
            Ok(())
        } else {
            Err(Error::OutsideSandbox(url.origin().ascii_serialization()))
        }
    }
}

async fn post(client: &Client, url: Url, fields: Vec<(String, String)>) -> Result<Response, Error> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    Ok(request.body(body).send().await?)
}

/// The action of the first form that has all fields of `values`, and the fields to submit.
fn form_with(html: &str, values: &[(&str, &str)]) -> Option<(String, Vec<(String, String)>)> {
    let page = Html::parse_document(html);
    page.select(&selector("form")).find_map(|form| {
        let mut fields = fields(form);
        for (name, value) in values {
            let field = fields.iter_mut().find(|(other, _)| other == name)?;
            (*value).clone_into(&mut field.1);
        }
        Some((attribute(form, "action"), fields))
    })
}

/// The fields of an unchanged form.
fn fields(form: ElementRef<'_>) -> Vec<(String, String)> {
    form.select(&selector("input[name]"))
        .filter(|input| match input.attr("type").unwrap_or("text") {
            "checkbox" | "radio" => input.attr("checked").is_some(),
            "submit" | "button" => false,
            _ => true,
        })
        .map(|input| (attribute(input, "name"), attribute(input, "value")))
        .collect()
}
