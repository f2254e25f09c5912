// A link that asks before anything is done (`data-ask`): the page it leads to asks the same, and is shown in a dialog
// instead. Without this module, or when that page cannot be fetched, the link just leads there.

/** @param {HTMLAnchorElement} link */
async function ask(link) {
  const response = await fetch(link.href, { headers: { Accept: "text/html" } });
  const question = response.ok && !response.redirected && new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-ask-this]");
  if (!question) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", question.getAttribute("aria-labelledby") ?? "");
  dialog.className = question.className.replace("panel", "");
  dialog.append(...document.adoptNode(question).childNodes);
  dialog.addEventListener("click", (event) => {
    // The way back is no way at all from here: the page is still below.
    if (event.target instanceof Element && event.target.closest("a[data-close]")) event.preventDefault();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", async (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-ask]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    await ask(link);
  } catch {
    location.assign(link.href);
  } finally {
    link.removeAttribute("aria-busy");
  }
});
