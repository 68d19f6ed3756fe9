-- Rows of bookings prove that what they name is there once for each statement, not once for each row (ADR 22): a query a row was a
-- quarter of what writing a booking cost, of which an index look-up is left. What holds is what the foreign keys held.

-- With the code and the constraint that a foreign key would name.
CREATE PROCEDURE refuse_reference(child text, child_column text, parent text) LANGUAGE plpgsql AS $$
BEGIN
  -- An older snapshot may show parents that are gone by now.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE feature_not_supported USING MESSAGE = format('rows of %I and %I are added and taken away in READ COMMITTED only', child, parent);
  END IF;
  RAISE foreign_key_violation USING TABLE = child, CONSTRAINT = child || '_' || child_column || '_fkey',
    MESSAGE = format('%I.%I names a row of %I that is not there, or that would go', child, child_column, parent);
END $$;

-- Whether all rows that a statement added, or the one that it changed, name a parent that is there. The look-up is a scalar sub-select:
-- of EXISTS the planner may make a hash of the whole parent table.
CREATE FUNCTION require_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    IF (SELECT 1 FROM bookings WHERE id = NEW.booking_id) IS NOT NULL THEN RETURN NULL; END IF;
  ELSIF current_setting('transaction_isolation') = 'read committed' AND NOT EXISTS (SELECT 1 FROM added
      WHERE booking_id IS NOT NULL AND (SELECT 1 FROM bookings WHERE id = added.booking_id) IS NULL) THEN
    RETURN NULL;
  END IF;
  CALL refuse_reference(TG_TABLE_NAME, 'booking_id', 'bookings');
END $$;

CREATE FUNCTION require_payments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    IF (SELECT 1 FROM payments WHERE id = NEW.payment_id) IS NOT NULL THEN RETURN NULL; END IF;
  ELSIF current_setting('transaction_isolation') = 'read committed' AND NOT EXISTS (SELECT 1 FROM added
      WHERE (SELECT 1 FROM payments WHERE id = added.payment_id) IS NULL) THEN
    RETURN NULL;
  END IF;
  CALL refuse_reference(TG_TABLE_NAME, 'payment_id', 'payments');
END $$;

CREATE FUNCTION require_performances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    IF (SELECT 1 FROM performances WHERE id = NEW.performance_id) IS NOT NULL THEN RETURN NULL; END IF;
  ELSIF current_setting('transaction_isolation') = 'read committed' AND NOT EXISTS (SELECT 1 FROM added
      WHERE (SELECT 1 FROM performances WHERE id = added.performance_id) IS NULL) THEN
    RETURN NULL;
  END IF;
  CALL refuse_reference(TG_TABLE_NAME, 'performance_id', 'performances');
END $$;

-- Who takes parents away first waits for everybody who writes their children, and keeps them out until its end: so whoever has seen a
-- parent still has it at the commit, and needs no lock of its row. Arguments: the column of the children, then their tables.
CREATE FUNCTION lock_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE (SELECT format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', string_agg(quote_ident(child), ', '))
    FROM unnest(TG_ARGV[1:]) AS child);
  RETURN NULL;
END $$;

CREATE FUNCTION keep_parents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_read_committed CONSTANT boolean := current_setting('transaction_isolation') = 'read committed';
  child text;
  is_named boolean;
BEGIN
  FOREACH child IN ARRAY TG_ARGV[1:] LOOP
    EXECUTE CASE TG_OP
      WHEN 'TRUNCATE' THEN format('SELECT EXISTS (SELECT 1 FROM %I WHERE %I IS NOT NULL)', child, TG_ARGV[0])
      ELSE format('SELECT EXISTS (SELECT 1 FROM gone JOIN %I AS child ON child.%I = gone.id)', child, TG_ARGV[0]) END INTO is_named;
    IF is_named OR NOT is_read_committed THEN
      CALL refuse_reference(child, TG_ARGV[0], TG_TABLE_NAME);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION keep_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING TABLE = TG_TABLE_NAME, MESSAGE = format('ids of %I never change', TG_TABLE_NAME);
END $$;

DO $$
DECLARE
  parent record;
  child text;
BEGIN
  FOR parent IN SELECT * FROM (VALUES
    ('performances', 'performance_id', '{bookings,seat_claims}'::text[]),
    ('bookings', 'booking_id',
      '{booking_items,seat_claims,payments,outbox,booking_history,entry_tickets,notifications,webhook_deliveries}'),
    ('payments', 'payment_id', '{checkout_codes,payment_ledger}')) AS p (name, child_column, children)
  LOOP
    FOREACH child IN ARRAY parent.children LOOP
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', child, child || '_' || parent.child_column || '_fkey');
      EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
        child || '_in_' || parent.name, child, 'require_' || parent.name);
      EXECUTE format('CREATE TRIGGER %1$I AFTER UPDATE OF %2$I ON %3$I FOR EACH ROW
          WHEN (NEW.%2$I IS NOT NULL AND NEW.%2$I IS DISTINCT FROM OLD.%2$I) EXECUTE FUNCTION %4$I()',
        child || '_still_in_' || parent.name, parent.child_column, child, 'require_' || parent.name);
    END LOOP;
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION lock_children(%s)',
      parent.name || '_lock_children', parent.name, parent.child_column || ',' || array_to_string(parent.children, ','));
    EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_parents(%s)',
      parent.name || '_kept', parent.name, parent.child_column || ',' || array_to_string(parent.children, ','));
    EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION keep_parents(%s)',
      parent.name || '_kept_whole', parent.name, parent.child_column || ',' || array_to_string(parent.children, ','));
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OF id ON %I FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION keep_id()',
      parent.name || '_keep_id', parent.name);
  END LOOP;
END $$;
