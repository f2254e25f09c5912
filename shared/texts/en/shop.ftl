# The shop.

nav-products = Products
nav-cart = Cart
nav-log-in = Log in
nav-register = Sign up
nav-orders = My orders
nav-details = My details
nav-offers = Offers
nav-packages = Packages
nav-business = My business
nav-outbox = Outbox
role-customer = Customer
role-merchant = Business
role-admin = Administration

log-in-forgot = I forgot my password
log-in-no-account = No account yet?
log-in-register = Create an account

orders-title = My orders
orders-empty = You have not ordered anything yet.
orders-browse = See the products
orders-repeat = Order again
orders-repeat-which = order { $number }
orders-cancel-requested = cancellation requested

order-received = Received

cart-not-a-number = The quantity has to be a number.
cart-added = It is in your cart.
cart-changed = Your cart is up to date.
cart-put-what-is-left = { $stock ->
    [one] There is 1 left
   *[other] There are { $stock } left
}: we put { $put } in your cart.
cart-set-to-what-is-left = { $stock ->
    [one] There is 1 left: that is what your cart has.
   *[other] There are { $stock } left: that is what your cart has.
}
cart-emptied = Your cart is empty.
cart-fewer = { $name }: { $put } of { $asked }
cart-fewer-than-both = We put this cart together with the one you had, and there is not enough for all. What there is went in: { $products }.

shop-purpose = The neighbourhood market: prices from nearby, orders that arrive.

## Looking around

home-title = The neighbourhood, at a better price
home-lead = The shops you know, at your door. Order now and watch it arrive.
home-categories = Categories
home-featured = Featured
home-businesses = The shops
search = Search
search-products = Search products
search-placeholder = Yerba, cheese, bleach…
offer-until = until { $day }
products-title = Products
products-all = See all products
products-none = We found nothing for that search.
products-close = Nothing is called “{ $query }”. This comes closest.
products-found = Results
products-filter = Filter
products-every-category = All
products-every-business = All
product-category = Category
product-business = Shop
product-before = Before:
product-percent = { $percent }% off
product-add = Add
product-add-to-cart = Add to cart
product-sold-out = Out of stock for now
product-sold-by = Sold by
product-trail = Where you are
product-others = More from { $category }
quantity = Quantity
quantity-less = One less
quantity-more = One more
total = Total

## The cart

cart-nothing = There is nothing in your cart yet.
cart-one-less = One { $name } less
cart-one-more = One { $name } more
cart-quantity-of = Quantity of { $name }
cart-remove = Remove { $name }
cart-summary = Summary
cart-check-out = Check out
cart-not-ready = Some products cannot be bought like this. Change or remove them to go on.
cart-go-on = Keep shopping
cart-empty-it = Empty the cart

## Checking out

checkout-title = Check out
checkout-back = Back to the cart
checkout-where = Where it goes
checkout-barrio = Neighbourhood
checkout-pin = Mark the door on the map
checkout-pin-hint = Tap the map where the door is: it only helps to find you.
checkout-pin-clear = Remove the mark
checkout-pin-to-address = To the address as written, without the mark
checkout-pin-to-mark = To the mark on the map
checkout-here = Use my location
checkout-phone-hint = So that the driver can call you when you cannot be found.
checkout-notes = Notes for the driver
checkout-notes-hint = Bell, floor, hours.
checkout-payment = How you pay
checkout-summary = Your order
checkout-confirm = Confirm the order
checkout-promise = It is placed once, even if you tap twice.
checkout-placed = We have your order.
checkout-twice = That order was already placed. It is in this list.
account-address = Delivery address

## Refusals; their Spanish goes over the wire too

refusal-cart-gone = It is no longer for sale, or sold out.
refusal-cart-left = { $stock } left.
refusal-cart-sold-out = It is sold out: it was not put in your cart.
refusal-cart-all-there-is = { $stock ->
    [one] There is 1 left, and it is in your cart already.
   *[other] There are { $stock } left, and they are in your cart already.
}
refusal-not-for-sale = That product is not for sale.
refusal-no-product = There is no such product.
refusal-no-photo = There is no such photo.
refusal-not-your-order = You have no order with that number.
refusal-no-such-order = There is no order with that number.
refusal-order-over = The order is already “{ $state }” and cannot be cancelled.
refusal-order-on-the-way = The order is on its way already and cannot be cancelled. If you do not want it, tell whoever brings it.
refusal-api-key = The header X-API-Key is missing or wrong.
refusal-log-in = Log in to go on.
refusal-admins-only = This is for administrators.
refusal-merchants-only = This is for businesses.
refusal-cuit-taken = There is an account with that CUIT already.
refusal-no-business = The account has no business.
refusal-no-package = You have no package with that number.
refusal-too-many-packages = There can be up to { $max } packages.
refusal-no-message = There is no message with that number.
refusal-message-under-way = The message is being delivered right now. Look again in a few seconds.
refusal-message-settled-retry = The message is { $state }: it can no longer be sent again.
refusal-message-settled-discard = The message is { $state }: it can no longer be discarded.
error-negative = cannot be negative
error-range = goes from { $from } to { $to }
error-words = up to { $max } words
error-sum = together more than { $max }
error-lines = up to { $max } different products
error-cart-empty = the cart is empty
error-no-address = the delivery address is missing
error-no-door = the house number is missing: a number, a corner, “s/n”, or the mark on the map
error-no-door-package = the house number is missing: a number, a corner or “s/n”
error-pin-elsewhere = The mark on the map is in { $there } and you wrote { $named }. Where shall we bring it?
error-pin-outside = The mark on the map is not in { $named }, as you wrote. Where shall we bring it?
error-total = the total is too large
error-not-for-sale = product { $id } is not for sale
error-short-stock = of “{ $name }” there are { $stock } left and you ask for { $wanted }
error-pin-range = the position is out of range
error-pin-lng = the longitude is missing
error-pin-lat = the latitude is missing
error-basket = the cart cannot be read
error-code = does not work: it is wrong, used or expired; you can ask for another
error-cuit = is not a valid CUIT: eleven digits, the last of which checks the others
error-date = this has to be a date: YYYY-MM-DD
error-payment-method = this has to be a way to pay of 1 to { $max } characters, without control characters
error-first-past = the first order has to be in the future
error-first-far = the first order can be at most a year ahead
product-last =
    { $count ->
        [one] Only { $count } left
       *[other] Only { $count } left
    }

## Following an order

order-title = Order { $number }
order-placed = Placed { $at }
order-following = Where it is
order-cancel-waiting = You asked to cancel it; it has to be confirmed.
order-reason = Reason: { $reason }
order-pin = Delivery code
order-pin-hint = Tell it to the driver when asked, and to nobody else.
order-driver = { $name } is bringing it.
order-map = Map: where your order is
order-door = Your door
order-fix = Position from { $age }
order-no-fix = We do not know where it is yet.
order-cancel = Cancel the order
order-cancel-why = Reason
order-cancel-asked = We asked to cancel it. You will see here whether it was in time.
order-cancel-ask = Cancel the order?
order-cancel-means = You can until the driver sets out. If you cancel it, it will not be brought.
order-cancel-yes = Yes, cancel it
order-cancel-no = No, I want it
order-cancel-too-late = You asked to cancel it, but whoever brings it had set out already: the order goes on.
order-what = What you ordered
order-where = Delivery
order-payment = Payment
order-notes = Notes
order-repeat = Order the same again
order-repeated = We have your order once more.
order-again-ask = Order again what you ordered on { $day }?
order-again-means = It is a new order, at today's prices and to the same address.
order-again-without = What is missing is neither ordered nor charged.
order-again-fewer = You had ordered { $asked }; { $left } are left.
order-again-price = Each: { $before } before, { $now } now.
order-again-nothing = Nothing of this order is for sale today.
order-again-back = Back to the order
orders-and-more = and { $count } more
way-pending = We have your order
way-assigned = We are waiting for the driver to accept
way-accepted = It is getting ready to leave
way-on-the-way = Your order is on its way
way-delivered = Delivered. Enjoy!
way-failed = We could not deliver it; we will try again
way-returned = The order went back to the shop
way-cancelled = The order was cancelled
way-arrives = Arrives around { $from } to { $to }
way-delayed = There are many orders before yours: it is delayed, and we cannot promise a time yet.
way-late-of = It is taking longer than usual: we had said { $from } to { $to }
way-before = Before we had said { $from } to { $to }: that has changed.
way-late = It is taking longer than usual
share-title = Share where it is
share-why = A link for whoever will be at the door: it shows how far it is, without your address or your data.
share-make = Make a link
share-shows = Whoever has it sees how far it is, without your address or your data. Valid until { $until }.
share-link = Tracking link
share-copy = Copy
share-end = Stop sharing
share-done = The link is ready to share.
share-ended = The link no longer works.
share-over = The link to follow it expired on { $at }.
tracking-title = Where the order is
tracking-driver = { $name } is bringing it.
tracking-private = This page does not show whose order it is or where it goes. It needs no account and stops working by itself.
refusal-cart-changed = The cart has changed since you opened this page. Look whether it is right and confirm again.
refusal-open-orders = There are { $most } orders of yours under way, which is as many as there may be. When one has arrived you can place another.
refusal-share-over = The order is over: there is nothing left to follow.
refusal-no-tracking = This link does not exist or has expired. Ask for another from whoever sent it.

## Accounts

account-surname = Surname
account-phone = Telephone
account-birth-year = Year of birth
account-birth-year-hint = Only if you like: it tells which ages buy. Erase it whenever you want.
account-title = My account
account-saved = Your details are saved.
account-take-along = Download my data
account-take-along-hint = Everything we know of you, in a file.
account-erase = Erase my account
erase-title = Erase my account
erase-goes = This is erased for good
erase-goes-account = Your name, e-mail, telephone, addresses and year of birth.
erase-goes-orders = Who you are in your orders and their delivery: name, address, telephone, instructions, place, photos and signatures.
erase-goes-words = What you wrote in reviews, your cart, your notices and the packages that order by themselves.
erase-stays = This stays, without you
erase-stays-orders = Of each order: products, amounts, dates, state and neighbourhood.
erase-stays-stars = The stars of your reviews.
erase-means = All your sessions end at once and your e-mail address is free. It cannot be undone: download your data first.
erase-not-yet = Not yet: you have orders that are not over. Wait until they arrive, or cancel them.
erase-go-on = I want to erase it
erase-sure = Are you sure that you want to erase your account?
erase-sure-means = This is the last step. There is no way to get it back.
erase-sure-box = Yes, erase my account for good.
erase-password = Your password
erase-no = No, go back
erase-yes = Erase my account
erase-done = Your account was erased.
account-business = The business
business-name = Name of the business
business-cuit-hint = Eleven digits, with or without hyphens.
business-kind = Kind of business
business-address = Business address
business-address-hint = Where packages go that name no other.
business-phone = Business telephone
business-saved = The business details are saved.
register-title = Sign up
register-title-merchant = Sign up a business
register-for-yourself = Buying for yourself?
register-as-customer = Sign up as a customer
register-for-business = Do you have a business?
register-as-merchant = Sign up a business
register-send = Create the account
register-known = Already have an account?
forgot-title = Recover the account
forgot-text = We will mail you a code to choose a new password.
forgot-send = Send the code
forgot-have-code = I have a code
forgot-in-the-log = This shop sends no mail: the code is in the log of the server. Ask whoever runs it.
forgot-no-mail = This shop sends no mail, so it cannot send you a code. Ask whoever runs it for help.
forgot-make = Ask for a code
forgot-logged = If there is an account with that address, its code is in the log of the server.
forgot-sent = If there is an account with that address, we sent it a code. It may take a few minutes.
reset-title = Choose a new password
reset-code = Code
reset-code-hint = The one from the mail.
reset-not-mine = Not this address: change it
reset-again = Ask for another code
reset-done = The password is changed. You can log in now.

## Mail: a code for a new password

recovery-asked = If there is an account with that email, we sent it a code to change its password.
recovery-mail-subject = Your Belgrano Ahorro code
recovery-mail-code = To choose a new password use this code: { $code }
recovery-mail-link = Or open this link, which brings it along: { $link }
recovery-mail-lasts = It works once and expires in { $minutes } minutes. If you did not ask for it, there is nothing you have to do.
