//! Query plans of the crate's own statements.

use super::TestDatabase;
use crate::query::Value;
use crate::statements::Statements;

/// Many connections, few of them due. `due_along` is the plan's text before the index of due connections.
pub(crate) async fn statements_use_indexes(
    database: &dyn TestDatabase,
    all: &Statements,
    fill: &'static str,
    due_along: &str,
) {
    use Value::{Bytes, Number, Text};

    database.open(super::ring()).await.map(drop).unwrap();
    database.tamper(fill).await;
    database.tamper("ANALYZE").await;
    let (provider, account, any) = (Text("go1"), Text("0000777"), Number(1));
    let key = [provider, account];
    let of = |more: &[Value<'static>]| [&key[..], more].concat();
    let [due, lapsing] =
        ["oauth_connections_due", "oauth_connections_lapsing"].map(|index| format!("{due_along}{index}"));
    for (name, statement, parameters, index) in [
        ("load", all.load, of(&[]), None),
        ("save", all.save, of(&[any, any, any, Text("k"), Bytes(b"x"), any]), None),
        ("remove", all.remove, of(&[]), None),
        ("acquire", all.acquire, of(&[Text("me"), any]), None),
        ("renew", all.renew, of(&[any, any]), None),
        ("shorten", all.shorten, of(&[any, any]), None),
        ("release", all.release, of(&[any]), None),
        ("begin", all.begin, of(&[any, any]), None),
        ("set_state", all.set_state, of(&[any, any, Text("revoked"), any]), None),
        ("reseal", all.reseal, of(&[Bytes(b"x"), Text("k"), Bytes(b"y")]), None),
        ("list", all.list, vec![provider, Number(50)], None),
        ("list_after", all.list_after, vec![provider, Number(50), account], None),
        ("due", all.due, vec![provider, Number(50), Number(1_000)], Some(&*due)),
        ("lapsing", all.lapsing, vec![provider, Number(50), Number(1_000)], Some(&*lapsing)),
        ("lapsing_after", all.lapsing_after, vec![provider, Number(50), Number(39_000_000)], Some(&*lapsing)),
        ("forget_used", all.forget_used, vec![], Some("oauth_used_once_forgotten")),
    ] {
        // SQLite also calls the evaluation of an expression a scan.
        let plan = database.plan(statement, &parameters).await.replace("SCAN CONSTANT ROW", "");
        assert!(!plan.contains("SCAN") && !plan.contains("Seq Scan"), "{name} searches through all:\n{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{name} sorts:\n{plan}");
        let index = index.unwrap_or("oauth_connections_");
        assert!(
            plan.contains(index) || plan.contains("sqlite_autoindex_oauth_connections_1"),
            "{name}:\n{plan}"
        );
    }
}
