# The stock of a product: what came in, what was counted, what happened to it.

stock-title = Stock of { $name }
stock-act = Note stock
stock-what = What happened
stock-choose = Choose what happened
stock-receive = Goods came in: they are added
stock-count = I counted it: that is what there is
stock-quantity = Quantity
stock-why = Reason
stock-why-hint = For example: delivery note 1234, count of the month, breakage.
stock-save = Note it
stock-moved = Noted. There are { $stock } now.
stock-noted = Noted. The product is unlimited: it is not counted.
stock-twice = That was noted already.
stock-movements = Movements
stock-nothing-yet = Nothing was sold, came in or was counted yet.
stock-change = Change
stock-left = Left
stock-who = Who
stock-program = The shop
stock-more = Earlier
stock-prices = Prices and costs
stock-no-prices = They have not changed yet.
stock-since = Since
stock-list-price = List price
stock-import = Import
movement-sold = Sale
movement-returned = Return
movement-received = Receipt
movement-counted = Count

## Refusals

refusal-stock-changed = The stock changed while you were counting.
