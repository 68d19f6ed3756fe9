-- Which admission a fact of a tick belongs to is asked by room and ticket, and only the primary key answers that well. In a room newer
-- than the last ANALYZE the planner takes any index on the room for as good. Another collation keeps this one out of its way.
DROP INDEX admissions_by_time;
CREATE INDEX admissions_by_time ON admissions (room COLLATE "C", admitted_at);
