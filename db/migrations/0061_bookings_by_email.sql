-- One index finds a buyer's bookings, of one performance and of all, another those of a performance: each booking then writes one entry at a
-- random place and one at the end of a run of equal ones, where it wrote two at random places with 0060 and 0020.
DROP INDEX bookings_of_email;
CREATE INDEX bookings_of_email ON bookings (email_normalised, performance_id);
CREATE INDEX bookings_performance ON bookings (performance_id);
DROP INDEX bookings_buyer;
