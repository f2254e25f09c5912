# Packages: what orders itself for a business.

package-title = Packages
package-what = What your business always orders, ordered by itself on each date, at the prices of that day.
package-new = New package
package-none = There is none yet.
package-none-means = Make one of what you restock every week, and forget about ordering it.
package-weekly = Every week
package-fortnightly = Every two weeks
package-monthly = Every month
package-next = Next order
package-next-on = Next order: { $day }
package-in-days =
    { $count ->
        [0] today
        [1] tomorrow
       *[other] in { $count } days
    }
package-paused = Paused
package-paused-means = Not ordered until you resume it.
package-run = Order now
package-missed = It was not ordered on { $day }:
package-missed-order = See what there is and order…
package-run-means = It is an order beside the others: the next date does not move.
package-pause = Pause
package-resume = Resume
package-name = Name of the package
package-frequency = How often
package-first = First date
package-first-hint = Blank: the next possible one.
package-first-kept = Blank: it stays as it is.
package-products = Products
package-product-of = Product { $number }
package-nothing-chosen = None
package-quantity-of = Quantity of product { $number }
package-lines-hint = To remove a product, choose “None”. More lines appear when you save.
package-add = Add a product
package-add-hint = Type two letters and choose from the list.
package-remove = Remove
package-empty = Nothing chosen yet.
package-when = When
package-where = Where and how
package-where-hint = Blank: to the address of the business.
package-save = Save the package
package-made = The package is ready: it will order itself.
package-saved = The package is saved.
package-is-paused = The package is paused.
package-goes-on = The package goes on at its next date.
package-deleted = The package is deleted. Its orders stay.
package-ordered = The package was ordered.
package-runs = What happened on each date
package-no-runs = No date has come yet.
package-by-hand = By hand
package-run-ordered = Ordered
package-run-refused = Could not be ordered
package-run-skipped = Skipped
package-delete = Delete the package
package-delete-means = It is not ordered any more. The orders it made stay.
package-delete-for-good = Delete for good

## Ordering one at once

package-ask = Order “{ $name }” now?
package-ask-yes = Order for { $total }
package-ask-no = Not now
package-ask-missing = It cannot be ordered like this. Take out of the package what is missing, or order it when it is back.
package-ask-where = It does not say where to: give the package or your business an address.
package-ask-change = Change the package
package-item-gone = { $name } · no longer sold
package-gone = “{ $name }” is no longer sold. Until you take it out or it is back, this package is not ordered.
refusal-total-changed = The price changed while you looked: it is { $total } now. Check it and confirm again.
error-no-longer-sold = “{ $name }” is no longer sold

## Merchants and their plans, for administrators

nav-customers = Customers
nav-merchants = Businesses
merchants-title = Businesses
merchants-search = Business, CUIT, name or email
merchants-none = No business has registered yet.
merchants-not-found = There is no such business.
merchants-since = since { $day }
merchants-closed = Closed account
plan = Plan
plan-none = No plan
plan-basic = Basic
plan-premium = Premium
plan-enterprise = Enterprise
plan-saved = { $name }: { $plan } plan.
plan-changed = The plan changed meanwhile: see what it is now.
refusal-no-merchant = There is no such business.

## Customers chosen in insights, for administrators

customers-title = Customers
customers-choose = Choose customers in insights: from there one arrives here with them.
customers-gone = None of these accounts exists.
customers-insights = Go to insights
customers-chosen = { $count ->
    [one] One customer.
   *[other] { $count } customers.
  }
customers-addresses = E-mail addresses of all
customers-addresses-hint = To be pasted as blind copies. Closed accounts are left out.
customers-since = Since { $day }
customers-orders = { $count ->
    [one] one order, on { $day }
   *[other] { $count } orders, the last on { $day }
  }
customers-no-orders = no orders yet
customers-write = Write
customers-data = Their data
customers-find = E-mail of a customer
customers-find-hint = For somebody who calls and asks for their data, or to have them erased.
customer-who-asks = Before you go on, make sure that it is this person who asks. It is noted who downloaded or erased, and whose data.
customer-download = Download their data
customer-download-what = Everything that the shop knows of this person, in a file, to be given to them.
customer-erase = Erase the account
customer-erase-what = The account and its orders become nobody's, for good. The next step shows what is erased and what stays.
customer-erase-not-yet = It cannot be erased yet: it has orders that are not over. Wait until they arrive, or cancel them.
customer-goes-account = Name, e-mail, telephone, addresses and year of birth.
customer-goes-orders = Who they are in their orders and deliveries: name, address, telephone, instructions, place, photos and signatures.
customer-goes-words = What they wrote in reviews, their cart, their notices and the packages that order by themselves.
customer-stays = This stays, without the person
customer-stays-stars = The stars of their reviews.
customer-erase-means = All their sessions end at once and the e-mail address is free. It cannot be undone: download their data first if they want them.
customer-erase-email = E-mail of the account
customer-erase-email-hint = Type it to confirm that it is this one.
customer-erase-yes = Erase it for good
customer-erased = The account was erased.
error-erase-other-email = This is not the e-mail address of this account.
refusal-no-customer = There is no such customer.
