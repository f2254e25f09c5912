# Reviews: what customers say, and who moderates it.

rating-said = { $count ->
        [one] { $average } of 5 stars, one review
       *[other] { $average } of 5 stars, { $count } reviews
    }
review-stars = { $count ->
        [one] One star of 5
       *[other] { $count } stars of 5
    }
review-title = How was it?
review-about = Choose the stars of what you want to rate; words are optional.
review-again = This is what you said. You can change it whenever you like.
review-delivery = The delivery
review-words = In your words
review-public = The product's page shows the stars, your words and your first name; nothing else about you.
review-send = Send
review-later = Not now
review-thanks = Thank you! Your review has been saved.
review-stars-1 = Very bad
review-stars-2 = Bad
review-stars-3 = So-so
review-stars-4 = Good
review-stars-5 = Very good
review-hidden-why = The administration hid this review: { $reason }
review-order = Review
review-order-which = order { $number }
review-order-about = Tell how each product and the delivery were.
review-order-again = Change your review
product-reviews = Reviews
product-no-reviews = Nobody has reviewed it yet. Whoever buys it can do so once it arrives.
product-reviewer = Customer
product-reviews-more = More reviews

## For administrators

nav-reviews = Reviews
reviews-title = Reviews
reviews-about = A hidden review is not seen and counts in no average. Its author reads why.
reviews-which = Which
reviews-all = All
reviews-shown = Shown
reviews-hidden = Hidden
reviews-none = There are no reviews.
reviews-no-words = No words.
reviews-is-hidden = Hidden
reviews-reason = Reason
reviews-hide = Hide
reviews-show = Show again
reviews-did-hide = Hidden
reviews-did-show = Shown again
reviews-decided = { $what }: { $who }, { $at }
reviews-decided-why = { $what }: { $who }, { $at } “{ $reason }”

## What is refused

error-words-need-stars = choose how many stars go with these words
error-nothing-rated = choose the stars of something
error-rated-twice = it is there twice
error-not-in-order = product { $id } is not in the order
refusal-not-delivered = An order can be reviewed once it is delivered.
refusal-no-review = There is no such review.
refusal-review-hidden = That review is hidden already.
refusal-review-shown = That review is shown already.
