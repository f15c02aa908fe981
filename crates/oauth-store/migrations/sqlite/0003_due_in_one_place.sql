-- What the keeper asks for holds all that it is told. Those who are due lie side by side here and anywhere in the table, where
-- each of them would take a page to be read.
DROP INDEX oauth_connections_due;
DROP INDEX oauth_connections_lapsing;
CREATE INDEX oauth_connections_due ON oauth_connections (provider, due_at, account, generation, lapses_at)
    WHERE state = 'active' AND due_at IS NOT NULL;
CREATE INDEX oauth_connections_lapsing ON oauth_connections (provider, lapses_at, account, generation, due_at)
    WHERE state = 'active' AND lapses_at IS NOT NULL;
