# The board: tickets, fleet, users and reports.

nav-board = Board
nav-fleet = Fleet
nav-reports = Reports
nav-users = Users
nav-settings = Settings

## The board

board-by-driver = By driver
board-by-state = By state
board-map = Map
board-timeline = Timeline
board-timeline-now = Now
board-timeline-none = Nothing open with these filters.
board-sound = Sound
board-keys = Keyboard
board-search = Search the board
board-search-hint = Customer, street, area, phone…
board-filters = Filters
board-filter = Filter
board-clear = Clear
board-state = State
board-priority = Priority
board-barrio = Neighbourhood
board-carrier = Driver
board-only-late = Late only
board-any = All
board-views = Saved views
board-save-view = Save this view
board-view-name = Name of the view
board-all-tickets = All tickets
board-none-left = No open ticket fits the filters.
board-more = There are more open tickets than fit on the board.
board-pool = Unassigned
board-failed = To be resolved
board-elsewhere = With somebody who left
board-nothing = Nothing here
board-pick = Choose
board-move = Move
board-move-to = Move to…
board-auto = Automatic
board-driver-choice = { $name } ({ $load }/{ $capacity })
board-driver-choice-off = { $name } ({ $load }/{ $capacity }), off shift
board-assign = Assign
board-unassign = Unassign
board-prioritise = Change the priority
board-cancel = Cancel…
board-cancel-them = Cancel the orders
board-reason = Reason
board-bulk = With the chosen tickets
board-unpick = Let go
board-bulk-done = Done for { $count } of { $all }.
board-choose-tickets = choose at least one ticket
board-choose-driver = Choose who carries it.
board-conflict = { $actor } changed it first: { $state }, { $driver }.
board-nobody = no driver
board-find-driver = Find somebody
board-open-ticket = See the ticket
board-own-page = On its page
board-ticket = Ticket
board-keys-intro = With a card in focus (Tab gets you there):
board-key-arrows = go from card to card
board-key-enter-name = Enter
board-key-enter = see the ticket
board-key-move = move to… (or the button with three dots)
board-key-pick = choose it, to do something with several at once
board-key-search = search
board-key-escape = let go of what is chosen, or cancel a drag
board-key-drag = You can also drag a card to a column with the mouse, and choose a run of cards with Shift and a click.

## What the board's module says

board-js-age-now = just now
board-js-age-minutes = { $n } min
board-js-age-hours = { $h } h { $m }
board-js-age-days = { $n } d
board-js-load = { $load } of { $capacity }
board-js-fix = position: { $age }
board-js-no-fix = no position
board-js-late = Late
board-js-late-count = { $n } late
board-js-now-late = { $number } is late.
board-js-title-late = ({ $n }) { $title }
board-js-picked = Chosen: { $n }
board-js-move-one = { $number }: move to…
board-js-move-many = Move { $n } tickets to…
board-js-move-auto = Automatic: whoever fits best
board-js-move-pool = Unassigned
board-js-off-shift = off shift
board-js-here = has it now
board-js-moved = { $number } → { $driver }
board-js-moved-why = { $number } → { $driver }: { $why }
board-js-released = { $number } is unassigned again
board-js-prioritised = { $number }: priority { $priority }
board-js-cancelled = { $number } is cancelled
board-js-undo = Undo
board-js-undone = Undone: { $number }
board-js-not-given = { $number } stays where it is: { $why }
board-js-not-given-many = The { $n } stay where they are: { $why }
board-js-is-off-shift = { $driver } is off shift.
board-js-full = { $driver } already carries { $load } of { $capacity }.
board-js-few-places = { $driver } has room for { $room }, and these are { $n }.
board-js-give-anyway = Assign anyway
board-js-no-room = no room
board-js-busy = Left as they were: { $n }, still being changed.
board-js-bulk-done = Done for { $count } of { $all }
board-js-bulk-undone = Undone for { $count } of { $all }
board-js-bulk-row-done = Done
board-js-not-movable = { $number } is { $state }: open the ticket to resolve it.
board-js-network = The board did not answer. Once the connection is back, you see here whether it was done.
board-with-goods = Also what is on its way: whoever set out has the goods
board-worries = Drivers who need attention
board-move-anyway = Move all the same
board-move-rest = Only the others
board-js-goods = { $n ->
        [one] One ticket is on its way
       *[other] { $n } tickets are on their way
    }: { $driver } has the goods. If you move it, settle with that person how they get to whoever carries it now.
board-js-worries-count = Drivers to look after: { $n }
board-js-silent = { $driver }: not heard of for { $age }, with { $n } on the way.
board-js-shift-over = { $driver } ended the shift with { $n ->
        [one] one stop
       *[other] { $n } stops
    } left.
board-js-move-stops = Move their stops
board-js-refused = { $number }: { $why }
board-js-dragging = Dragging { $n }
board-js-delete-view = Delete the view { $name }
board-js-view-late = Late
board-js-view-urgent = Urgent
board-js-view-saved = View saved: { $name }
board-js-loading = Loading…
board-js-timeline-due = { $n } min left
board-js-timeline-late = late for { $n } min
board-js-timeline-more = and { $n } more
board-js-timeline-before = ‹ { $n }

## A ticket

ticket-title = Ticket { $number }
ticket-promised = promised for { $at }
ticket-ordered = Ordered { $at }
ticket-carries = { $driver } carries it.
ticket-carried-by = { $driver } carried it.
ticket-offer-until = Has until { $time } to accept.
ticket-why-driver = Why: { $reason }
ticket-reason = Reason: { $reason }
ticket-undo = Undo the last change
ticket-reassign = Reassign
ticket-by-hand = Change the state by hand
ticket-new-state = New state
ticket-change = Change
ticket-product = Product
ticket-quantity = Quantity
ticket-subtotal = Subtotal
ticket-total = Total
ticket-proofs = Proof of delivery
ticket-edit = Priority and instructions
ticket-instructions = Instructions
ticket-history = History
ticket-recorded = Recorded { $at }
ticket-erased = Account erased
ticket-clock-said = Corrected time: the clock of the phone said { $at }.
ticket-clock-unreadable = Corrected time: the clock of the phone told no possible time.
actor-shop = the shop
actor-system = the board
did-received = Received
did-taken-over = Taken over from the old system
did-assigned = Assigned to { $driver }
did-assigned-auto = Assigned automatically to { $driver }
did-reassigned = From { $from } to { $driver }
did-reassigned-auto = From { $from } to { $driver }, automatically
did-unassigned = Taken from { $driver }
did-accepted = Accepted
did-rejected = Rejected
did-expired = Offer expired: { $driver } did not answer
did-pending = Back to pending
did-started = On the way
did-delivered = Delivered
did-failed = Not delivered
did-returned = Returned
did-cancelled = Cancelled
did-cancelled-by-shop = Cancelled by the shop
did-edited = Edited
did-prioritised = Priority: from { $from } to { $to }
did-instructed = Instructions: “{ $text }”
did-instructed-no-more = Without instructions
did-undone = Undone
did-undone-driver = Undone: back with { $driver }
did-undone-pool = Undone: back to pending
did-undone-edit = Undone · { $edit }
did-forgotten = Customer erased
history-somebody = somebody
said-offered = { $number } was offered to { $driver }.
said-released = { $number } is unassigned again.
said-edited = { $number } was changed.
said-step = { $number }: { $state }.
said-undone = The last change of { $number } was undone.

## Every ticket

search-text = Number, customer, address or telephone
search-from = From
search-until = Until
search-nothing = No ticket fits.
csv-number = Number
csv-state = State
csv-priority = Priority
csv-customer = Customer
csv-address = Address
csv-barrio = Neighbourhood
csv-phone = Telephone
csv-total = Total
csv-payment = Payment
csv-products = Products
csv-driver = Driver
csv-ordered = Ordered
csv-assigned = Assigned
csv-delivered = Delivered
csv-reason = Reason
csv-late = Late

## Fleet

fleet-on-shift = On shift
fleet-off-shift = Off shift
fleet-no-access = No access
fleet-nobody = There are no drivers yet.
fleet-position = Position from { $age }
fleet-no-position = Has not shared a position yet
fleet-capacity = Capacity
fleet-capacity-long = How many tickets at once
fleet-less = One less
fleet-more = One more
fleet-phone = Telephone
fleet-add = Add somebody
fleet-add-button = Add
fleet-said-added = { $name } can log in now.
fleet-said-saved = { $name } was saved.
fleet-said-capacity = { $name } carries up to { $capacity } at once.
refusal-no-driver = There is no such driver.

## Users

role-administration = Administration
role-driver = Driver
user-role = Role
user-entry = Access
user-may-not-enter = May not log in
user-phone-hint = Of a driver.
user-may-enter = May log in
user-since = Since
user-new = New account
user-create = Create the account
user-new-password = New password
user-password-stays = Left blank, the present one stays.
user-leaves = Without access, their sessions end at once.
user-said-made = The account is ready.
user-said-saved = The account of { $name } was saved.
refusal-no-account = There is no such account.
yes = Yes
no = No

## Reports

reports-today = Delivered today
reports-late-now = Late now
reports-punctual = In time (2 weeks)
reports-kept = Promises kept
reports-p50 = Half arrive within
reports-p90 = 9 of 10 arrive within
reports-late-after = A ticket is late when the promised time has passed; where nothing was promised, when more than { $span } have passed since it was ordered.
reports-limit = late
reports-by-day = Orders by day
reports-by-hour = Deliveries by hour of the day, last two weeks
reports-by-state = All tickets, by state
reports-by-driver = By driver
reports-times = From order to door
reports-reasons = Why it was not delivered
reports-no-reasons = No delivery failed in two weeks.
reports-reason-erased = Reason erased with the account
reports-numbers = See the numbers
reports-nothing = Nothing yet.
reports-share = Share
reports-day = Day
reports-hour = Hour
reports-received = Received
reports-delivered = Delivered
reports-cancelled = Cancelled
reports-failed = Failed
reports-driver = Name
reports-open = Open
reports-csv-p50 = Median (min)
reports-csv-p90 = 90th percentile (min)
reports-bar-received = { $day }: { $n } received
reports-bar-delivered = { $day }: { $n } delivered
reports-bar-cancelled = { $day }: { $n } cancelled
reports-bar-hour = At { $hour }: { $n }
reports-bar-p50 = { $day }: half within { $span }
reports-bar-p90 = { $day }: 9 of 10 within { $span }

## Settings

settings-intro = The rules the board goes by. They are changed where the program is started, with these variables.
settings-offer = Time to accept
settings-offer-about = After this, an offer that nobody accepted goes back to the unassigned.
settings-late = Late after
settings-late-about = Counted from the order, where its customer was promised no time.
settings-silent = Silent after
settings-silent-about = Without a position of somebody with stops on the way.
ticket-goods-with = { $driver } has the goods: move it all the same.
settings-auto = Automatic assignment
settings-auto-about = Offers what is unassigned without being asked: to the nearest, to who is of that neighbourhood, or to who carries least.
settings-proof = Proof of delivery
settings-proof-about = What it takes for an order to count as delivered.
settings-no-proof = None
settings-kept = History kept
settings-kept-about = How far back the history of each ticket goes.
settings-intake = Takes orders from anybody
settings-intake-about = Only for old programs that do not sign what they send.
span-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
span-no-minute = less than 1 min
span-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
span-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
span-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }

## Refusals of the board

refusal-last-admin = This is the last active account that administers: one has to stay.
refusal-other-person = Somebody else has logged in with this browser.
refusal-administration-only = Only administrators can do this.
refusal-drivers-only = This is for drivers.
refusal-no-proof = This ticket has no such proof of delivery.
refusal-no-ticket = There is no ticket { $number }.
refusal-no-such-driver = There is no such driver.
refusal-position-old = A later position is known.
refusal-position-far = Nobody gets there that fast: it looks like an error of the GPS.
refusal-stale = The ticket is at version { $version } already.
refusal-nobody-free = No driver on shift has room for this ticket.
refusal-closed = The ticket is “{ $state }”: it cannot be changed any more.
refusal-step = A ticket that is “{ $from }” cannot become “{ $to }”; possible steps: { $legal }.
refusal-step-last = A ticket that is “{ $from }” cannot become “{ $to }”; there is no step left.
refusal-undo-stock = The order was cancelled or returned and the shop has its stock back: it cannot be undone.
refusal-undo-driver = Whoever carried it is not active any more: it cannot be undone; give it to somebody else.
refusal-undo-nothing = The ticket has no change to undo.
refusal-undo-done = The last change was undone already.
refusal-undo-forgotten = The change before is not kept any more: it cannot be undone.
refusal-undo-late = More than ten minutes have passed since the last change.
error-reason = say why
error-ticket-number = this is not the number of a ticket
error-pin = this is not the PIN of this order
error-pin-tries = too many tries; it can be tried again in { $minutes } min
error-no-driver = there is no active driver with id { $id }
error-needs-pin = the PIN that the customer has is needed
error-needs-photo = a photo of the delivery is needed
error-needs-signature = the signature of the customer is needed

## Why a driver was chosen, and reasons the program gives

why-nearest =
    the nearest, { $distance } away, carrying { $load } of { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-neighbourhood =
    from the same neighbourhood ({ $barrio }), carrying { $load } of { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-least-loaded =
    the least loaded, carrying { $load } of { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-insisted = { $why }; had let it go before, but there is nobody else
