// The bar of what is chosen: what is done to all of it at once. It keeps its distance to what else lies at the foot of the
// window, and asks for the reason of a cancellation beside its field.

/**
 * @param {HTMLFormElement} form
 * @param {object} hooks
 * @param {() => string[]} hooks.picked
 * @param {(numbers?: string[]) => void} hooks.unpick
 * @param {() => void} hooks.menu
 * @param {(numbers: string[]) => Map<string, number>} hooks.look their versions when they were chosen
 * @param {(numbers: string[], target: import("./board-actions.js").Target) => Promise<boolean>} hooks.move
 * @param {import("./board-actions.js").Actions} hooks.actions
 */
export function bulkBar(form, { picked, unpick, menu, look, move, actions }) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (form.querySelector(selector));
  const reason = /** @type {HTMLInputElement} */ (part("[name=motivo]"));
  const error = part("[data-reason-error]");
  const details = /** @type {HTMLDetailsElement} */ (part("details"));

  /** @param {boolean} wrong */
  const complain = (wrong) => {
    error.hidden = !wrong;
    reason.closest(".field")?.classList.toggle("invalid", wrong);
    if (wrong) reason.setAttribute("aria-invalid", "true");
    else reason.removeAttribute("aria-invalid");
  };

  const clear = () => {
    complain(false);
    reason.value = "";
    details.open = false;
  };

  // The browser's own complaint would be in the browser's language.
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const given = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
    const action = given("accion");
    if (action === "cancelar" && !given("motivo")) {
      complain(true);
      return reason.focus();
    }
    const numbers = picked();
    /** @type {Record<string, () => Promise<boolean>>} */
    const does = {
      asignar: () => move(numbers, given("repartidor_id") === "auto" ? "auto" : Number(given("repartidor_id"))),
      desasignar: () => move(numbers, "pool"),
      prioridad: () => actions.prioritise(numbers, given("prioridad"), look(numbers)),
      cancelar: () => actions.cancel(numbers, given("motivo"), look(numbers)),
    };
    // What could not be done stays chosen, and its reason written.
    if (!(await does[action]?.())) return;
    unpick(numbers);
    clear();
  });
  reason.addEventListener("input", () => complain(false));
  // The form has other buttons, and none of them is meant here.
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.requestSubmit(part("[value=cancelar]"));
  });
  details.addEventListener("toggle", () => details.open && reason.focus());
  part("[data-unpick]").addEventListener("click", () => {
    unpick();
    clear();
  });
  part("[data-bulk-move]").addEventListener("click", menu);
  new ResizeObserver(() => document.documentElement.style.setProperty("--bulk", `${form.offsetHeight}px`)).observe(form);
}
