-- Names that may be used once, such as those of attempts to connect, and from when on they may be forgotten: microseconds
-- since 1970, UTC, by the database's clock.
CREATE TABLE oauth_used_once (
    name      TEXT COLLATE "C" NOT NULL,
    forget_at BIGINT NOT NULL,
    PRIMARY KEY (name)
);

CREATE INDEX oauth_used_once_forgotten ON oauth_used_once (forget_at);
