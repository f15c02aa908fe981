//! A person looks at pages and fills in forms other than the two of the OAuth flow.

use http::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use scraper::{ElementRef, Html};
use url::Url;
use url::form_urlencoded::Serializer;

use super::flow_form::{self, FlowForm, Purpose, attribute, selector};
use super::{Browser, MOST_PAGES, location};
use crate::Error;

impl Browser {
    /// Opens `url`, logs in where asked, and gives back the HTML of the page.
    ///
    /// # Errors
    /// [`Error::Page`] for an error page, or the login form again after a wrong password; [`Error::OutsideSandbox`] when the way leads
    /// out of the sandbox; [`Error::Browser`] when a page could not be loaded.
    pub async fn open(&self, url: impl AsRef<str>) -> Result<String, Error> {
        let url = Url::parse(url.as_ref())?;
        let browser = self.browser()?;
        self.arrive(&browser, url).await.map(|(_, html)| html)
    }

    /// Opens `url` as [`open`](Self::open) does, types `fields` (by name) into the first form there that has them all, sends
    /// it, and gives back the HTML of the page that this leads to. Without `fields` it is the first form of the page.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::Page`] when there is no such form.
    pub async fn fill_in(&self, url: impl AsRef<str>, fields: &[(&str, &str)]) -> Result<String, Error> {
        let url = Url::parse(url.as_ref())?;
        let browser = self.browser()?;
        let (here, html) = self.arrive(&browser, url).await?;
        let (action, fields) = filled_in(&html, fields)
            .ok_or_else(|| Error::Page { status: 200, text: flow_form::visible_text(&html) })?;
        let response = post(&browser, here.join(&action)?, fields).await?;
        self.land(&browser, response).await.map(|(_, html)| html)
    }

    async fn arrive(&self, browser: &Client, url: Url) -> Result<(Url, String), Error> {
        self.stay(&url)?;
        let response = browser.get(url).send().await?;
        let (here, html) = self.land(browser, response).await?;
        let Some(login) = FlowForm::find(&html).filter(|form| form.purpose == Purpose::Login) else {
            return Ok((here, html));
        };
        let (user, password) = self.credentials()?;
        let response = post(browser, here.join(&login.action)?, login.filled_in(user, password)).await?;
        self.land(browser, response).await
    }

    /// Follows redirects to a page that is no error page.
    async fn land(&self, browser: &Client, mut response: Response) -> Result<(Url, String), Error> {
        for _ in 0..MOST_PAGES {
            if !response.status().is_redirection() {
                let (status, here) = (response.status(), response.url().clone());
                let html = response.text().await?;
                if status.is_success() {
                    return Ok((here, html));
                }
                return Err(Error::Page { status: status.as_u16(), text: flow_form::visible_text(&html) });
            }
            let (_, next) = location(&response)?;
            self.stay(&next)?;
            response = browser.get(next).send().await?;
        }
        Err(Error::TooManyPages)
    }

    fn stay(&self, url: &Url) -> Result<(), Error> {
        if self.is_here(url) {
            Ok(())
        } else {
            Err(Error::OutsideSandbox(url.origin().ascii_serialization()))
        }
    }
}

async fn post(browser: &Client, url: Url, fields: Vec<(String, String)>) -> Result<Response, Error> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = browser.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    Ok(request.body(body).send().await?)
}

/// Where the first form that has all of `typed` is sent, and what is sent.
fn filled_in(html: &str, typed: &[(&str, &str)]) -> Option<(String, Vec<(String, String)>)> {
    let page = Html::parse_document(html);
    page.select(&selector("form")).find_map(|form| {
        let mut fields = fields(form);
        for (name, value) in typed {
            let field = fields.iter_mut().find(|(other, _)| other == name)?;
            (*value).clone_into(&mut field.1);
        }
        Some((attribute(form, "action"), fields))
    })
}

/// What the form would send as it is.
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
