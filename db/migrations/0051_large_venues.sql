-- A venue's events have its name in their documents. Few are written with the venue; of many a turn of core writes some at a time, so
-- that no operator's call takes longer than a statement may.

CREATE TABLE venue_search_work (
  venue_id text PRIMARY KEY REFERENCES venues (id) ON DELETE CASCADE,
  -- Events up to this one have been written.
  after_event_id text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE FUNCTION refresh_venue_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  at_once CONSTANT int := 200;
  venue text;
  ids text[];
BEGIN
  FOR venue IN SELECT id FROM changed ORDER BY id LOOP
    ids := array(SELECT id FROM events WHERE venue_id = venue LIMIT at_once + 1);
    IF cardinality(ids) > at_once THEN
      INSERT INTO venue_search_work (venue_id) VALUES (venue) ON CONFLICT (venue_id) DO UPDATE SET after_event_id = '';
    ELSIF cardinality(ids) > 0 THEN
      PERFORM refresh_event_search(ids);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

DROP TRIGGER venues_search_changed ON venues;
CREATE TRIGGER venues_search_changed AFTER UPDATE ON venues
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_venue_search();

-- By name as code points, which is the order of the work.
CREATE INDEX events_venue_id ON events (venue_id, id COLLATE "C");
DROP INDEX events_venue;
