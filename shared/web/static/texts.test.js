import assert from "node:assert/strict";
import { test } from "node:test";
import { t } from "./texts.js";

test("fills variables in and never fails", () => {
  assert.equal(t("js-nothing"), "js-nothing", "without a document there is only the key");
  const texts = new Map([["data-js-eta", "En {$minutes} min, {$who}"]]);
  globalThis.document = /** @type {any} */ ({ getElementById: () => ({ getAttribute: (key) => texts.get(key) ?? null }) });
  assert.equal(t("js-eta", { minutes: 5, who: "Ana" }), "En 5 min, Ana");
  assert.equal(t("js-eta", { minutes: 5 }), "En 5 min, {$who}");
  assert.equal(t("js-other"), "js-other");
  delete globalThis.document;
});
