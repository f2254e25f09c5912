// Products as the shop's API gives them, for fields that suggest some.

/**
 * @typedef {object} Product
 * @property {number} id
 * @property {string} nombre
 * @property {number} precio
 * @property {{ nombre: string }} negocio
 * @property {{ slug: string }} categoria
 */

const MOST = 6;

/**
 * Asks `address` for products, within what `chosen` says: what a search from here would find.
 * @param {string} address
 * @param {() => Record<string, string>} [chosen]
 * @returns {(text: string, signal: AbortSignal) => Promise<Product[]>}
 */
export function asks(address, chosen = () => ({})) {
  return async (text, signal) => {
    const response = await fetch(`${address}?${new URLSearchParams({ ...chosen(), q: text, limit: String(MOST) })}`, { signal });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()).productos;
  };
}

/**
 * A price as the page's language writes it, without centavos when there are none.
 * @param {number} pesos
 * @param {string} language
 */
export function price(pesos, language) {
  /** @type {Intl.NumberFormatOptions} */
  const options = { style: "currency", currency: "ARS", minimumFractionDigits: Number.isInteger(pesos) ? 0 : 2 };
  return new Intl.NumberFormat(language, options).format(pesos);
}

/**
 * Writes a product into an option.
 * @param {Product} product
 * @param {HTMLElement} option
 */
export function fill({ nombre, precio, negocio }, option) {
  const [name, shop, cost] = [document.createElement("b"), document.createElement("small"), document.createElement("span")];
  name.textContent = nombre;
  shop.textContent = negocio.nombre;
  cost.className = "amount";
  cost.textContent = price(precio, document.documentElement.lang);
  const what = document.createElement("span");
  what.append(name, shop);
  option.append(what, cost);
}
