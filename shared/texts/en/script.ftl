# What modules say. Each key begins with js-, and no text here chooses between forms: modules only fill variables in.

js-live-connecting = Connecting…
js-live-live = Live
js-live-waiting = No connection; trying again by itself
js-live-polling = No live connection; updated now and then
