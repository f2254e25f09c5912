# Alerts: what is watched, who is told, and what happened.

alerts-title = Alerts
alerts-about = Looked at all the time. When something passes its limit you are told once, and once more when it is well again.
alerts-kind-stock = Critical stock
alerts-kind-deliveries = Failed deliveries
alerts-kind-revenue = Unusual sales
alerts-kind-feed = Source behind
alerts-kind-requests = Slow queries
alerts-kind-disk = Disk
alerts-kind-memory = Memory
alerts-limit-stock = From how many products with critical stock on
alerts-limit-deliveries = From which percentage of failed deliveries on
alerts-limit-revenue = How many deviations it may be off what is usual
alerts-limit-feed = From how many seconds behind on
alerts-limit-requests = From how many milliseconds on (95th percentile)
alerts-limit-disk = From which percentage of the disk on
alerts-limit-memory = From how many MiB of memory on
alerts-title-began = Alert: { $kind }
alerts-title-over = Well again: { $kind }
alerts-title-test = Trial: { $kind }
alerts-said-test = This is a trial: nothing happened.
alerts-said-stock = Products with critical stock: { $value } (limit: { $limit }). { $about }
alerts-said-deliveries = { $value } % of the deliveries of the last { $hours } h failed (limit: { $limit } %).
alerts-said-revenue = { $value } were sold today until the last full hour; on this weekday between { $low } and { $high } is usual.
alerts-said-feed = The source { $about } is { $value } s behind (limit: { $limit } s).
alerts-said-requests = 5 % of the queries of the last { $minutes } min took { $value } ms or more (limit: { $limit } ms).
alerts-said-disk = The disk of the data is { $value } % full (limit: { $limit } %).
alerts-said-memory = Insights uses { $value } MiB of memory (limit: { $limit } MiB).
alerts-unit-products =
    { $count ->
        [one] { $value } product
       *[other] { $value } products
    }
alerts-unit-percent = { $value } %
alerts-unit-money = { $value }
alerts-unit-deviations =
    { $count ->
        [one] { $value } deviation
       *[other] { $value } deviations
    }
alerts-unit-seconds = { $value } s
alerts-unit-ms = { $value } ms
alerts-unit-mib = { $value } MiB
alerts-well = Well
alerts-alarmed = Alarmed
alerts-off = Off
alerts-unmeasured = Not measured
alerts-since = since { $at }
alerts-reading = Last measured
alerts-limit = Limit
alerts-told = Tells
alerts-nobody = nobody yet
alerts-change = Change
alerts-change-one = Change the rule: { $kind }
alerts-try = Try
alerts-try-one = Send a trial of the rule: { $kind }
alerts-no-rules = There is no rule.
alerts-new = Another rule
alerts-kind = What to watch
alerts-make = Add
alerts-made = Added. Now choose its limit and whom to tell.
alerts-choose-kind = Choose what to watch.
alerts-saved = Saved.
alerts-removed = The rule is gone. What it told stays in the history.
alerts-tested = The trial leaves at once.
alerts-past = History
alerts-none-past = There has been no alert yet.
alerts-what = What
alerts-began = Began
alerts-ended = Ended
alerts-goes-on = Goes on
alerts-ended-well = Well again
alerts-ended-off = The rule was switched off
alerts-ended-removed = The rule was removed
alerts-untold = Not told: the quiet time of the one before was running.
alerts-undelivered = Notice not delivered
alerts-enabled = Watch
alerts-window = How far to look back, in minutes
alerts-minimum = Minimum
alerts-minimum-hint = With fewer deliveries, queries or days than this nothing is said.
alerts-quiet = Quiet time, in minutes
alerts-quiet-hint = For so long after a notice it is not told that it began again.
alerts-emails = E-mails
alerts-emails-hint = One on a line.
alerts-webhook = Webhook
alerts-webhook-hint = An https address of the Internet. Each request is signed (webhook-id, webhook-timestamp, webhook-signature).
alerts-form = What the webhook is sent
alerts-form-own = All of it, as JSON
alerts-form-slack = A text, as Slack takes it
alerts-language = Language of the notices
alerts-remove-title = Remove the rule
alerts-remove-about = It is watched no longer. What it told stays in the history.
alerts-remove = Remove
refusal-no-alert-rule = There is no rule of an alert with that number.
refusal-alert-rules-full = There is no room for more rules: remove one.
refusal-alert-nobody = This rule tells nobody: give it an e-mail or a webhook.
refusal-alerts-staff = Alerts are for administrators and analysts.
error-alert-language = has to be es-AR or en.
error-alert-email = not an e-mail address: { $email }.
error-alert-emails = there can be { $most } addresses at most.
error-alert-webhook = has to be a public https address, without a port or a user.
