-- Each claim is changed once, when its booking is paid. With room for that in its own page no index has to be told, as without it one is of
-- every other claim; the pages are no more, since the changed rows need not go to others.
ALTER TABLE seat_claims SET (fillfactor = 50);
