-- One row per key that was ever used. A removed connection keeps its row, emptied, so that its two numbers go on counting.
-- All times are microseconds since 1970, UTC: leases and intents by the database's clock, the rest by the application's.
CREATE TABLE oauth_connections (
    provider     TEXT NOT NULL,
    account      TEXT NOT NULL,
    -- Counts saved tokens.
    generation   INTEGER NOT NULL,
    -- Counts leases.
    fence        INTEGER NOT NULL,
    -- Who holds the lease, for people to read; the fence decides.
    lease_owner  TEXT,
    lease_until  INTEGER,
    -- How long it was granted for: more can never be left, whatever became of the clock.
    lease_length INTEGER,
    -- 'active', or why the customer has to connect again; NULL once removed.
    state        TEXT,
    state_at     INTEGER,
    due_at       INTEGER,
    lapses_at    INTEGER,
    -- A refresh that was begun and whose result nobody saved.
    intent_fence INTEGER,
    intent_at    INTEGER,
    -- Which key of the keyring encrypted the content, and the content: a nonce, and what it encrypts. NULL once removed.
    key_id       TEXT,
    sealed       BLOB,
    PRIMARY KEY (provider, account)
) STRICT;

-- What the keeper asks for. They hold active connections only: those of customers who left cost it nothing.
CREATE INDEX oauth_connections_due ON oauth_connections (provider, due_at, account)
    WHERE state = 'active' AND due_at IS NOT NULL;
CREATE INDEX oauth_connections_lapsing ON oauth_connections (provider, lapses_at, account)
    WHERE state = 'active' AND lapses_at IS NOT NULL;
