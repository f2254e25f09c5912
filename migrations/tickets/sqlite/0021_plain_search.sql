-- What is searched in is now folded to plain letters and digits in these too: the board folds them anew as it starts.
UPDATE tickets SET search = NULL WHERE search GLOB '*[^a-z0-9 ]*' OR neighbourhood_search GLOB '*[^a-z0-9 ]*';
