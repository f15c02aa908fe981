//! Statements with their parameters.

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A number.
    Number(i64),
    /// A number or NULL.
    Maybe(Option<i64>),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Read or write access of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Changes nothing.
    Read,
    /// May change rows.
    Write,
    /// Writes a token, which may be the only valid one. Uses the space that is reserved for it.
    Save,
}

/// A statement with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The access to the database.
    pub access: Access,
    /// The statement.
    pub statement: &'static str,
    /// Its parameters, in order.
    pub values: &'a [Value<'a>],
}

impl<'a> Query<'a> {
    /// A statement that changes nothing.
    pub fn read(statement: &'static str, values: &'a [Value<'a>]) -> Self {
        Self { access: Access::Read, statement, values }
    }

    /// A statement that may change rows.
    pub fn write(statement: &'static str, values: &'a [Value<'a>]) -> Self {
        Self { access: Access::Write, statement, values }
    }

    /// A statement that writes a token.
    pub fn save(statement: &'static str, values: &'a [Value<'a>]) -> Self {
        Self { access: Access::Save, statement, values }
    }
}

/// A query of sqlx.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub type SqlxQuery<DB> = sqlx::query::Query<'static, DB, <DB as sqlx::Database>::Arguments>;

/// Binds the parameters to a query of sqlx.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub fn bind<DB>(query: SqlxQuery<DB>, values: &[Value<'_>]) -> SqlxQuery<DB>
where
    DB: sqlx::Database,
    String: sqlx::Encode<'static, DB> + sqlx::Type<DB>,
    i64: sqlx::Encode<'static, DB> + sqlx::Type<DB>,
    Option<i64>: sqlx::Encode<'static, DB> + sqlx::Type<DB>,
    Vec<u8>: sqlx::Encode<'static, DB> + sqlx::Type<DB>,
{
    values.iter().fold(query, |query, value| match *value {
        Value::Text(text) => query.bind(text.to_owned()),
        Value::Number(number) => query.bind(number),
        Value::Maybe(number) => query.bind(number),
        Value::Bytes(bytes) => query.bind(bytes.to_vec()),
    })
}
