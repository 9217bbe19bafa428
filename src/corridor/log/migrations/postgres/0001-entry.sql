-- One row an entry, in the order of the chain. Nothing is ever changed or taken out.
CREATE TABLE entry (
  seq BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('report', 'decision', 'act')),
  name TEXT NOT NULL,
  actor TEXT NOT NULL,
  device TEXT NOT NULL,
  device_seq BIGINT NOT NULL,
  happened TEXT NOT NULL,
  recorded TEXT NOT NULL,
  received TEXT NOT NULL,
  body TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
