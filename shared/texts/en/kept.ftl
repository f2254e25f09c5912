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
