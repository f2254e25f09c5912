# What modules say. Each key begins with js-, and no text here chooses between forms: modules only fill variables in.

js-live-connecting = Conectando…
js-live-live = En vivo
js-live-waiting = Sin conexión; se reintenta sola
js-live-polling = Sin conexión en vivo; se actualiza cada tanto
