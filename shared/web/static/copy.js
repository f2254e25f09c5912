// A button that copies (`data-copy`): on a phone it hands the link to whatever sends it on. Without this module there is the field.

import { toast } from "./components.js";
import { t } from "./texts.js";

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copy]"))) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = new URL(button.dataset.copy ?? "", location.href).href;
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ url });
      await navigator.clipboard.writeText(url);
      toast(t("js-copied"));
    } catch (error) {
      // Whoever closes the phone's own dialog has not failed.
      if (!(error instanceof DOMException && error.name === "AbortError")) toast(t("js-copy-failed"));
    }
  });
}
