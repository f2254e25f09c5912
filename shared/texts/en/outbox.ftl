# What goes from the shop to the board, for administrators.

outbox-title = Sent to the board
outbox-board = Board
outbox-board-fine = Answers
outbox-board-fine-means = Orders reach it at once.
outbox-board-away = Does not answer
outbox-board-away-means = Orders are kept here and go by themselves when it is back. None is lost.
outbox-board-back = Coming back
outbox-board-back-means = It has answered: what waited is sent bit by bit.
outbox-waiting = To be sent
outbox-waiting-means =
    { $count ->
        [0] Everything is sent.
       *[other] They go by themselves, each in its turn.
    }
outbox-oldest = Waiting longest
outbox-oldest-means = Since it was written.
outbox-nobody-waits = Nobody waits.
outbox-dead = Not received
outbox-dead-means =
    { $count ->
        [0] Nothing to decide.
        [one] Waits for somebody to decide.
       *[other] Wait for somebody to decide.
    }
outbox-by-state = By state
outbox-all = All
outbox-state-pending = To be sent
outbox-state-delivered = Received by delivery
outbox-state-dead = Not received
outbox-state-discarded = Discarded
outbox-decide = To be decided
outbox-the-rest = The others
outbox-none = There are no messages.
outbox-none-means = When somebody orders or cancels, you see here how the board hears of it.
outbox-retry-all = Send all of them again
outbox-see-all-dead =
    { $count ->
        [one] See the one not received
       *[other] See all { $count } not received
    }
outbox-kind-order = New order
outbox-kind-cancellation = Cancellation
outbox-kind-forget = Forget the customer
outbox-written = Written { $age }
outbox-tries =
    { $count ->
        [0] Not tried yet
        [one] { $count } try
       *[other] { $count } tries
    }
outbox-now = Being sent right now
outbox-next = Next try: { $at }
outbox-next-try = Next try
outbox-behind = Waits for the message before it of the same order
outbox-settled = Settled
outbox-said = Details:
outbox-retry = Send again
outbox-retry-now = Send again now
outbox-number = Message { $id }
outbox-discard = Discard
outbox-discard-why = Why
outbox-discard-hint = It stays in this record; the customer does not see it.
outbox-discard-order = The order is cancelled and its stock goes back on the shelf, unless the board has its ticket already.
outbox-discard-cancellation = The board will not hear that the order was to be cancelled: it stays as it is.
outbox-discard-forget = The board goes on knowing somebody whose account was erased: erase it there by other means.
outbox-do = What to do
outbox-do-dead = Correct what failed and send it again. If it is no longer needed, discard it.
outbox-do-pending = It goes by itself. If you do not want to wait, send it now.
outbox-history = Tries
outbox-no-tries = None yet.
outbox-took = Took { $ms } ms
outbox-content = What is sent
outbox-technical = For whoever looks into it
outbox-trace = Trace
outbox-created = Written
outbox-reason = Reason
outbox-try-delivered = It arrived
outbox-try-again = It did not arrive; it is tried again
outbox-try-dead = It did not arrive, and is not tried again
outbox-try-late = It came late: the board had settled it
outbox-try-free = The board was away; the try does not count
outbox-retried = It will be sent shortly.
outbox-retried-all =
    { $count ->
        [one] { $count } message will be sent.
       *[other] { $count } messages will be sent.
    }
outbox-discarded = The message is discarded.

## Why a try failed, in plain words

outbox-why-connect = The board cannot be reached: it is off, or its address is wrong.
outbox-why-timeout = The board did not answer in time.
outbox-why-cut = The connection to the board was cut half way.
outbox-why-unconfirmed = Somebody answered but did not confirm the order: the address may lead elsewhere.
outbox-why-redirect = The board sent us to another address: the configuration has to be corrected.
outbox-why-patience = The board asked to wait a little.
outbox-why-away = The board is down: the server in front of it says so.
outbox-why-failed = The board failed on its side.
outbox-why-key = The board does not know the shop's key.
outbox-why-nowhere = At that address there is no board that takes orders.
outbox-why-conflict = The board has something else with that number already.
outbox-why-refused = The board did not accept what the message says.
outbox-why-foreign = Somebody else answered in the board's place.
outbox-why-cannot-forget = The board cannot forget customers: it is of an earlier version, or somebody else answered in its place.
outbox-trouble-foreign = Somebody else answers at TICKETERA_URL (HTTP { $status }), not the board. Orders wait; none is lost.
outbox-trouble-sender = The board does not recognise this shop (HTTP { $status }). Both need the same INTEGRATION_SECRET (or API_KEY). Orders wait and go by themselves once it is right.
outbox-trouble-clock-ahead = This shop's clock is { $seconds } s ahead of the board's. Both have to be set right. Orders wait and go by themselves once they are.
outbox-trouble-clock-behind = This shop's clock is { $seconds } s behind the board's. Both have to be set right. Orders wait and go by themselves once they are.
