# What every page of both services has. A key says where a text is, not what it says.

skip-to-content = Skip to the content
nav-main = Main
nav-home = Home
language = Language
nav-account = My account
nav-more = More
log-out = Log out
back-home = Back to the start
optional = (optional)
save = Save
more = Show more
total-amount = Total: { $amount }
count-products =
    { $count ->
        [one] { $count } product
       *[other] { $count } products
    }

## Logging in

log-in = Log in
account-name = Name
account-email = Email
account-password = Password
account-password-hint = At least 8 characters.
account-change-password = Change the password
password-old = Current password
password-new = New password
password-change = Change
password-changed = The password is changed; the other sessions have ended.
password-least = At least { $from } characters.
password-ends-others = Changing it ends the other sessions of your account; this one goes on.
sessions-open = Open sessions
sessions-count =
    { $count ->
        [0] Your account has no other session open.
        [one] Your account has one other session open.
       *[other] Your account has { $count } other sessions open.
    }
sessions-device = Device
sessions-no-device = Not known
sessions-this = This one
sessions-since = Since
sessions-used = Last used
sessions-expires = Ends
sessions-end-one = End it
sessions-one-ended = That session has ended.
sessions-end = End the others
sessions-ended = The other sessions have ended.
refusal-no-session = You have no such session: it may have ended already.

## States and priorities

state-pending = Pending
state-assigned = Assigned
state-accepted = Accepted
state-on-the-way = On the way
state-delivered = Delivered
state-failed = Failed
state-returned = Returned
state-cancelled = Cancelled
priority-low = Low
priority-normal = Normal
priority-high = High
priority-urgent = Urgent
payment-cash = Cash on delivery
payment-card = Card
payment-transfer = Bank transfer

## How long ago

age-now = just now
age-minutes = { $count } min ago
age-hours = { $count } h ago
age-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }

nav-style = Style
foot-claim = Belgrano: your neighbourhood, at a better price.
close = Close
offline-title = No connection
offline-text = The network cannot be reached. What was done already, is done.
offline-left = You have left on this device. Your session ends for good as soon as there is a signal.
offline-again = Try again
search-no-words = To search, type at least one letter or digit.
list-or = { $others } or { $last }
list-or-before-o = { $others } or { $last }
nav-insights = Insights
refusal-insights-away = Insights is not there: there is nowhere to go.
