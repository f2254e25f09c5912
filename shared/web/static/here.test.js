import assert from "node:assert/strict";
import { test } from "node:test";

import { findHere } from "./here.js";

const answers = (coords, code) => ({
  getCurrentPosition(found, failed) {
    if (coords) found({ coords });
    else failed({ code });
  },
});

test("where somebody is, or why nobody knows", async () => {
  assert.deepEqual(await findHere(answers({ latitude: -34.56, longitude: -58.45 })), { place: { lat: -34.56, lng: -58.45 } });
  assert.deepEqual(await findHere(answers(null, 1)), { failed: "refused" });
  for (const code of [2, 3]) assert.deepEqual(await findHere(answers(null, code)), { failed: "unknown" });
});
