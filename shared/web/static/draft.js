// What somebody wrote into a form that was sent while their session was already over: kept until they are back.

const NAME = "belgrano-borrador";

export class Draft {
  #storage;
  #of;
  #fields;

  /**
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage of this tab only
   * @param {string} of whose it is: nobody else gets it
   * @param {string[]} fields
   */
  constructor(storage, of, fields) {
    this.#storage = storage;
    this.#of = of;
    this.#fields = fields;
  }

  /** @param {FormData} data */
  keep(data) {
    const fields = Object.fromEntries(this.#fields.map((name) => [name, String(data.get(name) ?? "")]));
    try {
      this.#storage.setItem(NAME, JSON.stringify({ of: this.#of, fields }));
    } catch {
      // Then it has to be typed again.
    }
  }

  /**
   * What was kept, once.
   * @returns {Record<string, string> | null}
   */
  take() {
    try {
      const kept = JSON.parse(this.#storage.getItem(NAME) ?? "null");
      this.#storage.removeItem(NAME);
      return kept?.of === this.#of ? kept.fields : null;
    } catch {
      return null;
    }
  }
}
