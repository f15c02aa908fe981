//! The PostgreSQL store: the checks of both stores, and checks of the server.
//!
//! The server is that of `DATABASE_URL`, or a temporary one of the installed PostgreSQL. Without either, the
//! tests are ignored, or fail if `CI` is `true`.
// Clippy exempts tests, but not a custom main function.
#![allow(clippy::unwrap_used)]

#[path = "common/cluster.rs"]
mod cluster;
mod common;
// The crate's own statements, whose query plans are checked.
#[allow(dead_code, unreachable_pub)]
#[path = "../src/query.rs"]
mod query;
#[allow(dead_code, unreachable_pub)]
#[path = "../src/statements.rs"]
mod statements;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cluster::Cluster;
use common::{Store, TestDatabase, for_every_check, ring};
use libtest_mimic::{Arguments, Trial};
use oauth_core::store::{Content, Key, SaveOutcome, StoreError, StoreErrorKind, TokenStore};
use oauth_store::{Keyring, Postgres, Rotation};
use query::{Value, bind};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use statements::{due, longest_lease, next, record, statements, summary};

/// The server under test.
enum Server {
    Given(String),
    Own(Cluster),
}

impl Server {
    fn url(&self) -> String {
        match self {
            Self::Given(url) => url.clone(),
            Self::Own(cluster) => cluster.url(),
        }
    }
}

/// A separate schema on the server.
struct Schema {
    url: String,
}

impl Schema {
    async fn on(server: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("oauth_store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(server).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).await.unwrap();
        let more = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{more}options[search_path]={name}") }
    }

    async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }
}

#[async_trait]
impl Store for Postgres {
    async fn rotate(&self, pages: &mut Vec<Rotation>) -> Result<Rotation, StoreError> {
        self.rotate_keys(|page| pages.push(page.clone())).await
    }
}

#[async_trait]
impl TestDatabase for Schema {
    async fn open(&self, keyring: Keyring) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(Postgres::connect(&self.url, keyring).await?))
    }

    async fn tamper(&self, statement: &str) {
        self.connection().await.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    async fn plan(&self, statement: &'static str, parameters: &[Value<'_>]) -> String {
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN {statement}")));
        let rows = bind(explain, parameters).fetch_all(&mut self.connection().await).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
    }
}

async fn statements_use_indexes(server: String) {
    let fill = "INSERT INTO oauth_connections \
                (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
                SELECT 'go1', to_char(n, 'FM0000000'), 1, 1, 'active', n * 1000, n * 2000, 'k', '\\x00' \
                FROM generate_series(0, 20000) AS n; \
                INSERT INTO oauth_used_once SELECT account, generation * 9000000000000000 FROM oauth_connections";
    let all = statements!("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)");
    common::statements_use_indexes(&Schema::on(&server).await, &all, fill, "").await;
}

async fn lost_server_is_transient_and_recovers(_: String) {
    let cluster = Cluster::start().unwrap();
    let schema = Schema::on(&cluster.url()).await;
    let store = Postgres::connect(&schema.url, ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("first")).await.unwrap();

    cluster.lose();
    let error = store.save(&acme, 1, Content::new("second")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.is_transient());
    assert_eq!(store.load(&acme).await.unwrap_err().kind(), StoreErrorKind::Unavailable);
    let error = Postgres::connect(&schema.url, ring()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");

    cluster.find_again();
    // The same store recovers: a token kept in memory can be saved now.
    let saved = store.save(&acme, 1, Content::new("second")).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"second");
}

async fn read_only_server_is_reported(server: String) {
    let schema = Schema::on(&server).await;
    let store = Postgres::connect(&schema.url, ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("first")).await.unwrap();

    // Like a standby, or a server whose disk is nearly full.
    let read_only = format!("{}&options[default_transaction_read_only]=on", schema.url);
    let standby = Postgres::connect(&read_only, ring()).await;
    assert_eq!(standby.map(drop).unwrap_err().kind(), StoreErrorKind::CannotWrite);
    assert_eq!(store.load(&acme).await.unwrap().unwrap().generation, 1);
}

async fn denied_access_error_hides_password(server: String) {
    let no_database = server.replacen("/postgres?", "/no_such_database?", 1);
    if no_database != server {
        let error = Postgres::connect(&no_database, ring()).await.unwrap_err();
        assert!(error.to_string().contains("the database does not exist"), "{error}");
    }
    for url in ["postgres://me:swordfish@[nowhere/db", "mysql://me:swordfish@host/db", "swordfish"] {
        let error = Postgres::connect(url, ring()).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("swordfish"), "{shown}");
    }
    let error = Postgres::connect("postgres://me:swordfish@127.0.0.1:1/db", ring()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(!format!("{error} {error:?}").contains("swordfish"));
    let store = Postgres::connect(&Schema::on(&server).await.url, ring()).await.unwrap();
    assert!(!format!("{store:?}").contains("1, 1, 1"), "{store:?}");
}

async fn saves_are_durable_on_lazy_server(server: String) {
    let schema = Schema::on(&server).await;
    let lazy = format!("{}&options[synchronous_commit]=off", schema.url);
    let store = Postgres::connect(&lazy, ring()).await.unwrap();
    store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap();
    let mut connection = schema.connection().await;
    // The pool's connection is not accessible here, so a trigger records the setting.
    connection
        .execute(
            "CREATE TABLE told (word TEXT); \
             CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO told VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$; \
             CREATE TRIGGER tell BEFORE UPDATE ON oauth_connections FOR EACH ROW EXECUTE FUNCTION tell()",
        )
        .await
        .unwrap();
    store.save(&Key::new("go1", "acme"), 1, Content::new("token")).await.unwrap();
    let told: String = sqlx::query_scalar("SELECT word FROM told").fetch_one(&mut connection).await.unwrap();
    assert_eq!(told, "on");
}

async fn table_has_no_readable_token(server: String) {
    for (keyring, readable) in [(ring(), false), (Keyring::plaintext_for_tests(), true)] {
        let schema = Schema::on(&server).await;
        let store = Postgres::connect(&schema.url, keyring).await.unwrap();
        store.insert(&Key::new("go1", "acme"), Content::new("a-token")).await.unwrap();
        let found: bool = sqlx::query_scalar(
            "SELECT position('a-token'::bytea IN sealed) > 0 FROM oauth_connections WHERE account = 'acme'",
        )
        .fetch_one(&mut schema.connection().await)
        .await
        .unwrap();
        assert_eq!(found, readable);
    }
}

fn trial<F>(name: &'static str, server: Option<&str>, check: fn(String) -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    let url = server.map(str::to_owned);
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(check(url.unwrap_or_default()));
        Ok(())
    })
    .with_ignored_flag(server.is_none())
}

fn trials(server: Option<&str>) -> Vec<Trial> {
    let mut trials = Vec::new();
    macro_rules! add {
        ($($check:ident),* $(,)?) => {
            $(trials.push(trial(stringify!($check), server, |server| async move {
                common::$check(&Schema::on(&server).await).await;
            }));)*
        };
    }
    for_every_check!(add);
    macro_rules! add_own {
        ($($check:ident),* $(,)?) => { $(trials.push(trial(stringify!($check), server, $check));)* };
    }
    add_own!(
        statements_use_indexes,
        lost_server_is_transient_and_recovers,
        read_only_server_is_reported,
        denied_access_error_hides_password,
        saves_are_durable_on_lazy_server,
        table_has_no_readable_token,
    );
    trials
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = match std::env::var("DATABASE_URL") {
        _ if arguments.list => Err("nothing is run".to_owned()),
        Ok(url) => Ok(Server::Given(url)),
        Err(_) => Cluster::start().map(Server::Own),
    };
    if let Err(why) = &server
        && !arguments.list
        && !cluster::may_skip_tests(why)
    {
        return ExitCode::FAILURE;
    }
    let url = server.as_ref().ok().map(Server::url);
    let conclusion = libtest_mimic::run(&arguments, trials(url.as_deref()));
    // Stop the server before the process ends.
    drop(server);
    conclusion.exit_code()
}
