// What a table says of itself to a chart: columns with units and shapes (figure.rs writes them), cells as text and as value.

/** @typedef {{ text: string, value: string }} Cell */
/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} unit `label`, `day`, `amount`, `count` or `percent`
 * @property {string} shape `bar`, `line`, `area`, `dashed`, `low`, `high`, or nothing
 * @property {string} stack
 * @property {string} currency
 * @property {boolean} right
 * @property {Cell[]} cells
 */

/**
 * The columns of a table.
 * @param {HTMLTableElement} table
 * @returns {Column[]}
 */
export function columnsOf(table) {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  return [...(table.tHead?.rows[0]?.cells ?? [])].map((head, index) => ({
    name: head.textContent?.trim() ?? "",
    unit: head.dataset.unit ?? "label",
    shape: head.dataset.shape ?? "",
    stack: head.dataset.stack ?? "",
    currency: head.dataset.currency ?? "",
    right: "right" in head.dataset,
    cells: rows.map((row) => {
      const cell = row.cells[index];
      return { text: cell?.textContent?.trim() ?? "", value: cell?.dataset.value ?? "" };
    }),
  }));
}

/**
 * A value to draw; null where there is none.
 * @param {Cell | undefined} cell
 */
export function numberOf(cell) {
  return cell?.value ? Number(cell.value) : null;
}
