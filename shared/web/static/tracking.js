// A shared order that stays fresh: its page is fetched again now and then while somebody looks at it. There is no socket: whoever
// has the link has no session to hang one on.

import { Coalesced, reconcile, remember } from "./fragment.js";
import { browser } from "./live.js";

const EVERY_MS = 15_000;

const list = /** @type {HTMLElement} */ (document.querySelector("[data-list]"));
remember(list);

const refresh = new Coalesced(async () => {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  // It has ended or was taken back: the page says so.
  if (response.status === 404) return location.reload();
  if (!response.ok) throw new Error(String(response.status));
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-list]");
  if (fresh) reconcile(list, fresh);
}, browser());

const look = () => {
  if (document.visibilityState === "visible") refresh.ask();
};
setInterval(look, EVERY_MS);
for (const event of ["visibilitychange", "pageshow"]) addEventListener(event, look);
addEventListener("online", look);
