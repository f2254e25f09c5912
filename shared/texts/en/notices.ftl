# Notices: what somebody is told who is not looking, and how to ask for it.

notice-offer-title = You have an order to accept
notice-offer = Order { $number }. Accept it before { $until }.
notice-offer-place = Order { $number }, in { $place }. Accept it before { $until }.
notice-cancelled-title = An order you had was cancelled
notice-cancelled = Order { $number }. There is no need to bring it.
notice-cancelled-place = Order { $number }, in { $place }. There is no need to bring it.
notice-withdrawn-title = An order is no longer yours
notice-withdrawn = Order { $number }. It is no longer among your stops.
notice-withdrawn-place = Order { $number }, in { $place }. It is no longer among your stops.
notice-restored-title = An order is yours again
notice-restored = Order { $number }. It is among your stops again.
notice-restored-place = Order { $number }, in { $place }. It is among your stops again.
notice-on-the-way-title = Your order is on its way
notice-on-the-way = Order { $number } has left.
notice-delivered-title = We delivered your order
notice-delivered = Order { $number } has been delivered.
notice-mail-why = You get this because you asked for notices by e-mail. To stop them: { $link }

refusal-notices-session = Your session has ended: log in again to get notices.
refusal-no-notice = There is no notice with that number.
refusal-notice-settled = That notice is not among those that could not be sent.
error-push-endpoint = has to be a public https address of a push service
error-push-keys = these are not the keys of a subscription
refusal-no-mail = This shop sends no e-mail.

js-notices-install = To get notices on this phone, add this page to your home screen and open it from there.
js-notices-blocked = This browser blocks notices from this page. Allow them in its settings and load the page again.
js-notices-off = Shall we notify you on this device, even with the page closed?
js-notices-on = Notices are on
js-notices-start = Notify me
js-notices-stop = Turn off
js-notices-failed = That did not work. Try again in a while.

js-taken-cancelled = { $stop } ({ $number }) was cancelled. There is no need to bring it.
js-taken-withdrawn = { $stop } ({ $number }) is no longer yours.

notices-here = Notices on this device

notices-title = Notices
notices-pending = To be sent
notices-oldest = the oldest has waited for { $minutes } min
notices-dead = Could not be sent
notices-browsers = Browsers that want them
notices-by-state = By state
notices-all = All
notices-none = There are no notices.
notices-what = News
notices-state = State
notices-when = When
notices-tries = Tries
notices-retry = Send again
notices-more = Show more
notices-retried = It will be sent right away.
notices-offered = Offer to a driver
notices-on-the-way = On its way
notices-delivered = Delivered
notices-cancelled = Stop cancelled
notices-withdrawn = Stop taken away
notices-restored = Stop given back
notices-push = Browser
notices-mail = E-mail
notices-state-pending = To be sent
notices-state-sent = Sent
notices-state-dead = Failed
notices-state-lapsed = No longer news
notices-settings = Notices
notices-settings-about = We tell you when your order leaves and when it is delivered. Only if you ask for it.
notices-here-script = Notices on this device need JavaScript.
notices-by-mail = Notices by e-mail
notices-mail-on = If we cannot notify you on any device, we write to { $email }.
notices-mail-off = We can write to { $email } when we cannot notify you on any device.
notices-mail-start = Get notices by e-mail
notices-mail-stop = Stop notices by e-mail
notices-mail-started = Done: we will write to you when we cannot notify you otherwise.
notices-mail-stopped = Done: no more notices by e-mail.
