// The products of a package: found by name instead of in a long list, and a line for each that is chosen.
//
// Without script the lines are selects. Here each becomes its name, a quantity and a button that takes it away.

import { combobox } from "./combobox.js";
import { toast } from "./components.js";
import { asks, fill } from "./products.js";
import { t } from "./texts.js";

const picks = /** @type {HTMLElement} */ (document.querySelector("[data-picks]"));
const blank = /** @type {HTMLTemplateElement} */ (document.getElementById("pick"));
const none = /** @type {HTMLElement} */ (document.querySelector("[data-none]"));
const adding = /** @type {HTMLElement} */ (document.querySelector("[data-add]"));
const search = /** @type {HTMLInputElement} */ (adding.querySelector("input"));
let made = 0;

/**
 * A line for a product, each control of which is called by what it does and by the product.
 * @param {string} product its id
 * @param {string} name
 * @param {string} quantity
 */
function line(product, name, quantity) {
  const pick = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (blank.content.cloneNode(true)).firstElementChild);
  const what = /** @type {HTMLElement} */ (pick.querySelector(".what"));
  what.id = `elegido-${++made}`;
  what.textContent = name;
  /** @type {HTMLInputElement} */ (pick.querySelector("[name=producto]")).value = product;
  const amount = /** @type {HTMLInputElement} */ (pick.querySelector("[name=cantidad]"));
  amount.required = true;
  amount.value = quantity || "1";
  for (const [index, control] of [...pick.querySelectorAll("[aria-label]")].entries()) {
    control.id = `${what.id}-${index}`;
    control.setAttribute("aria-labelledby", `${control.id} ${what.id}`);
  }
  return pick;
}

/** @param {string} product */
function chosen(product) {
  return [...picks.children].find((pick) => {
    const input = pick.querySelector("[name=producto]");
    return input instanceof HTMLInputElement && input.value === product;
  });
}

function changed() {
  none.hidden = picks.childElementCount > 0;
}

for (const pick of [...picks.children]) {
  const select = /** @type {HTMLSelectElement} */ (pick.querySelector("select"));
  const { value } = /** @type {HTMLInputElement} */ (pick.querySelector("[name=cantidad]"));
  if (select.value === "") pick.remove();
  else pick.replaceWith(line(select.value, select.selectedOptions[0]?.textContent ?? "", value));
}
for (const plain of document.querySelectorAll("[data-plain]")) plain.remove();
adding.hidden = false;
changed();

combobox(search, {
  ask: asks(search.dataset.products ?? ""),
  fill,
  pick: ({ id, nombre, negocio }) => {
    search.value = "";
    const there = chosen(String(id));
    const amount = there?.querySelector("[name=cantidad]");
    if (amount instanceof HTMLInputElement) amount.stepUp();
    else picks.append(line(String(id), `${nombre} · ${negocio.nombre}`, "1"));
    changed();
    toast(t("js-picked", { name: nombre }));
  },
});

// Enter is for choosing; the form goes by its button.
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

picks.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-remove]")) return;
  event.target.closest(".pick")?.remove();
  changed();
  search.focus();
});
