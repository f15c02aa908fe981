//! JSON:API documents (<https://jsonapi.org/format/1.0/>), for providers whose API uses them.
//!
//! A call returns a [`Document`] of one [`Resource`] ([`Single`]) or of several ([`Collection`]). A
//! resource's attributes are a type that [`response!`](crate::response) declares. A call sends a
//! [`ResourceBody`], whose fields [`resource_body!`](crate::resource_body) declares.
//!
//! ```
//! use oauth_core::json_api::{Collection, ResourceType};
//!
//! oauth_core::response! {
//!     /// Attributes of a room.
//!     pub struct RoomAttributes { optional { /** Name. */ name: String, } }
//! }
//!
//! impl ResourceType for RoomAttributes {
//!     const TYPE: &'static str = "rooms";
//! }
//!
//! let rooms: Collection<RoomAttributes> = oauth_core::serde_json::from_str(
//!     r#"{"data": [{"type": "rooms", "id": "r1", "attributes": {"name": "Attic"},
//!                   "relationships": {"next": {"data": {"type": "rooms", "id": "r2"}}}}],
//!         "included": [{"type": "rooms", "id": "r2", "attributes": {"name": "Cellar"}}]}"#,
//! )?;
//! for room in rooms.iter() {
//!     let next = rooms.resolve::<RoomAttributes, _>(room, "next");
//!     assert_eq!((room.id.as_str(), room.name.as_deref()), ("r1", Some("Attic")));
//!     assert_eq!(next[0].name.as_deref(), Some("Cellar"));
//! }
//! # Ok::<(), oauth_core::serde_json::Error>(())
//! ```

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::api::argument::IntoArgument;
use crate::api::list::List;
use crate::api::request_body::RequestBody;
use crate::api::response::{list, merged, optional, put, required};
use crate::error::{Error, ErrorKind};

/// A document with one resource.
pub type Single<A> = Document<Resource<A>>;

/// A document with a list of resources. Those that cannot be read are kept apart.
pub type Collection<A> = Document<List<Resource<A>>>;

/// The attributes of resources of one type.
pub trait ResourceType {
    /// Name of the type, in the plural: `rooms`.
    const TYPE: &'static str;
}

/// A document. Dereferences to its data.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Document<T> {
    /// Primary data.
    pub data: T,
    /// Resources that the data refers to, as JSON. [`resolve`](Self::resolve) finds and reads them.
    pub included: Arc<[Value]>,
    /// Links.
    pub links: Map<String, Value>,
    /// Facts about the document, such as the number of pages.
    pub meta: Map<String, Value>,
    /// Further members, and declared ones that cannot be read.
    pub other: Map<String, Value>,
}

impl<T> Document<T> {
    /// Returns the link to the next page; `None` on the last.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if the link, or all links, cannot be read: this may not be the last
    /// page.
    pub fn next_link(&self) -> Result<Option<&str>, Error> {
        let link = match self.links.get("next") {
            _ if self.other.contains_key("links") => None,
            None | Some(Value::Null) => return Ok(None),
            Some(link) => href(link).filter(|link| !link.is_empty()),
        };
        let unreadable =
            || Error::new(ErrorKind::InvalidResponse, "the link to the next page cannot be read");
        link.map(Some).ok_or_else(unreadable)
    }

    /// Returns an included resource. `None` if it is not included or cannot be read.
    pub fn included<A: DeserializeOwned>(&self, identifier: &Identifier) -> Option<Resource<A>> {
        let is_wanted = |resource: &&Value| {
            resource["type"] == identifier.kind.as_str() && resource["id"] == identifier.id.as_str()
        };
        Resource::deserialize(self.included.iter().find(is_wanted)?).ok()
    }

    /// Returns the included resources of a relationship.
    pub fn resolve<A: DeserializeOwned, B>(&self, resource: &Resource<B>, name: &str) -> Vec<Resource<A>> {
        resource.related(name).iter().filter_map(|identifier| self.included(identifier)).collect()
    }
}

impl<A> Collection<A> {
    /// Splits the list into documents of one resource each, as the items of a
    /// [`PagedEndpoint`](crate::PagedEndpoint). They share `included`; links, `meta` and `other` are empty.
    ///
    /// ```
    /// # oauth_core::response! {
    /// #     /// Attributes of a room.
    /// #     pub struct RoomAttributes { optional { /** Name. */ name: String, } }
    /// # }
    /// let rooms: oauth_core::json_api::Collection<RoomAttributes> = oauth_core::serde_json::from_str(
    ///     r#"{"data": [{"type": "rooms", "id": "r1",
    ///                   "relationships": {"next": {"data": {"type": "rooms", "id": "r2"}}}}],
    ///         "included": [{"type": "rooms", "id": "r2", "attributes": {"name": "Cellar"}}]}"#,
    /// )?;
    /// for room in rooms.into_singles() {
    ///     let next = room.resolve::<RoomAttributes, _>(&room, "next");
    ///     assert_eq!((room.id.as_str(), next[0].name.as_deref()), ("r1", Some("Cellar")));
    /// }
    /// # Ok::<(), oauth_core::serde_json::Error>(())
    /// ```
    pub fn into_singles(self) -> Vec<Single<A>> {
        let Self { data, included, .. } = self;
        let single = |data| Document {
            data,
            included: Arc::clone(&included),
            links: Map::new(),
            meta: Map::new(),
            other: Map::new(),
        };
        data.into_iter().map(single).collect()
    }
}

fn href(link: &Value) -> Option<&str> {
    link.as_str().or_else(|| link.get("href")?.as_str())
}

impl<T> Deref for Document<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T: IntoIterator> IntoIterator for Document<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.data.into_iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let included: Vec<_> =
            self.included.iter().map(|resource| (&resource["type"], &resource["id"])).collect();
        let mut shown = f.debug_struct("Document");
        shown
            .field("data", &self.data)
            .field("included", &format_args!("{}", json!(included)))
            .field("links", &self.links.keys().collect::<Vec<_>>())
            .field("meta", &format_args!("{}", json!(self.meta)));
        if !self.other.is_empty() {
            shown.field("other", &self.other.keys().collect::<Vec<_>>());
        }
        shown.finish()
    }
}

impl<T: Serialize> Serialize for Document<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Map::new();
        put(&mut fields, "data", &self.data)?;
        put(&mut fields, "included", &&*self.included)?;
        put(&mut fields, "links", &self.links)?;
        put(&mut fields, "meta", &self.meta)?;
        merged(fields, &self.other, &[]).serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Document<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        Ok(Self {
            data: required(&mut fields, "data")?,
            included: list(&mut fields, "included").into(),
            links: optional(&mut fields, "links").unwrap_or_default(),
            meta: optional(&mut fields, "meta").unwrap_or_default(),
            other: fields,
        })
    }
}

/// A resource: an identified object with attributes. Dereferences to the attributes.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Resource<A> {
    /// Name of its type, in the plural.
    pub kind: String,
    /// Identifier, unique within the type. Empty if the provider sent none.
    pub id: String,
    /// Attributes.
    pub attributes: A,
    /// Relationships, by name. [`related`](Self::related) reads them.
    pub relationships: Map<String, Value>,
    /// Links.
    pub links: Map<String, Value>,
    /// Facts about the resource, and anything that cannot be read.
    pub other: Map<String, Value>,
}

impl<A> Resource<A> {
    /// Returns the resource's identifier.
    pub fn identifier(&self) -> Identifier {
        Identifier::new(&self.kind, &self.id)
    }

    /// Returns the identifiers of a relationship: several, one, or none if the server did not send them.
    pub fn related(&self, name: &str) -> Vec<Identifier> {
        let data = self.relationships.get(name).and_then(|relationship| relationship.get("data"));
        let identifiers = match data {
            Some(Value::Array(identifiers)) => identifiers.as_slice(),
            Some(identifier) => std::slice::from_ref(identifier),
            None => &[],
        };
        identifiers.iter().filter_map(|identifier| Identifier::deserialize(identifier).ok()).collect()
    }

    /// Returns the link to the resources of a relationship, which may be relative.
    pub fn related_link(&self, name: &str) -> Option<&str> {
        href(self.relationships.get(name)?.get("links")?.get("related")?)
    }
}

impl<A> Deref for Resource<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.attributes
    }
}

impl<A: fmt::Debug> fmt::Debug for Resource<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |fields: &Map<String, Value>| fields.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("Resource")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("attributes", &self.attributes)
            .field("relationships", &names(&self.relationships))
            .field("links", &names(&self.links))
            .field("other", &names(&self.other))
            .finish()
    }
}

impl<A: Serialize> Serialize for Resource<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("id", &self.id)?;
        if !self.other.contains_key("attributes") {
            map.serialize_entry("attributes", &self.attributes)?;
        }
        if !self.other.contains_key("relationships") {
            map.serialize_entry("relationships", &self.relationships)?;
        }
        if !self.links.is_empty() {
            map.serialize_entry("links", &self.links)?;
        }
        for (name, value) in &self.other {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, A: DeserializeOwned> Deserialize<'de> for Resource<A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let id = match fields.get("id") {
            None | Some(Value::Null) => String::new(),
            Some(_) => required(&mut fields, "id")?,
        };
        let attributes = match optional(&mut fields, "attributes") {
            Some(attributes) => attributes,
            // A resource may have none.
            None => A::deserialize(Value::Object(Map::new())).map_err(serde::de::Error::custom)?,
        };
        let kind = required(&mut fields, "type")?;
        let relationships = optional(&mut fields, "relationships").unwrap_or_default();
        let links = optional(&mut fields, "links").unwrap_or_default();
        Ok(Self { kind, id, attributes, relationships, links, other: fields })
    }
}

crate::response! {
    /// Type and id of a resource.
    pub struct Identifier {
        required {
            /// Name of its type, in the plural.
            kind = "type": String,
            /// Identifier, unique within the type.
            id: String,
        }
        optional {
            /// Facts about the relationship to the resource.
            meta: Map<String, Value>,
        }
    }
}

impl Identifier {
    /// Type and id of a resource.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into(), meta: None, other: Map::new() }
    }

    /// Adds a fact about the relationship to the resource.
    #[must_use]
    pub fn with_meta(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.get_or_insert_default().insert(name.into(), value.into());
        self
    }
}

/// A relationship to one resource, to be sent: from its id, an [`Identifier`], or the resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ToOne<A>(Option<Identifier>, PhantomData<fn() -> A>);

/// A relationship to several resources, to be sent: from a list of what makes a [`ToOne`].
#[derive(Clone, Debug, PartialEq)]
pub struct ToMany<A>(Vec<Identifier>, PhantomData<fn() -> A>);

/// Resources of several types: `ToOne<AnyResource>` is made from an [`Identifier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnyResource {}

impl<A> ToOne<A> {
    /// No resource: removes the one that is related.
    pub fn none() -> Self {
        Self(None, PhantomData)
    }
}

impl<A> From<Identifier> for ToOne<A> {
    fn from(identifier: Identifier) -> Self {
        Self(Some(identifier), PhantomData)
    }
}

impl<A> From<&Resource<A>> for ToOne<A> {
    fn from(resource: &Resource<A>) -> Self {
        resource.identifier().into()
    }
}

impl<A> From<&Single<A>> for ToOne<A> {
    fn from(document: &Single<A>) -> Self {
        document.identifier().into()
    }
}

impl<A: ResourceType> From<&str> for ToOne<A> {
    fn from(id: &str) -> Self {
        Identifier::new(A::TYPE, id).into()
    }
}

impl<A: ResourceType> From<String> for ToOne<A> {
    fn from(id: String) -> Self {
        Identifier::new(A::TYPE, id).into()
    }
}

impl<A> FromIterator<ToOne<A>> for ToMany<A> {
    fn from_iter<I: IntoIterator<Item = ToOne<A>>>(resources: I) -> Self {
        Self(resources.into_iter().filter_map(|resource| resource.0).collect(), PhantomData)
    }
}

impl<A> IntoArgument<ToOne<A>> for Identifier {
    fn into_argument(self) -> ToOne<A> {
        self.into()
    }
}

impl<A> IntoArgument<ToOne<A>> for &Resource<A> {
    fn into_argument(self) -> ToOne<A> {
        self.into()
    }
}

impl<A> IntoArgument<ToOne<A>> for &Single<A> {
    fn into_argument(self) -> ToOne<A> {
        self.into()
    }
}

impl<A: ResourceType> IntoArgument<ToOne<A>> for &str {
    fn into_argument(self) -> ToOne<A> {
        self.into()
    }
}

impl<A: ResourceType> IntoArgument<ToOne<A>> for &String {
    fn into_argument(self) -> ToOne<A> {
        self.as_str().into()
    }
}

impl<A: ResourceType> IntoArgument<ToOne<A>> for String {
    fn into_argument(self) -> ToOne<A> {
        self.into()
    }
}

impl<A, T: IntoArgument<ToOne<A>>, const N: usize> IntoArgument<ToMany<A>> for [T; N] {
    fn into_argument(self) -> ToMany<A> {
        self.into_iter().map(IntoArgument::into_argument).collect()
    }
}

impl<A, T: IntoArgument<ToOne<A>>> IntoArgument<ToMany<A>> for Vec<T> {
    fn into_argument(self) -> ToMany<A> {
        self.into_iter().map(IntoArgument::into_argument).collect()
    }
}

impl<A> Serialize for ToOne<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("data", &self.0)])
    }
}

impl<A> Serialize for ToMany<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("data", &self.0)])
    }
}

/// The fields of a resource to be sent. [`resource_body!`](crate::resource_body) implements it.
pub trait ResourceFields: RequestBody {
    /// Name of the type, in the plural.
    const TYPE: &'static str;

    /// Names of the fields that are relationships. All others are attributes.
    const RELATIONSHIPS: &'static [&'static str];
}

/// A resource to be sent, as the body of [`endpoint!`](crate::endpoint):
/// `body(room: ResourceBody<NewRoom> as "data")`, for changes `body(room: ResourceBody<…> as "data", id)`.
#[derive(Clone, PartialEq)]
pub struct ResourceBody<F>(pub F);

impl<F> ResourceBody<F> {
    /// The resource with an id, as a change of it is sent.
    pub fn with_id<'a>(&'a self, id: &'a dyn Display) -> IdentifiedBody<'a, F> {
        IdentifiedBody { fields: &self.0, id }
    }
}

impl<F: ResourceFields> From<F> for ResourceBody<F> {
    fn from(fields: F) -> Self {
        Self(fields)
    }
}

impl<F: ResourceFields> IntoArgument<ResourceBody<F>> for F {
    fn into_argument(self) -> ResourceBody<F> {
        ResourceBody(self)
    }
}

impl<F: fmt::Debug> fmt::Debug for ResourceBody<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<F: ResourceFields> Serialize for ResourceBody<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_resource(&self.0, None, serializer)
    }
}

impl<F: ResourceFields> RequestBody for ResourceBody<F> {
    fn secrets(&self) -> Vec<&str> {
        self.0.secrets()
    }
}

/// A [`ResourceBody`] with the id of the resource.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)] // lives only while a request is built
pub struct IdentifiedBody<'a, F> {
    fields: &'a F,
    id: &'a dyn Display,
}

impl<F: ResourceFields> Serialize for IdentifiedBody<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_resource(self.fields, Some(self.id), serializer)
    }
}

impl<F: ResourceFields> RequestBody for IdentifiedBody<'_, F> {}

fn serialize_resource<F: ResourceFields, S: Serializer>(
    fields: &F,
    id: Option<&dyn Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Value::Object(fields) = serde_json::to_value(fields).map_err(serde::ser::Error::custom)? else {
        return Err(serde::ser::Error::custom("the fields are no object"));
    };
    let (relationships, attributes): (Map<_, _>, Map<_, _>) =
        fields.into_iter().partition(|(name, _)| F::RELATIONSHIPS.contains(&name.as_str()));
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("type", F::TYPE)?;
    if let Some(id) = id {
        map.serialize_entry("id", &id.to_string())?;
    }
    for (name, members) in [("attributes", attributes), ("relationships", relationships)] {
        if !members.is_empty() {
            map.serialize_entry(name, &members)?;
        }
    }
    map.end()
}

/// Declares the fields of a resource to be sent, as [`request_body!`](crate::request_body), with its type and
/// its relationships.
///
/// ```
/// use oauth_core::json_api::{ResourceBody, ToOne};
/// # oauth_core::response! { /** Attributes of a house. */ pub struct House { optional { /** Name. */ name:
/// String, } } }
/// # impl oauth_core::json_api::ResourceType for House { const TYPE: &'static str = "houses"; }
///
/// oauth_core::resource_body! {
///     /// A new room.
///     pub struct NewRoom as "rooms" {
///         required {
///             /// Name.
///             name: String,
///         }
///         optional {
///             /// Number of seats.
///             seats: u32,
///         }
///         relationships {
///             required {
///                 /// House of the room.
///                 house: ToOne<House>,
///             }
///         }
///     }
/// }
///
/// let room = ResourceBody(NewRoom::new("Attic", "h1").seats(4));
/// assert_eq!(
///     oauth_core::serde_json::to_value(&room)?,
///     oauth_core::serde_json::json!({
///         "type": "rooms",
///         "attributes": {"name": "Attic", "seats": 4},
///         "relationships": {"house": {"data": {"type": "houses", "id": "h1"}}},
///     })
/// );
/// # Ok::<(), oauth_core::serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! resource_body {
    (
        $(#[$doc:meta])*
        $visibility:vis struct $name:ident as $type:literal {
            $(required { $($required:tt)* })?
            $(optional { $($optional:tt)* })?
            $(relationships {
                $(required { $($(#[$one_doc:meta])* $one:ident $(= $one_key:literal)?: $one_type:ty,)* })?
                $(optional { $($(#[$any_doc:meta])* $any:ident $(= $any_key:literal)?: $any_type:ty,)* })?
            })?
        }
    ) => {
        $crate::request_body! {
            $(#[$doc])*
            $visibility struct $name {
                required {
                    $($($required)*)?
                    $($($($(#[$one_doc])* $one $(= $one_key)?: $one_type,)*)?)?
                }
                optional {
                    $($($optional)*)?
                    $($($($(#[$any_doc])* $any $(= $any_key)?: $any_type,)*)?)?
                }
            }
        }

        impl $crate::json_api::ResourceFields for $name {
            const TYPE: &'static str = $type;
            const RELATIONSHIPS: &'static [&'static str] = &[
                $($($($crate::response!(@key $one $($one_key)?),)*)?
                $($($crate::response!(@key $any $($any_key)?),)*)?)?
            ];
        }
    };
}

/// Returns the text of an error document's `errors`, each with the place in the request that it is about.
pub(crate) fn error_text(errors: &Value) -> Option<String> {
    let text = |error: &Value| {
        let detail = [&error["detail"], &error["title"]].into_iter().find_map(Value::as_str)?;
        let source = [&error["source"]["pointer"], &error["source"]["parameter"]];
        Some(match source.into_iter().find_map(Value::as_str) {
            Some(place) => format!("{place}: {detail}"),
            None => detail.to_owned(),
        })
    };
    let texts: Vec<_> = errors.as_array()?.iter().filter_map(text).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::response! {
        /// Attributes of a room.
        struct Room {
            optional {
                /// Name.
                name: String,
            }
        }
    }

    impl ResourceType for Room {
        const TYPE: &'static str = "rooms";
    }

    crate::resource_body! {
        /// Changes of a room.
        struct RoomChanges as "rooms" {
            optional {
                /// Name.
                name: String,
            }
            relationships {
                optional {
                    /// Doors.
                    doors: ToMany<Room>,
                    /// Next room.
                    next_room = "nextRoom": ToOne<Room>,
                    /// Owner.
                    owner: ToOne<AnyResource>,
                }
            }
        }
    }

    fn rooms(value: Value) -> Result<Collection<Room>, serde_json::Error> {
        serde_json::from_value(value)
    }

    #[test]
    fn unreadable_resource_is_kept_apart() {
        let rooms = rooms(json!({"data": [
            {"type": "rooms", "id": "1"}, {"id": "2"}, 3, {"type": "rooms", "id": []},
            {"type": "rooms", "id": 4, "attributes": "x", "relationships": null, "meta": {}},
        ]}))
        .unwrap();
        assert_eq!(rooms.iter().map(|room| room.id.as_str()).collect::<Vec<_>>(), ["1", "4"]);
        assert_eq!((rooms.unread.len(), rooms.data.items[1].other.len()), (3, 2));
        let again = serde_json::from_value(serde_json::to_value(&rooms).unwrap()).unwrap();
        assert_eq!(rooms, again);
    }

    #[test]
    fn document_without_data_is_rejected() {
        for document in
            [json!({}), json!({"errors": []}), json!({"data": null}), json!({"data": {}}), json!([])]
        {
            assert!(rooms(document.clone()).is_err(), "{document}");
        }
    }

    #[test]
    fn unreadable_next_link_is_an_error() {
        let next = |links: Value| {
            let rooms = rooms(json!({"data": [], "links": links, "jsonapi": {"version": "1.0"}})).unwrap();
            let again = serde_json::from_value(serde_json::to_value(&rooms).unwrap()).unwrap();
            assert_eq!(rooms, again);
            rooms.next_link().map(|link| link.map(str::to_owned)).map_err(|error| error.kind())
        };
        for last in [json!(null), json!({}), json!({"next": null}), json!({"prev": 7})] {
            assert_eq!(next(last.clone()), Ok(None), "{last}");
        }
        for link in [json!("/rooms"), json!({"href": "/rooms", "meta": {}})] {
            assert_eq!(next(json!({ "next": link })), Ok(Some("/rooms".to_owned())));
        }
        for bad in [
            json!([]),
            json!("/rooms"),
            json!(["next"]),
            json!({"next": ""}),
            json!({"next": 2}),
            json!({"next": true}),
            json!({"next": {"href": null}}),
            json!({"next": {"url": "/rooms"}}),
            json!({"next": ["/rooms"]}),
        ] {
            assert_eq!(next(bad.clone()), Err(ErrorKind::InvalidResponse), "{bad}");
        }
    }

    #[test]
    fn included_resources_are_found_by_type_and_id() {
        let document = rooms(json!({
            "data": [{"type": "rooms", "id": "1", "relationships": {
                "doors": {"data": [{"type": "rooms", "id": "2"}, {"type": "rooms", "id": "3"}, 4]},
                "next": {"data": {"type": "doors", "id": "2"}, "links": {"related": "/rooms/2"}},
                "none": {"data": null, "links": {"related": {"href": "/rooms"}}},
            }}],
            "included": [{"type": "doors", "id": "2", "attributes": {"name": "canary"}}, {"type": "rooms", "id": "2"}],
            "links": {"next": {"href": "/rooms?page=2"}},
        }))
        .unwrap();
        let room = &document[0];
        let names = |name: &str| -> Vec<_> {
            document
                .resolve::<Room, _>(room, name)
                .into_iter()
                .map(|room| (room.kind.clone(), room.name.clone()))
                .collect()
        };
        assert_eq!(names("doors"), [("rooms".to_owned(), None)]);
        assert_eq!(names("next"), [("doors".to_owned(), Some("canary".to_owned()))]);
        assert_eq!((room.related("doors").len(), names("none").len(), names("missing").len()), (2, 0, 0));
        assert_eq!(
            (room.related_link("next"), room.related_link("none")),
            (Some("/rooms/2"), Some("/rooms"))
        );
        assert_eq!(document.next_link().unwrap(), Some("/rooms?page=2"));
        let shown = format!("{document:?}");
        assert!(shown.contains("doors") && !shown.contains("canary"), "{shown}");
    }

    #[test]
    fn singles_share_included_resources() {
        let door = |id: &str| json!({"data": [{"type": "doors", "id": id}]});
        let document = rooms(json!({
            "data": [
                {"type": "rooms", "id": "1", "relationships": {"doors": door("3")}},
                {"id": "unread"},
                {"type": "rooms", "id": "2", "relationships": {"doors": door("4")}},
            ],
            "included": [{"type": "doors", "id": "4", "attributes": {"name": "Oak"}}],
            "links": {"next": "/rooms?page=2"},
            "meta": {"totalPages": 2},
            "jsonapi": {"version": "1.0"},
        }))
        .unwrap();
        let singles = document.into_singles();
        let doors = |room: &Single<Room>| -> Vec<_> {
            room.resolve::<Room, _>(room, "doors").into_iter().map(|door| door.name.clone()).collect()
        };
        let shown: Vec<_> = singles.iter().map(|room| (room.id.as_str(), doors(room))).collect();
        assert_eq!(shown, [("1", vec![]), ("2", vec![Some("Oak".to_owned())])]);
        assert!(Arc::ptr_eq(&singles[0].included, &singles[1].included));
        assert_eq!(
            (&singles[0].links, &singles[0].meta, &singles[0].other),
            (&Map::new(), &Map::new(), &Map::new())
        );
        assert_eq!(ToOne::from(&singles[0]), ToOne::from("1"));
    }

    #[test]
    fn changes_are_sent_with_relationships_apart() {
        let room: Resource<Room> = serde_json::from_value(json!({"type": "rooms", "id": "9"})).unwrap();
        let changes = ResourceBody(
            RoomChanges::new()
                .name("Attic")
                .doors([ToOne::from("1"), Identifier::new("rooms", "2").with_meta("wide", true).into()])
                .next_room(&room)
                .with("owner", json!({"data": null})),
        );
        assert_eq!(
            serde_json::to_value(changes.with_id(&7)).unwrap(),
            json!({"type": "rooms", "id": "7", "attributes": {"name": "Attic"}, "relationships": {
                "doors": {"data": [{"type": "rooms", "id": "1"}, {"type": "rooms", "id": "2", "meta": {"wide": true}}]},
                "nextRoom": {"data": {"type": "rooms", "id": "9"}},
                "owner": {"data": null},
            }})
        );
        let none = ResourceBody(RoomChanges::new().owner(room.identifier()).next_room(ToOne::none()));
        assert_eq!(
            serde_json::to_value(none).unwrap(),
            json!({"type": "rooms", "relationships": {
                "nextRoom": {"data": null}, "owner": {"data": {"type": "rooms", "id": "9"}},
            }})
        );
    }

    #[test]
    fn error_text_names_places() {
        for (errors, text) in [
            (
                json!([{"source": {"pointer": "/data/attributes/name"}, "detail": "can't be blank"}, {"title": "Bad"}]),
                Some("/data/attributes/name: can't be blank; Bad"),
            ),
            (json!([{"code": "1"}]), None),
            (json!({"name": ["x"]}), None),
        ] {
            assert_eq!(error_text(&errors).as_deref(), text);
        }
    }
}
