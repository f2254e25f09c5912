// The page of `APP.page` as its person last saw it, for when there is no signal. A part of the service worker (worker.js).
//
// It shows customers' names and addresses, so it is kept for one person and for a shift: it goes when the shift begins or ends,
// when somebody logs in or out on this phone, when the server asks for a log-in, and after twelve hours; the page that follows
// takes its place, which after a shift has those stops alone that are still to be brought. It is kept only together with the
// assets it needs. What a page says about its age is in `data-kept-at` of its document.

const PAGE = "belgrano-page";
const TOO_OLD_MS = 12 * 60 * 60 * 1000;
/** A line that takes longer than this is no better than none; the answer still counts when it comes. */
const PATIENCE_MS = 4000;
const RENEWAL_MS = 5000;
/** Whoever writes to one of these may be somebody else afterwards, or somebody whose shift is over. */
const HANDS = ["/ingresar", "/salir", "/api/login", "/api/logout", "/reparto/turno", "/api/repartidores/yo/turno"];
const page = {
  /** What was asked for before somebody came or went is not kept when it comes. */
  owner: 0,

  changesHands(pathname) {
    return HANDS.includes(pathname);
  },

  async forget() {
    page.owner += 1;
    await caches.delete(PAGE);
  },

  /** The page, from the network when it answers in time; `offline()` when there is none at all. */
  async answer(event, offline) {
    const { request } = event;
    const { owner } = page;
    const answer = fetch(request);
    event.waitUntil(answer.then((response) => page.keep(response.clone(), owner)).catch(() => {}));
    // A module that looks for what is new has the old already.
    if (request.mode !== "navigate") return answer;
    const known = await page.kept();
    if (!known) return answer.catch(offline);
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
    const response = await Promise.race([answer, late]).catch(() => null);
    return response && response.status < 500 ? response : known;
  },

  async keep(response, owner) {
    const leaves = response.redirected || response.type === "opaqueredirect" || [401, 403].includes(response.status);
    if (leaves) return page.forget();
    if (!response.ok) return;
    const text = await response.text();
    if (owner !== page.owner || versionOf(text) !== APP.version) return;
    const headers = new Headers(response.headers);
    // The text is no longer as it came.
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    headers.set("X-Kept-At", new Date().toISOString());
    const cache = await caches.open(PAGE);
    await cache.put(APP.page, new Response(text, { headers }));
    // Somebody came or went while it was written.
    if (owner !== page.owner) await caches.delete(PAGE);
  },

  /** The page as it was, with its age; or null. */
  async kept() {
    const cache = await caches.open(PAGE);
    const response = await cache.match(APP.page);
    if (!response) return null;
    const at = response.headers.get("X-Kept-At");
    if (!(Date.now() - Date.parse(at) < TOO_OLD_MS)) {
      await page.forget();
      return null;
    }
    const text = (await response.text()).replace("<html ", `<html data-kept-at="${at}" `);
    return new Response(text, { headers: response.headers });
  },

  /** After an update: the page anew, if there is one and a signal. Gives back the version of the one that is kept. */
  async renew() {
    const before = await page.kept();
    if (!before) return null;
    const { owner } = page;
    try {
      const headers = { Accept: "text/html" };
      await page.keep(await fetch(APP.page, { headers, signal: AbortSignal.timeout(RENEWAL_MS) }), owner);
    } catch {
      // Without a signal the old one stays.
    }
    const now = await page.kept();
    return now ? versionOf(await now.text()) : null;
  },
};

/** The version of the assets a page was made with. */
function versionOf(text) {
  return /\/static\/([0-9a-f]{16})\//.exec(text)?.[1] ?? null;
}
