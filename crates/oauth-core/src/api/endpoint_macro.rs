//! `endpoint!`: declares an API call.

/// Declares an API call: a type with its parameters, and its [`Endpoint`](crate::Endpoint).
///
/// ```
/// use oauth_core::{
///     EndpointContext, FixedSite, List, Provider, RequestBuilder, endpoint, request_body, response,
/// };
///
/// /// The part of the API that the paths are below.
/// fn api<P: Provider<Site = FixedSite>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
///     RequestBuilder::new(context.site().api_url())
/// }
///
/// endpoint! {
///     [P: Provider<Site = FixedSite>] P;
///     /// `GET /me`: the user.
///     pub struct Me;
///     GET api "/me" => json(User)
/// }
///
/// endpoint! {
///     [P: Provider<Site = FixedSite>] P;
///     /// `GET /courses/:course/enrollments`: a course's enrollments.
///     pub struct Enrollments(course: String) {
///         required {
///             /// First day.
///             from: oauth_core::chrono::NaiveDate,
///         }
///         optional {
///             /// Page size, 1 to 50; 20 by default.
///             limit = "page[size]": u32,
///         }
///     }
///     GET api "/courses/:course/enrollments" scopes ["enrollment.read"] => json(List<User>)
/// }
///
/// endpoint! {
///     [P: Provider<Site = FixedSite>] P;
///     /// `POST /users`: creates a user.
///     pub struct CreateUser();
///     POST api "/users" body(user: NewUser as "user") => json(User)
/// }
///
/// request_body! {
///     /// A new user.
///     pub struct NewUser { required { /** Name. */ name: String, } }
/// }
///
/// response! {
///     /// A user.
///     pub struct User { required { /** Identifier. */ id: String, } }
/// }
/// ```
///
/// All parts in order. Only the provider, the type, the method with its path, and the response are needed:
///
/// ```text
/// endpoint! {
///     [P: Provider<Site = FixedSite>] P;              // generic parameters, provider
///     /// `PUT /courses/:course/files/*path`: …       // documentation of the type
///     pub struct PutFile(course: String, path: String) { // path parameters: any `Display`
///         required { day: NaiveDate, }                // query parameters: any `QueryValue`
///         optional { size = "page[size]": u32, }      // with another name in the query
///     }
///     PUT api "/courses/:course/files/*path"          // method, function, path template
///         scopes ["course.write"]                     // `Endpoint::SCOPES`
///         body(file: NewFile as "file")               // `RequestBody`, as JSON {"file": …}
///         if_match(etag)                              // `ETag`; the call is then not idempotent
///         limits(1 << 30, 600)                        // `MIN_BODY_LIMIT`, `MIN_DEADLINE` in seconds
///         => json(File)                               // response
/// }
///
/// PutFile::new(course, path, day, file, etag).size(50)
/// ```
///
/// - function: returns the [`RequestBuilder`](crate::RequestBuilder) of a part of the API. `version(4)`
///   passes it an argument, `space[subdomain]` a parameter of the call;
/// - path template: `:name` is one segment or its first part (`:id.json`), `*name` several;
/// - body: `body(name: Type)` without a root; `body(name: Type as "data", id)` repeats the path parameter
///   `id` in the body ([`ResourceBody`](crate::json_api::ResourceBody));
/// - response: `json(Type)`, `json(Type, "/pointer")` for a part of the document, `json_with_etag(…)` alike
///   ([`WithETag`](crate::WithETag)), `text`, `bytes` ([`FileEndpoint`](crate::FileEndpoint)), `nothing`, or
///   `parsed(Type, function)`.
///
/// A call that needs anything else implements [`Endpoint`](crate::Endpoint) itself.
#[macro_export]
macro_rules! endpoint {
    (
        [$($generics:tt)*] $provider:ty;
        $(#[$doc:meta])*
        $visibility:vis struct $name:ident;
        $method:ident $base:ident $(($($base_argument:expr),*))? $path:literal
        $(scopes [$($scope:literal),* $(,)?])?
        $(limits($bytes:expr, $seconds:expr))?
        => $response:ident $(($($response_argument:tt)*))?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        $visibility struct $name;

        $crate::endpoint! {
            @endpoint [$($generics)*] $provider; $name $method $base ($($($base_argument),*)?) [] $path;
            [] [] [$($($scope),*)?] [] [] [$($bytes, $seconds)?] $response ($($($response_argument)*)?)
        }
    };
    (
        [$($generics:tt)*] $provider:ty;
        $(#[$doc:meta])*
        $visibility:vis struct $name:ident ($($argument:ident: $argument_type:ty),* $(,)?)
        $({
            $(required { $($(#[$required_doc:meta])* $required:ident $(= $required_key:literal)?: $required_type:ty,)* })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident $(= $optional_key:literal)?: $optional_type:ty,)* })?
        })?
        $(;)?
        $method:ident $base:ident $(($($base_argument:expr),*))? $([$($base_field:ident),*])? $path:literal
        $(scopes [$($scope:literal),* $(,)?])?
        $(body($body:ident: $body_type:ty $(as $root:literal)? $(, $body_id:ident)?))?
        $(if_match($etag:ident))?
        $(limits($bytes:expr, $seconds:expr))?
        => $response:ident $(($($response_argument:tt)*))?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($argument: $argument_type,)*
            $($($($required: $required_type,)*)?
            $($($optional: ::core::option::Option<$optional_type>,)*)?)?
            $($body: $body_type,)?
            $($etag: $crate::ETag,)?
        }

        #[allow(dead_code)] // in a private type
        impl $name {
            /// Creates the call.
            $($($(
                #[doc = ::core::concat!("\n`", ::core::stringify!($required), "`:")]
                $(#[$required_doc])*
            )*)?)?
            #[must_use]
            #[allow(clippy::new_without_default, clippy::too_many_arguments)]
            $visibility fn new(
                $($argument: impl $crate::IntoArgument<$argument_type>,)*
                $($($($required: impl $crate::IntoArgument<$required_type>,)*)?)?
                $($body: impl $crate::IntoArgument<$body_type>,)?
                $($etag: $crate::ETag,)?
            ) -> Self {
                Self {
                    $($argument: $crate::IntoArgument::into_argument($argument),)*
                    $($($($required: $crate::IntoArgument::into_argument($required),)*)?
                    $($($optional: ::core::option::Option::None,)*)?)?
                    $($body: $crate::IntoArgument::into_argument($body),)?
                    $($etag,)?
                }
            }

            $($($(
                #[doc = ::core::concat!("Sets the query parameter `", $crate::response!(@key $optional $($optional_key)?), "`.")]
                ///
                $(#[$optional_doc])*
                #[must_use]
                $visibility fn $optional(mut self, value: impl $crate::IntoArgument<$optional_type>) -> Self {
                    self.$optional = ::core::option::Option::Some($crate::IntoArgument::into_argument(value));
                    self
                }
            )*)?)?
        }

        $crate::endpoint! {
            @endpoint [$($generics)*] $provider; $name $method
            $base ($($($base_argument),*)?) [$($($base_field),*)?] $path;
            [$($argument),*]
            [
                $($($(($crate::response!(@key $required $($required_key)?), required $required))*)?
                $($(($crate::response!(@key $optional $($optional_key)?), optional $optional))*)?)?
            ]
            [$($($scope),*)?] [$($body [$($root)?] [$($body_id)?])?] [$($etag)?] [$($bytes, $seconds)?]
            $response ($($($response_argument)*)?)
        }
    };

    (
        @endpoint [$($generics:tt)*] $provider:ty; $name:ident $method:ident
        $base:ident ($($base_argument:expr),*) [$($base_field:ident),*] $path:literal;
        [$($argument:ident),*] [$(($key:expr, $need:ident $query:ident))*] [$($scope:literal),*]
        [$($body:ident [$($root:literal)?] [$($body_id:ident)?])?] [$($etag:ident)?] [$($bytes:expr, $seconds:expr)?]
        $response:ident ($($response_argument:tt)*)
    ) => {
        const _: () = ::core::assert!(
            $crate::macro_support::has_only_parameters($path, &[$(::core::stringify!($argument)),*]),
            "the path has a parameter that is not declared"
        );

        impl<$($generics)*> $crate::Endpoint<$provider> for $name {
            type Response = $crate::endpoint!(@response $response $($response_argument)*);
            const NAME: &'static str = ::core::concat!(::core::stringify!($method), " ", $path);
            const SCOPES: &'static [&'static str] = &[$($scope),*];
            $(const IDEMPOTENT: bool = $crate::endpoint!(@conditional $etag);)?
            $(const MIN_BODY_LIMIT: usize = $bytes;
            const MIN_DEADLINE: ::core::time::Duration = ::core::time::Duration::from_secs($seconds);)?

            fn request(
                &self,
                context: &$crate::EndpointContext<'_, $provider>,
            ) -> ::core::result::Result<$crate::http::Request<::std::vec::Vec<u8>>, $crate::Error> {
                $base(context $(, $base_argument)* $(, &self.$base_field)*)
                    .path($path, &[$((::core::stringify!($argument), &self.$argument as &dyn ::core::fmt::Display)),*])
                    $(.query($key, $crate::endpoint!(@$need self.$query)))*
                    $(.json_body(
                        $crate::endpoint!(@root $($root)?),
                        &$crate::endpoint!(@body self.$body $(, &self.$body_id)?),
                    ))?
                    $(.if_match(&self.$etag))?
                    .build($crate::http::Method::$method)
            }

            $(fn secrets(&self) -> ::std::vec::Vec<&str> {
                $crate::RequestBody::secrets(&self.$body)
            })?

            fn parse(
                &self,
                _: &$crate::EndpointContext<'_, $provider>,
                response: $crate::http::Response<::std::vec::Vec<u8>>,
            ) -> ::core::result::Result<Self::Response, $crate::Error> {
                $crate::endpoint!(@parse response $response $($response_argument)*)
            }
        }

        $crate::endpoint!(@file $response [$($generics)*] $provider; $name);
    };

    (@file bytes [$($generics:tt)*] $provider:ty; $name:ident) => {
        impl<$($generics)*> $crate::FileEndpoint<$provider> for $name {}
    };
    (@file $response:ident $($ignored:tt)*) => {};

    (@required $value:expr) => { ::core::option::Option::Some(&$value) };
    (@optional $value:expr) => { $value.as_ref() };
    // The first of two would change the tag, so that the second claims that nothing was changed.
    (@conditional $etag:ident) => { false };
    (@root $root:literal) => { ::core::option::Option::Some($root) };
    (@root) => { ::core::option::Option::None };
    (@body $body:expr) => { $body };
    (@body $body:expr, $id:expr) => { $body.with_id($id) };

    (@response json $type:ty $(, $pointer:literal)?) => { $type };
    (@response json_with_etag $type:ty $(, $pointer:literal)?) => { $crate::WithETag<$type> };
    (@response text) => { ::std::string::String };
    (@response bytes) => { ::std::vec::Vec<u8> };
    (@response nothing) => { () };
    (@response parsed $type:ty, $parse:path) => { $type };

    (@parse $parsed:ident json $type:ty) => { $crate::json(&$parsed) };
    (@parse $parsed:ident json $type:ty, $pointer:literal) => { $crate::json_at(&$parsed, $pointer) };
    (@parse $parsed:ident json_with_etag $type:ty) => { $crate::WithETag::parse(&$parsed) };
    (@parse $parsed:ident json_with_etag $type:ty, $pointer:literal) => {
        $crate::WithETag::parse_at(&$parsed, $pointer)
    };
    (@parse $parsed:ident text) => { $crate::macro_support::text($parsed) };
    (@parse $parsed:ident bytes) => { ::core::result::Result::Ok($parsed.into_body()) };
    (@parse $parsed:ident nothing) => {{
        ::core::mem::drop($parsed);
        ::core::result::Result::Ok(())
    }};
    (@parse $parsed:ident parsed $type:ty, $parse:path) => { $parse(&$parsed) };
}
