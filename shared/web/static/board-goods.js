// What a driver has set out with is moved only after it was read who has the goods.

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} text who has the goods
 * @param {() => void} all
 * @param {(() => void) | null} rest without those on their way, if that leaves any
 */
export function askForGoods(dialog, text, all, rest) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (dialog.querySelector(`[data-goods-${name}]`));
  part("text").textContent = text;
  part("rest").hidden = !rest;
  for (const [name, does] of /** @type {const} */ ([["yes", all], ["rest", rest]])) {
    part(name).onclick = () => {
      dialog.close();
      does?.();
    };
  }
  dialog.showModal();
}
