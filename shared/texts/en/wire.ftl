# What the API refuses, mostly to programs.

## The request

refusal-not-json = `Content-Type: application/json` was expected.
refusal-json = The body of the request is not valid JSON.
refusal-json-at = The JSON cannot be read (line { $line }, column { $column }).
refusal-json-cut = The JSON is cut short (line { $line }, column { $column }).
refusal-not-an-object = A JSON object was expected.
refusal-not-websocket = This address speaks WebSocket, version 13.
refusal-no-upgrade = This connection cannot become a WebSocket.
refusal-signature = A valid signature or a valid `X-API-Key` is missing.
refusal-key-scope = This key does not have the scope `{ $scope }`.
refusal-field = { $field }: { $wrong }
refusal-field-and-more = { $field }: { $wrong } (and { $more } more)

## Handing in an order, and calling it off

refusal-number-taken = There is a ticket with that number and other content already. Another order needs another number.
refusal-no-ticket-number = There is no ticket with that number.
refusal-cancel = The order is “{ $state }”: it cannot be cancelled.
refusal-cancel-delivered = The order was delivered already: it cannot be cancelled.
refusal-cancel-on-the-way = The order is on its way already: it cannot be cancelled.

## One field

error-cursor = is not a cursor of this list
error-number-range = this has to be a number between { $from } and { $to }
error-key = this needs { $from } to { $to } visible characters
error-key-characters = this can only have visible ASCII characters
error-key-reused = that key was used with another request already
error-text = a text is expected
error-a-number = a number is expected
error-whole-number = a whole number is expected
error-line = an object is expected, or a text like “Yerba 1 kg x2”
error-too-many-lines = this has { $count } lines: up to { $max }
error-at-most = up to { $max }
error-amount = the amount is out of range
error-amount-large = the amount is too large
error-decimals = this has more than two decimals
error-moment = a date and time of ISO 8601 was expected
error-day-or-moment = a day (2026-11-21) or a date and time of ISO 8601 is expected
error-order-number = an order number of 1 to { $max } characters is expected, without / \ ? # % or control characters
error-position = latitude goes from -90 to 90 and longitude from -180 to 180
error-id = this has to be an id
error-version = this has to be a version, like `"3"`
error-assign-elsewhere = to assign use `/asignar` with `repartidor_id` or `auto`
error-driver-or-auto = this is missing, or `auto: true`
error-driver-and-auto = does not go together with `repartidor_id`
error-data-url = an image like `data:image/jpeg;base64,…` is expected
error-image-large = the image is larger than 2 MiB
error-image-cut = the base64 of the image cannot be read
error-image-kind = a JPEG, PNG or WebP image is expected
error-image-broken = the image cannot be opened: it is cut off or damaged
error-image-points = the image has too many points: make it smaller
refusal-clock-ahead = The signature is right, but its maker's clock is { $seconds } s ahead. It has to be set right.
refusal-clock-behind = The signature is right, but its maker's clock is { $seconds } s behind, or the message is old. It has to be set right.
