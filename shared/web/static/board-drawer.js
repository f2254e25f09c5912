// A ticket beside the board: its own page, in a drawer. Its forms are sent without leaving the board; what the server renders
// stays the only form of it.

import { reconcile, remember } from "./fragment.js";
import { t } from "./texts.js";

/** Ids of the page must not meet those of the board. */
const PREFIX = "cajon-";

/** @param {string} html */
function ticketOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const ticket = /** @type {HTMLElement | null} */ (page.querySelector("[data-ticket]"));
  if (!ticket) return null;
  for (const element of ticket.querySelectorAll("[id]")) element.id = PREFIX + element.id;
  for (const name of ["for", "aria-labelledby", "aria-describedby"]) {
    for (const element of ticket.querySelectorAll(`[${name}]`)) {
      element.setAttribute(name, (element.getAttribute(name) ?? "").replace(/\S+/g, (id) => PREFIX + id));
    }
  }
  ticket.querySelector("[data-live-status]")?.remove();
  return { ticket, notice: page.querySelector("main > .notice") };
}

/** @param {HTMLDialogElement} dialog */
export function drawer(dialog) {
  const body = /** @type {HTMLElement} */ (dialog.querySelector("[data-drawer-body]"));
  const link = /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-drawer-page]"));
  let number = "";
  let sending = false;
  /** Which question was asked last: an earlier one's answer may come after it. */
  let turn = 0;

  /** @param {string} html */
  const show = (html) => {
    const fresh = ticketOf(html);
    // The log-in: the session is over.
    if (!fresh) return location.reload();
    // Meanwhile another was opened, or none is: its forms must not lie under this one's number.
    if (fresh.ticket.dataset.ticket !== number) return;
    if (body.querySelector("[data-ticket]")?.getAttribute("data-ticket") === number) {
      for (const list of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-list]"))) {
        const wanted = fresh.ticket.querySelector(`[data-list="${list.dataset.list}"]`);
        if (wanted) reconcile(list, wanted, (child) => !sending && child.contains(document.activeElement) && !!document.activeElement?.matches("input, select, textarea"));
      }
      body.querySelector(".notice[role]")?.remove();
    } else {
      for (const list of /** @type {NodeListOf<HTMLElement>} */ (fresh.ticket.querySelectorAll("[data-list]"))) remember(list);
      body.replaceChildren(fresh.ticket);
    }
    if (fresh.notice) body.prepend(fresh.notice);
  };

  const load = async () => {
    const mine = ++turn;
    const answer = await fetch(`/tickets/${number}`, { headers: { accept: "text/html" } });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (mine === turn) show(html);
  };

  body.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    event.preventDefault();
    if (sending) return;
    sending = true;
    event.submitter?.setAttribute("aria-busy", "true");
    const data = new FormData(form, event.submitter);
    const fields = [...data].map(([name, value]) => [name, String(value)]);
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { accept: "text/html" }, body: new URLSearchParams(fields) });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      turn += 1;
      show(html);
    } catch {
      body.prepend(Object.assign(document.createElement("p"), { className: "notice failed", role: "alert", textContent: t("board-js-network") }));
    } finally {
      sending = false;
      event.submitter?.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("close", () => {
    number = "";
    turn += 1;
    body.replaceChildren();
    if (history.state?.ticket) history.back();
  });
  window.addEventListener("popstate", () => {
    if (dialog.open && !history.state?.ticket) dialog.close();
  });

  return {
    /** @param {string} asked */
    open(asked) {
      number = asked;
      link.href = `/tickets/${asked}`;
      body.replaceChildren(Object.assign(document.createElement("p"), { className: "muted", textContent: t("board-js-loading") }));
      if (!dialog.open) {
        // The way back of a phone closes it.
        history.pushState({ ticket: asked }, "");
        dialog.showModal();
      }
      load().catch(() => location.assign(link.href));
    },
    /** @param {string[]} changed */
    heard(changed) {
      if (dialog.open && !sending && changed.includes(number)) load().catch(() => {});
    },
  };
}
