//! All SQL statements, shared by both databases except for the expression of the current time.
//!
//! Each operation is one statement, so it is atomic, and a cancelled caller leaves nothing open. The current
//! time is the database's clock when the row is read, after any wait for a lock. It is not PostgreSQL's
//! transaction start, by which a lease that expired during the wait would still hold.

/// The parameters are `$1 provider`, `$2 account`, then those listed with each statement.
#[derive(Debug)]
pub struct Statements {
    /// No further parameters.
    pub load: &'static str,
    /// due_at, lapses_at, key_id, sealed.
    pub insert: &'static str,
    /// from, due_at, lapses_at, key_id, sealed, replaced generation.
    pub save: &'static str,
    /// No further parameters.
    pub remove: &'static str,
    /// owner, length.
    pub acquire: &'static str,
    /// fence, length.
    pub renew: &'static str,
    /// fence, length. For a lease that lasts longer than it was granted for, after the clock was set back, or
    /// than the caller's own.
    pub shorten: &'static str,
    /// fence.
    pub release: &'static str,
    /// fence, from.
    pub begin: &'static str,
    /// fence, from, state, state_at.
    pub set_state: &'static str,
    /// `$1` provider, `$2` limit.
    pub list: &'static str,
    /// `$1` provider, `$2` limit, `$3` after.
    pub list_after: &'static str,
    /// `$1` provider, `$2` limit, `$3` by.
    pub lapsing: &'static str,
    /// `$1` provider, `$2` limit, `$3` after.
    pub lapsing_after: &'static str,
    /// `$1` provider, `$2` limit, `$3` by.
    pub due: &'static str,
    /// `$1` key_id. A row if a record is encrypted with it.
    pub has_key: &'static str,
    /// `$1` key_id.
    pub count_other_keys: &'static str,
    /// `$1` key_id, `$2` limit.
    pub other_keys: &'static str,
    /// `$1` key_id, `$2` limit, `$3` provider, `$4` account.
    pub other_keys_after: &'static str,
    /// old `sealed`, key_id, sealed.
    pub reseal: &'static str,
    /// `$1` name, `$2` for how long.
    pub claim_once: &'static str,
    /// No parameters.
    pub forget_used: &'static str,
}

macro_rules! record {
    ($now:literal) => {
        concat!(
            // No difference of damaged times overflows: that would fail for all rows of a result.
            "provider, account, generation, fence, CASE WHEN lease_until > ",
            $now,
            " THEN lease_until - ",
            $now,
            " END AS lease_left, lease_length, state, state_at, due_at, lapses_at, intent_fence, \
             CASE WHEN intent_at BETWEEN 0 AND ",
            $now,
            " THEN ",
            $now,
            " - intent_at WHEN intent_at IS NOT NULL THEN 0 END AS intent_age, key_id, sealed"
        )
    };
}

/// The next value of a counter. After damage it is the time in microseconds, which exceeds any count.
macro_rules! next {
    ($counter:literal, $now:literal) => {
        concat!(
            "CASE WHEN ",
            $counter,
            " BETWEEN 0 AND 9223372036854775806 THEN ",
            $counter,
            " + 1 ELSE ",
            $now,
            " END"
        )
    };
}

/// The longest time that a lease may have left: its own length, and at most the caller's.
macro_rules! longest_lease {
    () => {
        "CASE WHEN lease_length BETWEEN 1 AND $4 THEN lease_length ELSE $4 END"
    };
}

macro_rules! summary {
    () => {
        "SELECT account, generation, state, state_at, due_at, lapses_at FROM oauth_connections "
    };
}

/// Columns of a due record, which is always active. SQLite's indexes contain all of them.
macro_rules! due {
    () => {
        "SELECT account, generation, due_at, lapses_at FROM oauth_connections "
    };
}

macro_rules! statements {
    ($now:literal) => {
        crate::statements::Statements {
            load: concat!(
                "SELECT ",
                record!($now),
                " FROM oauth_connections WHERE provider = $1 AND account = $2 AND sealed IS NOT NULL"
            ),
            // A higher fence ends the lease of a caller that is refreshing the replaced token.
            insert: concat!(
                "INSERT INTO oauth_connections \
                 (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
                 VALUES ($1, $2, 1, 1, 'active', $3, $4, $5, $6) \
                 ON CONFLICT (provider, account) DO UPDATE SET generation = ",
                next!("oauth_connections.generation", $now),
                ", fence = ",
                next!("oauth_connections.fence", $now),
                ", lease_owner = NULL, lease_until = NULL, lease_length = NULL, state = 'active', state_at = NULL, \
                 due_at = excluded.due_at, lapses_at = excluded.lapses_at, \
                 intent_fence = NULL, intent_at = NULL, key_id = excluded.key_id, sealed = excluded.sealed \
                 RETURNING generation"
            ),
            // Neither lease nor fence is checked: see the rules of `TokenStore`.
            save: "UPDATE oauth_connections SET \
                   generation = CASE WHEN generation < $8 THEN $8 ELSE generation END + 1, \
                   state = 'active', state_at = NULL, \
                   due_at = $4, lapses_at = $5, intent_fence = NULL, intent_at = NULL, key_id = $6, sealed = $7 \
                   WHERE provider = $1 AND account = $2 AND generation = $3 AND sealed IS NOT NULL \
                   RETURNING generation",
            remove: "UPDATE oauth_connections SET fence = fence + 1, lease_owner = NULL, lease_until = NULL, lease_length = NULL, \
                     state = NULL, state_at = NULL, due_at = NULL, lapses_at = NULL, \
                     intent_fence = NULL, intent_at = NULL, key_id = NULL, sealed = NULL \
                     WHERE provider = $1 AND account = $2 AND sealed IS NOT NULL",
            acquire: concat!(
                "UPDATE oauth_connections SET fence = fence + 1, lease_owner = $3, lease_length = $4, \
                 lease_until = $4 + ",
                $now,
                // An intent from the future was recorded before the clock was set back: its age counts from
                // now.
                ", intent_at = CASE WHEN intent_at > ",
                $now,
                " THEN ",
                $now,
                " ELSE intent_at END WHERE provider = $1 AND account = $2 AND sealed IS NOT NULL \
                 AND (lease_until IS NULL OR lease_until <= ",
                $now,
                ") RETURNING ",
                record!($now)
            ),
            renew: concat!(
                "UPDATE oauth_connections SET lease_length = $4, lease_until = $4 + ",
                $now,
                " WHERE provider = $1 AND account = $2 AND fence = $3 AND lease_until IS NOT NULL"
            ),
            shorten: concat!(
                "UPDATE oauth_connections SET lease_length = ",
                longest_lease!(),
                ", lease_until = ",
                longest_lease!(),
                " + ",
                $now,
                " WHERE provider = $1 AND account = $2 AND fence = $3 AND lease_until > ",
                longest_lease!(),
                " + ",
                $now
            ),
            release: "UPDATE oauth_connections SET lease_owner = NULL, lease_until = NULL, lease_length = NULL \
                      WHERE provider = $1 AND account = $2 AND fence = $3",
            begin: concat!(
                "UPDATE oauth_connections SET intent_fence = fence, intent_at = ",
                $now,
                " WHERE provider = $1 AND account = $2 AND fence = $3 AND generation = $4 \
                 AND sealed IS NOT NULL AND lease_until > ",
                $now
            ),
            set_state: "UPDATE oauth_connections SET state = $5, state_at = $6, intent_fence = NULL, intent_at = NULL \
                        WHERE provider = $1 AND account = $2 AND fence = $3 AND generation = $4 \
                        AND sealed IS NOT NULL AND lease_until IS NOT NULL",
            list: concat!(
                summary!(),
                "WHERE provider = $1 AND sealed IS NOT NULL ORDER BY account LIMIT $2"
            ),
            list_after: concat!(
                summary!(),
                "WHERE provider = $1 AND account > $3 AND sealed IS NOT NULL ORDER BY account LIMIT $2"
            ),
            lapsing: concat!(
                due!(),
                "WHERE provider = $1 AND state = 'active' AND lapses_at <= $3 \
                 ORDER BY lapses_at, account LIMIT $2"
            ),
            lapsing_after: concat!(
                due!(),
                "WHERE provider = $1 AND state = 'active' AND lapses_at > $3 \
                 ORDER BY lapses_at, account LIMIT $2"
            ),
            due: concat!(
                due!(),
                "WHERE provider = $1 AND state = 'active' AND due_at <= $3 ORDER BY due_at, account LIMIT $2"
            ),
            has_key: "SELECT CAST(1 AS BIGINT) FROM oauth_connections \
                      WHERE sealed IS NOT NULL AND key_id = $1 LIMIT 1",
            count_other_keys: "SELECT count(*) FROM oauth_connections \
                               WHERE sealed IS NOT NULL AND key_id IS DISTINCT FROM $1",
            other_keys: concat!(
                "SELECT ",
                record!($now),
                " FROM oauth_connections WHERE sealed IS NOT NULL AND key_id IS DISTINCT FROM $1 \
                 ORDER BY provider, account LIMIT $2"
            ),
            other_keys_after: concat!(
                "SELECT ",
                record!($now),
                " FROM oauth_connections WHERE sealed IS NOT NULL AND key_id IS DISTINCT FROM $1 \
                 AND (provider, account) > ($3, $4) ORDER BY provider, account LIMIT $2"
            ),
            // Only if unchanged: a token saved in between is already encrypted with the primary key.
            reseal: "UPDATE oauth_connections SET key_id = $4, sealed = $5 \
                     WHERE provider = $1 AND account = $2 AND sealed = $3",
            claim_once: concat!(
                "INSERT INTO oauth_used_once (name, forget_at) VALUES ($1, $2 + ",
                $now,
                ") ON CONFLICT (name) DO NOTHING"
            ),
            // Eight at a time, so that no caller waits for a long deletion. The subquery evaluates the time
            // once, which lets PostgreSQL use the index.
            forget_used: concat!(
                "DELETE FROM oauth_used_once WHERE name IN \
                 (SELECT name FROM oauth_used_once WHERE forget_at <= (SELECT ",
                $now,
                ") ORDER BY forget_at LIMIT 8)"
            ),
        }
    };
}

pub(crate) use {due, longest_lease, next, record, statements, summary};
