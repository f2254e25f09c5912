# What modules say. Each key begins with js-, and no text here chooses between forms: modules only fill variables in.

js-live-connecting = Connecting…
js-live-live = Live
js-live-waiting = No connection; trying again by itself
js-live-polling = No live connection; updated now and then

## The driver's page

js-did-accept = Accepted
js-did-start = On the way
js-did-deliver = Delivered
js-did-fail = Not delivered
js-did-reject = Rejected
js-step-waiting = { $state } at { $time }. It is sent when there is a signal.
js-steps-waiting = Not sent yet: { $count }
js-step-refused = { $number }: “{ $state }” at { $time } could not be recorded: { $reason }
js-understood = Understood
js-kept-since = No signal. This is from { $time }; what you tap is kept and sent when it is back.
js-stop-over = { $state }. It is no longer among your stops.
js-offer-left = { $seconds } s left to accept
js-offer-left-minutes = { $minutes } min left to accept
js-offer-over = The time to accept is over
js-position-shared = Sharing your position
js-position-refused = No permission to share your position
js-close = Close
js-offered = You are offered a stop
js-offer-see = See it
js-pin-missing = Type the four digits of the PIN: the customer has them on their order.
js-photo-missing = The photo of the delivery is missing.
js-signature-missing = The signature of whoever receives it is missing.
js-reason-missing = Choose what happened.
js-photo-working = Wait until the photo is ready.
js-photo-unreadable = That photo cannot be read. Take another.

## Maps

js-map-without = The map cannot be shown here. Everything on it is in the list.
js-map-open = Open
js-map-keys = Arrows to move it, + and − to zoom, N and P for the next or the previous marker.
js-map-in = Zoom in
js-map-out = Zoom out
js-map-credit = Where the data is from
js-map-fingers = Move it with two fingers
js-map-ctrl = Zoom with Ctrl and the wheel
js-map-command = Zoom with ⌘ and the wheel

## The shop

js-found = Results: { $count }
js-found-none = No results
js-see-cart = See the cart
js-not-added = It could not be added. Try again.
js-removed = You removed { $name }
js-undo = Undo
js-copied = Copied
js-copy-failed = It could not be copied
js-fix-now = Position from just now
js-fix-minutes = Position from { $minutes } min ago
js-picked = You added { $name }
js-pin-set = The door is marked.
js-pin-moved = You changed the address: the mark was taken away. Mark the door again if you like.
js-pin-barrio = The neighbourhood is { $barrio }.
js-pin-elsewhere = The mark is in { $barrio }.
js-pin-change = Change the neighbourhood to { $barrio }
js-here-looking = Finding out where you are…
js-here-found = We marked where you are. If the door is elsewhere, move the mark.
js-here-refused = The browser does not let us see where you are. Tap the map where the door is.
js-here-unknown = We could not find out where you are. Tap the map where the door is.
