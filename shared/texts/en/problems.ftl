# What a refusal says on a page in English. The wire has the Spanish.

## The kind of a problem, as a title

problem-malformed = The request could not be read
problem-unauthenticated = Please log in
problem-forbidden = Not allowed
problem-not-found = Not found
problem-method = Method not allowed
problem-timed-out = The request did not arrive
problem-conflict = That does not fit how things are now
problem-stale = Somebody changed it first
problem-too-large = Too large
problem-media-type = Unsupported type of content
problem-invalid = Something is not right
problem-too-many = Too many requests
problem-unavailable = Not available right now
problem-internal = Internal error

## This case, in a sentence

refusal-method = This address does not accept that method.
refusal-too-many = Too many tries in a row. Try again in a while.
refusal-unavailable = The service cannot answer right now. Try again in a few seconds.
refusal-internal = Something failed on our side.
refusal-invalid = Some of it is not valid.
refusal-fields = It could not be done: { $errors }.
refusal-no-page = There is no such address.
refusal-nul = A text cannot have the null character (U+0000).
refusal-too-large = The request is larger than allowed.
refusal-cut = The request was cut short.
refusal-slow = The request took too long to arrive.
refusal-form = A form was expected.
refusal-credentials = The email or the password is not right.
refusal-account-closed = The account is no longer active.
refusal-erase-open-orders = The account cannot be erased while it has orders that are not over: { $orders }. Wait until they arrive, or cancel them.
refusal-erase-last-admin = It is the only account that administers the shop: there has to be another one first.
refusal-cross-site = The request comes from another site.
refusal-email-taken = There is an account with that email already.
refusal-changed = This changed while you were looking at it. See how it is now and save again.

## What is wrong with one field, as it follows the field's name

error-missing = this is missing
error-changed-now = it changed meanwhile: it says “{ $now }” now; save again to keep yours
error-changed-empty = it changed meanwhile: it is empty now; save again to keep yours
error-seen = this has to say, field by field, what was seen
error-unknown-field = nobody knows this field
error-unknown-word = unknown value; the possible ones are: { $known }
error-type = this is not of the expected type
error-invalid = this is not valid
error-number = this has to be a number
error-email = this is not an email address
error-password = this needs 8 to 128 characters
error-password-common = this is one of the passwords that everybody tries: choose another
error-password-own = this says little more than the address of the account: choose another
error-old-password = is not the current password
error-not-sure = tick the box to confirm it
error-new-account = a new account may have orders for up to { $most } under way
error-length = this needs { $from } to { $to } characters
error-too-long = this has more than { $max } characters
error-invisible = this has characters that cannot be seen
error-phone = this is not a telephone number
error-count = there have to be between { $from } and { $to }
