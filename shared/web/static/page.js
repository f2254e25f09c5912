// Keeps the part of a page marked `data-live="/path/of/socket"` fresh. Its lists are marked `data-list="name"`, their
// children `data-key`. Without this module the same page works, and is as fresh as its last load.

import { Live, browser } from "./live.js";
import { hear } from "./clock.js";
import { Coalesced, reconcile, remember } from "./fragment.js";
import { t } from "./texts.js";

/** @returns {Record<import("./live.js").Status, string>} */
const statusTexts = () => ({
  connecting: t("js-live-connecting"),
  live: t("js-live-live"),
  waiting: t("js-live-waiting"),
  polling: t("js-live-polling"),
  over: "",
});

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
export const live = root && watch(root);

/** @param {HTMLElement} root */
function watch(root) {
  for (const list of lists(root)) remember(list);
  const refresh = new Coalesced(() => load(root), browser());
  const status = /** @type {HTMLElement | null} */ (document.querySelector("[data-live-status]"));
  const url = new URL(root.dataset.live ?? "", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const { epoch, after } = root.dataset;
  const cursor = epoch ? { epoch, after: Number(after) } : null;
  /** @type {import("./live.js").Handlers} */
  const handlers = {
    changed: (frame) => {
      root.dispatchEvent(new CustomEvent("changed", { detail: frame }));
      refresh.ask();
    },
    poll: () => refresh.ask(),
    position: (frame) => root.dispatchEvent(new CustomEvent("position", { detail: frame })),
    status: (word) => {
      if (word === "live") root.dispatchEvent(new Event("live"));
      root.dispatchEvent(new CustomEvent("status", { detail: word }));
      if (!status) return;
      status.textContent = statusTexts()[word];
      status.dataset.state = word;
    },
    // The session is over: the same address leads to the log-in.
    denied: () => location.reload(),
  };
  // What a page did by itself shows without waiting for the feed to say so.
  root.addEventListener("stale", () => refresh.ask());
  return new Live(url.href, handlers, { cursor });
}

/** @param {HTMLElement} root */
async function load(root) {
  const asked = Date.now();
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  hear(response, asked);
  if (response.redirected) return location.reload();
  if (!response.ok) throw new Error(String(response.status));
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-live]");
  // Another page, or another person's.
  if (!fresh || fresh.getAttribute("data-driver") !== root.getAttribute("data-driver")) return location.reload();
  for (const list of lists(root)) {
    const wanted = fresh.querySelector(`[data-list="${CSS.escape(list.dataset.list ?? "")}"]`);
    if (wanted) reconcile(list, wanted, (child) => child.contains(document.activeElement) && isTyping());
  }
  root.dispatchEvent(new Event("refreshed"));
}

/** @param {HTMLElement} root */
function lists(root) {
  return /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-list]"));
}

function isTyping() {
  return document.activeElement?.matches("input, select, textarea") ?? false;
}
