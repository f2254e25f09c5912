// Files of a page of insights (`data-export`): each link asks for its file in the background, shows how far it is, and fetches it
// when it is ready. Without this module the links wait for the file themselves.

/** @typedef {{ direccion: string, estado: string, porcentaje: number, archivo: string | null, problema: string | null }} Asked */

const PAUSE_MS = 700;

/** The parameters of a link as the body of a request: several values of one are a list. @param {URLSearchParams} query */
export function filters(query) {
  const given = [...new Set(query.keys())].map((name) => [name, query.getAll(name).filter((value) => value !== "")]);
  return Object.fromEntries(given.filter(([, values]) => values?.length).map(([name, values]) => [name, values?.length === 1 ? values[0] : values]));
}

/** @param {HTMLElement} part */
function begin(part) {
  const status = /** @type {HTMLElement} */ (part.querySelector("[data-export-status]"));
  const making = /** @type {HTMLElement} */ (part.querySelector("[data-export-making]"));
  const bar = /** @type {HTMLProgressElement} */ (making.querySelector("progress"));
  const off = /** @type {HTMLButtonElement} */ (making.querySelector("button"));
  let address = "";

  /** @param {string | undefined} words */
  const say = (words) => {
    status.hidden = !words;
    status.textContent = words ?? "";
  };

  /** @param {Asked} asked */
  async function follow(asked) {
    while (asked.estado === "en-curso") {
      bar.value = asked.porcentaje;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const response = await fetch(asked.direccion);
      // It was called off, here or elsewhere.
      if (response.status === 404) return say(status.dataset.off);
      // Another instance has it.
      if (response.status === 409) return say((await response.json()).detail);
      if (!response.ok) throw new Error(String(response.status));
      asked = await response.json();
    }
    if (!asked.archivo) return say(asked.problema ?? status.dataset.off);
    say(status.dataset.ready);
    location.assign(asked.archivo);
  }

  /** @param {HTMLAnchorElement} link */
  async function make(link) {
    const body = JSON.stringify({ tipo: link.dataset.exportKind, filtros: filters(new URL(link.href).searchParams) });
    const response = await fetch("/api/exportaciones", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      return say(problem.detail ?? status.dataset.failed);
    }
    const asked = await response.json();
    address = asked.direccion;
    await follow(asked);
  }

  off.addEventListener("click", () => void fetch(address, { method: "DELETE" }));
  part.addEventListener("click", async (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-export-kind]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!making.hidden) return;
    making.hidden = false;
    bar.removeAttribute("value");
    say(status.dataset.making);
    try {
      await make(link);
    } catch {
      say(status.dataset.failed);
    } finally {
      making.hidden = true;
    }
  });
}

if (typeof document !== "undefined") {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-export]"))) begin(part);
}
