-- Nothing is given away: a booking is confirmed by its payment, and a payment of nothing never comes.

ALTER TABLE zones ADD CONSTRAINT zones_price_positive CHECK (price_minor > 0);
