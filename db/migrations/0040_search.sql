-- Search (docs/search.md): a document of words and facets for each event, kept by triggers whoever writes the catalogue, the dictionary
-- of all words in them, by which misspelt ones are found, and the names of stations.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

ALTER TABLE events
  ADD COLUMN performers text[] NOT NULL DEFAULT '{}' CHECK (cardinality(performers) <= 50),
  -- What people call it otherwise, in any script.
  ADD COLUMN aliases text[] NOT NULL DEFAULT '{}' CHECK (cardinality(aliases) <= 50);
ALTER TABLE venues ADD COLUMN aliases text[] NOT NULL DEFAULT '{}' CHECK (cardinality(aliases) <= 50);
CREATE INDEX events_venue ON events (venue_id);

-- Devanagari in Latin letters as it is spoken, long vowels as short ones: मुंबई is mumbai. Takes what is decomposed (NFKD).
CREATE FUNCTION search_fold_devanagari(input text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  folded text := replace(input, U&'\093C', '');
  pair text[];
BEGIN
  -- A consonant has an a of its own unless a vowel sign or a virama follows, or the word ends.
  folded := regexp_replace(folded, '([\u0915-\u0939])(?=[\u0900-\u0939])', '\1a', 'g');
  folded := regexp_replace(folded, '\u0902(?=[पफबभम])', 'm', 'g');
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
    ['ख', 'kh'], ['घ', 'gh'], ['च', 'ch'], ['छ', 'chh'], ['झ', 'jh'], ['ठ', 'th'], ['ढ', 'dh'], ['थ', 'th'], ['ध', 'dh'], ['फ', 'ph'],
    ['भ', 'bh'], ['श', 'sh'], ['ष', 'sh'], ['ऐ', 'ai'], ['औ', 'au'], ['ऋ', 'ri'], ['ै', 'ai'], ['ौ', 'au'], ['ृ', 'ri']]
  LOOP
    folded := replace(folded, pair[1], pair[2]);
  END LOOP;
  RETURN translate(folded,
    'कगङजञटडणतदनपबमयरलळवसहअआइईउऊएऍओऑािीुूेॅोॉंँः०१२३४५६७८९्',
    'kgnjntdntdnpbmyrllvshaaiiuueeooaiiuueeoonnh0123456789');
END $$;

-- Words as they are compared: lower case, without diacritics, apostrophes and punctuation, one space between them. Letters of other
-- scripts stay. The characters are listed rather than classed, so that no locale changes what is found.
CREATE FUNCTION search_fold(input text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  folded text := input;
BEGIN
  IF folded ~ '[^\u0001-\u007f]' THEN
    folded := lower(normalize(folded, NFKD));
    folded := regexp_replace(folded, '[\u0300-\u036f\u00ad\u200b-\u200d\u2018\u2019\u02bc\ufeff]', '', 'g');
    folded := translate(folded, 'øłđıðħŧ', 'oldidht');
    folded := replace(replace(replace(replace(folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    IF folded ~ '[\u0900-\u097f]' THEN folded := public.search_fold_devanagari(folded); END IF;
  END IF;
  RETURN btrim(regexp_replace(replace(lower(folded), '''', ''),
    '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u0964\u0965\u2000-\u206f\u3000-\u303f\ufffd]+', ' ', 'g'));
END $$;

-- What events are found by. Facets are lexemes that no folded word can be: @k kind, @c city, @r room, @s status, and for each
-- performance by its local date @d day and @m month.
CREATE VIEW event_documents AS
  SELECT e.id AS event_id, folded.name, folded.rest,
    array_to_tsvector(array(
      SELECT word FROM string_to_table(folded.name || ' ' || folded.rest, ' ') AS word WHERE length(word) BETWEEN 1 AND 64
    )) || array_to_tsvector(facets.list) AS document
  FROM events e
    LEFT JOIN venues v ON v.id = e.venue_id
    CROSS JOIN LATERAL (
      SELECT string_agg(DISTINCT s.code || ' ' || s.name, ' ') AS names
      FROM performances p JOIN performance_stops s ON s.performance_id = p.id WHERE p.event_id = e.id AND e.kind = 'train') AS stops
    CROSS JOIN LATERAL (
      SELECT search_fold(left(e.name, 500)) AS name,
        search_fold(left(concat_ws(' ', array_to_string(e.performers || e.aliases, ' '), v.name, v.city,
          array_to_string(v.aliases, ' '), stops.names), 5000)) AS rest) AS folded
    CROSS JOIN LATERAL (
      SELECT array(
        SELECT '@k' || e.kind
        UNION SELECT '@c' || replace(search_fold(left(name, 200)), ' ', '-') FROM unnest(v.city || v.aliases) AS name WHERE name IS NOT NULL
        UNION SELECT unnest(ARRAY['@r' || p.room, '@s' || p.status,
            '@d' || to_char(p.starts_at AT TIME ZONE p.time_zone, 'YYYYMMDD'),
            '@m' || to_char(p.starts_at AT TIME ZONE p.time_zone, 'YYYYMM')])
          FROM performances p WHERE p.event_id = e.id
        -- With a time of sale it is on sale before or after that, whatever its row says by then.
        UNION SELECT unnest(ARRAY['@son_sale', '@sscheduled']) FROM performances p
          WHERE p.event_id = e.id AND p.on_sale_at IS NOT NULL AND p.status <> 'ended') AS list) AS facets;

-- Sorted by code point whatever the database's own order is, so that beginnings are found through the index.
CREATE TABLE event_search (
  event_id text PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  -- Performers, aliases, venue, city, and for a train the codes and names of its stops.
  rest text NOT NULL,
  document tsvector NOT NULL
);
-- Entered at once: a list of entries to come would be read by every search.
CREATE INDEX event_search_document ON event_search USING gin (document) WITH (fastupdate = off);
CREATE INDEX event_search_name ON event_search (name);
ALTER TABLE event_search ALTER document SET STATISTICS 400;

-- Every word of letters that a document has had. Without a key: two writers at once may both add a word, which costs a row, where a key
-- would make one wait for the other.
CREATE TABLE search_words (word text COLLATE "C" NOT NULL);
CREATE INDEX search_words_word ON search_words (word);
CREATE INDEX search_words_trigrams ON search_words USING gin (word gin_trgm_ops);

-- What stations are called: the names of runs' stops, and whatever else is added here. Without a key for the same reason.
CREATE TABLE station_names (
  code text NOT NULL CHECK (code ~ '^[A-Z0-9]{1,8}$'),
  name text NOT NULL,
  folded text COLLATE "C" NOT NULL GENERATED ALWAYS AS (search_fold(name)) STORED
);
CREATE INDEX station_names_code ON station_names (code);
CREATE INDEX station_names_folded ON station_names (folded);
CREATE INDEX station_names_trigrams ON station_names USING gin (folded gin_trgm_ops);

-- Where one gets on, by time.
CREATE INDEX performance_stops_departures ON performance_stops (code, departs_at) WHERE departs_at IS NOT NULL;

CREATE FUNCTION add_search_words(ids text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO search_words (word)
  SELECT DISTINCT word FROM event_search s, string_to_table(s.name || ' ' || s.rest, ' ') AS word
  WHERE s.event_id = ANY (ids) AND word ~ '^[a-z]{3,32}$' AND NOT EXISTS (SELECT FROM search_words k WHERE k.word = word.word)
$$;

-- The lock makes two who change one event take turns, so that the second sees what the first wrote. It stops nobody who books.
CREATE FUNCTION refresh_event_search(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM events WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
  INSERT INTO event_search AS known (event_id, name, rest, document)
    SELECT event_id, name, rest, document FROM event_documents WHERE event_id = ANY (ids)
    ON CONFLICT (event_id) DO UPDATE SET name = excluded.name, rest = excluded.rest, document = excluded.document
      WHERE (known.name, known.rest, known.document) IS DISTINCT FROM (excluded.name, excluded.rest, excluded.document);
  PERFORM add_search_words(ids);
END $$;

CREATE FUNCTION refresh_changed_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids text[];
BEGIN
  IF TG_TABLE_NAME = 'events' THEN
    SELECT array_agg(id) INTO ids FROM changed;
  ELSIF TG_TABLE_NAME = 'venues' THEN
    SELECT array_agg(e.id) INTO ids FROM changed JOIN events e ON e.venue_id = changed.id;
  ELSIF TG_TABLE_NAME = 'performances' THEN
    SELECT array_agg(DISTINCT event_id) INTO ids FROM changed;
  ELSE
    SELECT array_agg(DISTINCT p.event_id) INTO ids FROM changed JOIN performances p ON p.id = changed.performance_id;
    INSERT INTO station_names (code, name)
      SELECT DISTINCT code, name FROM changed c
      WHERE NOT EXISTS (SELECT FROM station_names k WHERE k.code = c.code AND k.name = c.name);
  END IF;
  IF ids IS NOT NULL THEN PERFORM refresh_event_search(ids); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER events_search_new AFTER INSERT ON events
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER events_search_changed AFTER UPDATE ON events
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER venues_search_changed AFTER UPDATE ON venues
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER performances_search_new AFTER INSERT ON performances
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER performances_search_changed AFTER UPDATE ON performances
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER performances_search_gone AFTER DELETE ON performances
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER stops_search_new AFTER INSERT ON performance_stops
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();
CREATE TRIGGER stops_search_changed AFTER UPDATE ON performance_stops
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refresh_changed_search();

INSERT INTO event_search (event_id, name, rest, document) SELECT event_id, name, rest, document FROM event_documents;
SELECT add_search_words(array(SELECT event_id FROM event_search));
INSERT INTO station_names (code, name) SELECT DISTINCT code, name FROM performance_stops;
