# The shop.

nav-products = Products
nav-cart = Cart
nav-log-in = Log in
nav-register = Sign up
nav-orders = My orders
nav-account = My account
nav-packages = Packages
nav-business = My business
nav-outbox = Sent to the board
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
cart-emptied = Your cart is empty.

shop-purpose = The neighbourhood market: prices from nearby, orders that arrive.
