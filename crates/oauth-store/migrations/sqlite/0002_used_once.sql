-- Names that may be used once, such as those of attempts to connect, and from when on they may be forgotten: microseconds
-- since 1970, UTC, by the database's clock.
CREATE TABLE oauth_used_once (
    name      TEXT NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;

CREATE INDEX oauth_used_once_forgotten ON oauth_used_once (forget_at);
