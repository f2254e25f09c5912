# Prices and stock, for administrators.

nav-manage = Prices and stock
manage-title = Prices and stock
manage-search = Name, category or business
manage-shelf = By state
manage-all = All
manage-sold-out = Out of stock
manage-low = Running low
manage-paused = Paused
manage-is-paused = Paused
manage-business-paused = Inactive business
manage-offer = Today’s offer: { $percent }% off, { $price }
manage-price = Price
manage-stock = Stock
manage-unlimited = Unlimited
manage-active = On sale
manage-costs = Cost and reordering
manage-cost = Cost
manage-cost-is = Cost { $cost }
manage-margin = margin { $percent }%
manage-reorder-point = Order from
manage-lead-days = Lead days
manage-to-order = To reorder
manage-movements = Movements and prices
manage-save = Save
manage-saved = Saved
manage-saved-name = “{ $name }” was saved. It is no longer in this list.
manage-not-saved = “{ $name }” was not saved. See what is marked.
manage-now = Price now: { $price }
manage-first = Back to the start
product-photo-of = Photo of { $name }
manage-photo-add = Add a photo
manage-photo-other = Change the photo
manage-photo-send = Upload
manage-photo-remove = Remove the photo
js-manage-unreadable = That image cannot be read. Choose another.
js-manage-failed = It could not be saved. Try again.

## Refusals

refusal-product-changed = The product changed while you were looking at it.
error-price = type a price, like 1450 or 1450.50
error-stock = type a whole number, or nothing if it never runs out
error-price-changed = somebody else changed it meanwhile; save again to keep yours
error-price-changed-by = { $who } changed it on { $at }; save again to keep yours
error-paused-by = { $who } has paused it already, on { $at }
error-resumed-by = { $who } has put it back on sale already, on { $at }
error-stock-changed = it changed meanwhile: there are { $now } now; save again to keep yours
error-stock-changed-unlimited = it changed meanwhile: it is unlimited now; save again to keep yours
error-photo-changed = somebody else changed the photo meanwhile; see whether you want another
error-cost = type a cost, like 900 or 900.50, or nothing if nobody knows
error-whole = type a whole number, or nothing if nobody knows
error-value-changed = somebody else changed it meanwhile: it is { $now } now; save again to keep yours
error-value-cleared = somebody else cleared it meanwhile; save again to keep yours
