// What the driver's service worker does beyond worker.js, after which it is appended.
