// The service worker of both services. `APP` is written above by the server: `version` changes with any asset, `shell` is
// what an installed page needs, `offline` the page shown instead of one that cannot be fetched, `page` the one page that is
// kept although it is somebody's (or null).
//
// Assets never change under their address, so the kept copy is the answer. Pages come from the network, because what they
// show is somebody's; the exception is `page`, which its person needs most where there is no signal (kept-page.js).

const KEPT = `belgrano-${APP.version}`;
/** The same for everybody, and of use without a signal: from the network first. */
const DATA = ["/zonas.geojson", "/mapa.json"];
const LEAVE = "/salir";
/** Holds a log-out that the server has not heard of, for want of a signal. */
const LEAVING = "leaving-belgrano";

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

// A page that was on its way when the others were claimed asks for itself.
self.addEventListener("message", (event) => {
  if (event.data === "claim") event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") {
    if (APP.page && page.changesHands(pathname)) event.waitUntil(page.forget());
    if (pathname === LEAVE && request.mode === "navigate") event.respondWith(leave(request));
    return;
  }
  if (pathname.startsWith("/static/")) event.respondWith(kept(event));
  else if (DATA.includes(pathname)) event.respondWith(freshOrKept(event));
  else if (APP.page && pathname === APP.page) event.respondWith(keptPage(event));
  else if (request.mode === "navigate") event.respondWith(fresh(request));
});

async function keep() {
  const cache = await caches.open(KEPT);
  const fetched = APP.shell.map(async (path) => {
    const response = await fetch(new Request(path, { cache: "reload" }));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    // While assets are written they are served from the disk, and not to be kept.
    if (path === APP.offline || isForGood(response)) return cache.put(path, response);
    return response.body?.cancel();
  });
  await Promise.all(fetched);
}

function isForGood(response) {
  return response.headers.get("cache-control")?.includes("immutable");
}

async function forgetOthers() {
  // A page of another version goes on with its own assets, until there is a newer one.
  const needed = APP.page ? await page.renew() : null;
  const others = (await caches.keys()).filter((name) => name.startsWith("belgrano-") && ![KEPT, PAGE, `belgrano-${needed}`].includes(name));
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function kept(event) {
  const { request } = event;
  const found = await caches.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok && isForGood(response) && request.url.includes(APP.version)) event.waitUntil(put(request, response.clone()));
  return response;
}

async function freshOrKept(event) {
  const { request } = event;
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(put(request, response.clone()));
    return response;
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

async function put(request, response) {
  const cache = await caches.open(KEPT);
  // A phone that is full keeps less.
  await cache.put(request, response).catch(() => {});
}

async function fresh(request) {
  const { pathname } = new URL(request.url);
  try {
    await finishLeaving();
    // Nothing is read there; whoever tries again was leaving.
    return pathname === LEAVE ? Response.redirect(`${self.location.origin}/`) : await fetch(request);
  } catch {
    if (APP.page && pathname === "/" && (await page.kept())) return Response.redirect(APP.page);
    return offline();
  }
}

async function keptPage(event) {
  await finishLeaving().catch(() => {});
  return page.answer(event, offline);
}

async function offline() {
  const shown = await caches.match(APP.offline);
  if (!shown || !(await caches.has(LEAVING))) return shown ?? Response.error();
  const headers = new Headers(shown.headers);
  // The text is no longer as it came.
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response((await shown.text()).replace("<p hidden data-left>", "<p>"), { headers });
}

// Logging out without a signal: the phone forgets at once, and the server is told before it is asked for anything else, or as soon
// as there is a signal where the browser tells of that.

self.addEventListener("sync", (event) => {
  if (event.tag === LEAVING) event.waitUntil(finishLeaving());
});

async function leave(request) {
  try {
    return await fetch(request);
  } catch {
    await (await caches.open(LEAVING)).put(LEAVE, new Response());
    await self.registration.sync?.register(LEAVING).catch(() => {});
    return offline();
  }
}

async function finishLeaving() {
  if (!(await caches.has(LEAVING))) return;
  const answer = await fetch(LEAVE, { method: "POST", redirect: "manual" });
  if (answer.status < 500) await caches.delete(LEAVING);
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
