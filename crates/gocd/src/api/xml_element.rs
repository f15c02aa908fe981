//! A small tree of XML elements.

use std::collections::BTreeMap;

use oauth_core::{Error, ErrorKind};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Deepest nesting; documents of GoCD have less than ten levels.
const MAX_DEPTH: usize = 64;

/// An element with its attributes, text and children.
#[derive(Default)]
pub(super) struct XmlElement {
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    pub(super) children: Vec<XmlElement>,
}

impl XmlElement {
    /// Parses a document. Document type definitions are rejected.
    pub(super) fn parse(xml: &[u8]) -> Result<Self, Error> {
        let invalid = |message: &'static str| Error::new(ErrorKind::InvalidResponse, message);
        let text = std::str::from_utf8(xml.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(xml))
            .map_err(|_| invalid("the XML document is not UTF-8"))?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        loop {
            // The parser's own error is dropped: it quotes the response.
            match reader.read_event().map_err(|_| invalid("the XML document cannot be parsed"))? {
                Event::Start(tag) if open.len() < MAX_DEPTH => {
                    open.push(Self::start(&tag).ok_or_else(|| invalid("an XML attribute cannot be parsed"))?);
                }
                Event::End(_) => {
                    let Some(element) = open.pop() else { break };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(element),
                    }
                }
                Event::Text(text) => append(&mut open, &text.xml10_content()),
                Event::CData(text) => append(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                    let name = reference.into_inner();
                    let entity = character.or_else(|| resolve_predefined_entity(&name).map(str::to_owned));
                    append(&mut open, &entity.ok_or_else(|| invalid("an XML entity is not defined"))?);
                }
                Event::Start(_) | Event::DocType(_) | Event::Eof => break,
                _ => {}
            }
        }
        Err(invalid("the XML document is cut off, too deep, or has a document type definition"))
    }

    fn start(tag: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = BTreeMap::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
            attributes.insert(attribute.key.as_ref().to_owned(), value);
        }
        Some(Self { name: tag.name().as_ref().to_owned(), attributes, ..Self::default() })
    }

    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.get(name).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// Returns the children with this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the text of the child with this name.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        let text = self.all(name).next()?.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

fn append(open: &mut [XmlElement], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
