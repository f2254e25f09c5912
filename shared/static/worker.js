// The service worker of both services. `APP` is written above by the server: `version` changes with any asset, `shell` is
// what an installed page needs, `offline` the page shown instead of one that cannot be fetched.
//
// Assets never change under their address, so the kept copy is the answer. Pages always come from the network: what they
// show is somebody's, and only the offline page is kept.

const KEPT = `belgrano-${APP.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(fresh(request));
});

async function keep() {
  const cache = await caches.open(KEPT);
  await cache.addAll(APP.shell.map((path) => new Request(path, { cache: "reload" })));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("belgrano-") && name !== KEPT).map((name) => caches.delete(name)));
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function fresh(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(APP.offline)) ?? Response.error();
  }
}

// Notices. What comes is written by our server and read by nobody in between; still, a tap leads to this site only.

self.addEventListener("push", (event) => {
  event.waitUntil(tell(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(exchange(event.oldSubscription, event.newSubscription));
});

/** Shows it. The same again replaces itself in silence; what is newer of the same order makes itself heard. */
async function tell(data) {
  const { id, title, body, tag, url, lang } = read(data);
  const shown = tag ? await self.registration.getNotifications({ tag }) : [];
  const repeated = shown.some((other) => other.data?.id === id);
  await self.registration.showNotification(title, {
    body,
    lang,
    icon: APP.icon,
    badge: APP.icon,
    data: { id, url },
    ...(tag && { tag, renotify: !repeated }),
    vibrate: [200, 100, 200],
  });
}

/** Browsers insist that something is shown, whatever came. */
function read(data) {
  try {
    const notice = data.json();
    if (typeof notice.title === "string") return notice;
  } catch {
    // Not ours, or nothing.
  }
  return { title: APP.name, url: "/" };
}

async function open(path) {
  const { origin } = self.location;
  const url = new URL(typeof path === "string" ? path : "/", origin);
  if (url.origin !== origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((window) => new URL(window.url).pathname === url.pathname);
  // Another page of ours may have something typed in: it is left alone.
  await (there ? there.focus() : self.clients.openWindow(url));
}

async function exchange(before, after) {
  const options = { userVisibleOnly: true, applicationServerKey: before?.options.applicationServerKey };
  const subscription = after ?? (options.applicationServerKey && (await self.registration.pushManager.subscribe(options)));
  if (!subscription) return;
  await fetch("/api/avisos", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...subscription.toJSON(), anterior: before?.endpoint }),
  });
}
