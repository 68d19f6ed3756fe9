-- What the tidying job deletes reports of comparisons by; their differences go with them (0022).
CREATE INDEX reconciliations_finished ON reconciliations (finished_at) WHERE finished_at IS NOT NULL;
