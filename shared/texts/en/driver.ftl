# The driver's page.

nav-driver = My deliveries

driver-on-shift = You are on shift.
driver-off-shift = You are not on shift.
driver-start-shift = Start the shift
driver-end-shift-means =
    { $count ->
        [one] One stop is left.
       *[other] { $count } stops are left.
    } When the shift ends you get no offers and your position is no longer shared.
driver-end-shift-yes = End it anyway
driver-end-shift = End the shift
driver-shift-started = Your shift has started.
driver-shift-ended = Your shift is over.
driver-stops = Stops
driver-no-stops = You have no stops.
driver-no-address = No address
driver-off-shift-means = Until you start you get no offers and your position is not shared.
driver-no-stops-wait = The phone vibrates when one arrives.
driver-navigate = Navigate
driver-collect = Collect { $amount } in cash
driver-photo-taken = The photo you took
driver-signature-clear = Clear the signature
driver-stops-map = Map of my stops
driver-call = Call
driver-offer-left = { $seconds } s left to accept
driver-accept = Accept
driver-start = I am on my way
driver-deliver = Delivered
driver-cannot = I cannot take it
driver-reject = Reject
driver-failed = It could not be delivered
driver-report-failure = Report that it was not delivered
driver-what-happened = What happened
driver-fail-nobody = Nobody was there
driver-fail-address = The address is wrong
driver-fail-refused = They did not want it
driver-fail-payment = They could not pay
driver-fail-damaged = It was damaged on the way
driver-fail-other = Another problem
driver-pin = The customer's PIN
driver-photo = Take the photo of the delivery
driver-signature = Signature
driver-signature-hint = Signature: draw it with your finger
driver-said-rejected = You rejected it: it is free again.
driver-said-accepted = It is yours.
driver-said-started = Have a good trip.
driver-said-delivered = Delivered. Thank you!
driver-said-noted = Noted.
driver-purpose = The stops of whoever delivers.
driver-not-yours = { $number } is not among your stops any more.
