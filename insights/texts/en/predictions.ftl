# What is predicted: forecasts, demand, customers who leave, what is bought together.

foretold-learning = It is being learned from the orders: it will be here in a moment.
foretold-failed = This could not be worked out. The rest of the page is fine; it is tried again by itself.
foretold-age = Learned {$age}: what came since does not count yet.
foretold-note = After the last day, what is expected: in 8 of 10 cases it is within the dark band and in 19 of 20 within the light one.
foretold-value = Forecast
foretold-low-80 = 8 of 10 cases, from
foretold-high-80 = 8 of 10 cases, to
foretold-low-95 = 19 of 20 cases, from
foretold-high-95 = 19 of 20 cases, to
foretold-models = How good the forecast is
foretold-models-none = With so few days there is nothing to compare.
foretold-few = { $days ->
    [0] No whole day of sales has passed yet: the forecast begins tomorrow.
    [one] What is shown is the mean of one day with its range.
   *[other] What is shown is the mean of { $days } days with its range.
  }
foretold-won = The winner is {$model}, of {$count} ways that competed on stretches of the past that they did not know.
foretold-off = In { $days ->
    [one] one day
   *[other] { $days } days
  } of trial it was off by {$wape} of every 100 sold.
foretold-off-daily = Of a single day, by {$mape} % on average.
foretold-held = The band of 8 of 10 held {$near} % of the days; the one of 19 of 20 held {$far} %.
foretold-model = Way
foretold-error = Error as a share of sales
foretold-which = Chosen
foretold-chosen = Yes
foretold-seasonal-naive = the same weekday of the week before
foretold-seasonal-mean = the mean of four weeks
foretold-mstl = trend and week, smoothed
foretold-mstl-log = trend and week, smoothed and in proportion
foretold-ridge = a regression with holidays and time of year
foretold-ridge-log = a regression with holidays, in proportion
foretold-middle = the middle one of all
foretold-mean = the mean
foretold-demand = What will be asked for, and how much to restock
foretold-demand-none = Nothing was sold in the last ninety days: there is no demand to foresee.
foretold-demand-note = To order: what it takes for the stock to be enough in {$level} of 100 cases until the delivery after the next weekly look. Without a lead time in the catalog it is taken to be 7 days.
foretold-level = Enough in {$level} of 100
foretold-gone-on = Gone on
foretold-gone-risk = Risk of running out
foretold-demand-30 = Asked for in 30 days
foretold-demand-60 = In 60 days
foretold-demand-90 = In 90 days
foretold-lead = Lead time, days
foretold-act = In the shop
foretold-receive = Note what was received
foretold-pairs = Bought together, in twos
foretold-pairs-none = No two products are bought together more often than by chance.
foretold-pairs-note = Of {$orders} orders. The times say how much more often than by chance they are bought together.
foretold-triples = Bought together, in threes
foretold-set = Together
foretold-confidence = Buy it too
foretold-rule = Who buys what
foretold-buys-too = Who buys {$given} buys {$then}
foretold-lift = More than by chance
foretold-support = Of all orders
foretold-leaving = Customers about to leave
foretold-not-yet = It cannot be said yet.
foretold-leaving-none = Nobody is about to leave.
foretold-leaving-note = {$count} of {$total}, those who brought most first: they are likely not to buy in the next 90 days. Learned from {$learned} customers.
foretold-open-all = See them in the shop, to write to them
foretold-leaves = Stays away
foretold-reason = Why
foretold-brought = Brought so far
foretold-will-bring = Will bring in 12 months
foretold-groups = Groups of customers who are alike
foretold-groups-none = There are too few customers to group.
foretold-groups-note = The picture shows {$across} % of the differences across and {$up} % up. The groups are {$apart} apart: 1 is wholly and 0 not at all.
foretold-group = Group
foretold-group-number = Group {$number}
foretold-axis-1 = First axis
foretold-axis-2 = Second axis
foretold-habits = How each group buys
foretold-habits-note = Means of each group, the one that brings most first.
foretold-days-between = Days between orders
foretold-worth = What each will bring in 12 months
foretold-worth-none = Too few customers came back to foresee what they will bring.
foretold-worth-note = All together {$all}; {$mean} on average. A tenth will bring up to {$least}, half up to {$half}, 90 % up to {$most} and 99 % up to {$top}. This is worth as of today, discounted at 10 % a year.
foretold-all-short = See { $count ->
    [one] the product
   *[other] the {$count} products
  }
foretold-about-to-leave = { $count ->
    [one] One customer about to leave
   *[other] {$count} customers about to leave
  }
foretold-see-leaving = See why
foretold-strange = Out of the ordinary this month
foretold-strange-day = {$day}: {$value} was sold; {$usual} is usual for such a day.
foretold-cash = Cash taken today by each driver
foretold-cash-note = What they took at the door. The board does not know whether they have handed it in.
foretold-cash-deliveries = { $count ->
    [one] one delivery
   *[other] {$count} deliveries
  }
foretold-see-stock = See the products
