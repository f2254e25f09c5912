// The steps a driver took, kept on the phone until the board has them.
//
// A tap is stored before anything else happens, with its time and a key of its own, and steps are sent in the order of the
// taps, whatever their times say. With each goes what the phone's clock says when it is sent: the board corrects by that. The
// key makes sending twice the same as sending once, so a phone that dies in between has only to send again. What the board
// refuses stays, with its reason, until somebody has read it.

/** @typedef {{ estado: string, ocurrido: string, motivo?: string, pin?: string, foto?: string, firma?: string }} Step */
/** @typedef {{ id: string, order: number, number: string, step: Step, refused: string | null, field?: string | null }} Entry `refused`: why, and about which `field` */
/** @typedef {{ kind: "done", version: number } | { kind: "refused", reason: string, field: string | null } | { kind: "busy" } | { kind: "later" }} Outcome */

/** A photo takes its time on a bad line, but a line that is dead has to be given up before the next can be tried. */
const TOO_LONG_MS = 60_000;

export class StepQueue {
  #store;
  #send;
  #changed;
  #world;
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Promise<void> | null} */
  #sending = null;
  #again = false;
  #lastOrder = 0;
  #ready;

  /**
   * `store` keeps entries (`all`, `put`, `remove`); `send(entry)` tells its outcome and never throws; `changed()` is called
   * after every change.
   * @param {{ all(): Promise<Entry[]>, put(entry: Entry): Promise<void>, remove(id: string): Promise<void> }} store
   * @param {(entry: Entry) => Promise<Outcome>} send
   * @param {() => void} changed
   */
  constructor(store, send, changed, world = { now: () => Date.now(), key: () => crypto.randomUUID() }) {
    this.#store = store;
    this.#send = send;
    this.#changed = changed;
    this.#world = world;
    this.#ready = this.#load();
    // Whoever adds a step hears of it.
    this.#ready.catch(() => {});
  }

  async #load() {
    this.#entries = (await this.#store.all()).sort((one, other) => one.order - other.order);
    this.#lastOrder = this.#entries.at(-1)?.order ?? 0;
    if (this.#entries.length) this.#changed();
  }

  /** Every entry, the first tap first. */
  get entries() {
    return [...this.#entries];
  }

  /** What waits to be sent. */
  get waiting() {
    return this.#entries.filter((entry) => entry.refused === null);
  }

  /**
   * The state `number` will be in once all that waits is sent, or null when nothing does.
   * @param {string} number
   */
  expected(number) {
    return this.waiting.findLast((entry) => entry.number === number)?.step.estado ?? null;
  }

  /**
   * Keeps a step. When this resolves it survives the app; it throws where nothing can be kept. What was refused of this ticket
   * before is over: somebody tries again.
   * @param {string} number
   * @param {Omit<Step, "ocurrido">} step
   */
  async add(number, step) {
    await this.#ready;
    const now = this.#world.now();
    // By the time of the tap, so that another window's steps fall into place; and never the same twice.
    const order = (this.#lastOrder = Math.max(now, this.#lastOrder + 1));
    const ocurrido = new Date(now).toISOString();
    const entry = { id: this.#world.key(), order, number, step: { ...step, ocurrido }, refused: null };
    await this.#store.put(entry);
    this.#entries.push(entry);
    await this.forgive(number);
    this.#changed();
    return entry;
  }

  /**
   * Forgets what was refused of a ticket: it is being mended.
   * @param {string} number
   */
  async forgive(number) {
    for (const entry of this.#entries.filter((one) => one.number === number && one.refused !== null)) await this.#remove(entry);
  }

  /** What was refused last of a ticket. @param {string} number */
  refusal(number) {
    return this.#entries.findLast((entry) => entry.number === number && entry.refused !== null);
  }

  /**
   * Sends what waits, one after the other. A ticket that the board cannot take now holds up itself only; a line that is dead,
   * or nobody logged in, holds up all.
   */
  flush() {
    // Whoever asks meanwhile knows of a signal that this attempt may not have had.
    if (this.#sending) this.#again = true;
    this.#sending ??= this.#passes().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #passes() {
    do {
      this.#again = false;
      await this.#flush();
    } while (this.#again);
  }

  async #flush() {
    const keeps = await this.#ready.then(() => true, () => false);
    if (!keeps) return;
    const busy = new Set();
    for (let entry; (entry = this.waiting.find(({ number }) => !busy.has(number))); ) {
      const outcome = await this.#send(entry);
      if (outcome.kind === "later") return;
      if (outcome.kind === "busy") busy.add(entry.number);
      else if (outcome.kind === "done") await this.#remove(entry);
      else await this.#refuse(entry, outcome);
    }
  }

  /** @param {Entry} entry */
  async #remove(entry) {
    await this.#store.remove(entry.id);
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#changed();
  }

  /**
   * @param {Entry} entry
   * @param {{ reason: string, field: string | null }} why
   */
  async #refuse(entry, { reason, field }) {
    // It is never sent again: what proved the delivery has no business on the phone any more.
    const { estado, ocurrido } = entry.step;
    const refused = { ...entry, step: { estado, ocurrido }, refused: reason, field };
    await this.#store.put(refused);
    this.#entries = this.#entries.map((other) => (other === entry ? refused : other));
    this.#changed();
  }

  /**
   * Somebody has read why it was refused.
   * @param {string} id
   */
  async dismiss(id) {
    await this.#ready;
    const entry = this.#entries.find((one) => one.id === id && one.refused !== null);
    if (entry) await this.#remove(entry);
  }
}

/**
 * Tells the board of one step of driver `who`.
 * @param {Entry} entry
 * @param {string} who
 * @returns {Promise<Outcome>}
 */
export async function tell(entry, who, fetch = globalThis.fetch.bind(globalThis), now = () => Date.now()) {
  let response;
  try {
    response = await fetch(`/api/tickets/${encodeURIComponent(entry.number)}/estado`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "Idempotency-Key": entry.id,
        // Another driver may have logged in on this phone.
        "X-Belgrano-Usuario": who,
        // Not in the body: that is the same on every try.
        "X-Belgrano-Enviado": new Date(now()).toISOString(),
      },
      body: JSON.stringify(entry.step),
      signal: AbortSignal.timeout(TOO_LONG_MS),
    });
  } catch {
    return { kind: "later" };
  }
  if (response.ok) {
    const ticket = await response.json().catch(() => null);
    // An answer that broke off is asked for again, under the same key.
    return typeof ticket?.version === "number" ? { kind: "done", version: ticket.version } : { kind: "later" };
  }
  if (response.status === 401) return { kind: "later" };
  const problem = await response.json().catch(() => null);
  const [wrong] = problem?.errors ?? [];
  // Not an answer to the step: too slow, too often, or the board's own trouble. (Too often at one field is an answer.)
  if (response.status === 408 || (response.status === 429 && !wrong) || response.status >= 500) return { kind: "busy" };
  return { kind: "refused", reason: wrong?.message ?? problem?.detail ?? String(response.status), field: wrong?.field ?? null };
}
