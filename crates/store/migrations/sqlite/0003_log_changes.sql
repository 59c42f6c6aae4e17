-- What a record's commit did to the rows beside the log, hashed with the record; empty for nothing. By kind, so that the few
-- records of what rules over money are found among the many of payments.
ALTER TABLE log ADD COLUMN changes TEXT NOT NULL DEFAULT '';
CREATE INDEX log_kind ON log (kind, seq);
