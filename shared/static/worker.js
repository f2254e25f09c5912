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
