# What is stored with an order in Spanish because nobody has read it yet: pages say it in the language of their reader.

kept-cancelled-by-customer = cancelled by the customer
kept-cancelled-by-shop = Cancelled from the shop.
kept-given-up = We could not take your order.

## Why a message to the board was not delivered

kept-board-away = The board could not be reached.
kept-board-slow = The board did not answer in time.
kept-board-cut = The connection to the board was cut.
kept-board-unconfirmed = HTTP { $status }: the answer does not confirm the order.
kept-out-of-tries = There are no tries left. { $reason }

## Why a notice was not sent

kept-notice-no-key = VAPID_PRIVATE_KEY is missing
kept-notice-no-mail = SMTP_URL is missing
kept-notice-unwanted = wants no notices by mail any more
kept-notice-mail-slow = the mail server did not answer in time
kept-notice-slow = the push service did not answer in time
kept-notice-no-secret = WEBHOOK_SECRET is missing
kept-notice-no-webhook = the webhook is no longer in the rule
kept-notice-webhook-slow = the webhook did not answer in time
kept-notice-long = the notice is too long
kept-notice-away = it could not be reached: { $cause }
kept-notice-cut = the connection was cut: { $cause }
kept-notice-bad-address = not an https address of a push service
kept-notice-inside = not a public address

## Why a stock was counted

kept-stock-edited = Corrected in the list of products.
kept-stock-imported = From the imported catalog.

## Whose account was erased

kept-erased = Account erased.
kept-board-cannot-forget = HTTP { $status }: the board cannot forget customers. Update it, or erase what it knows there.
