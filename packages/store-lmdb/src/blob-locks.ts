/** One at a time for each hash, in the order of asking. Holds nothing for hashes that nobody uses. */
export class BlobLocks {
  readonly #last = new Map<string, Promise<unknown>>()

  async hold<T>(hash: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(hash) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(hash, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(hash) === mine) this.#last.delete(hash)
    }
  }
}
