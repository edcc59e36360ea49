export interface RingEntry {
  seq: number
  /** how many events its array has */
  count: number
  text: string
  atMs: number
}

/**
 * A session's recent batches of events: what a client that comes back still gets, and what waits while its socket
 * does not drain. Bounded by events and characters; the oldest go first.
 */
export class EventRing {
  #entries: RingEntry[] = []
  #events = 0
  #chars = 0
  #seq = 0
  readonly #eventsMax: number
  readonly #charsMax: number

  constructor(eventsMax: number, charsMax: number) {
    this.#eventsMax = eventsMax
    this.#charsMax = charsMax
  }

  /** of the newest entry; 0 before the first */
  get lastSeq(): number {
    return this.#seq
  }

  /** of the oldest entry still kept; one past the newest where none is */
  get firstSeq(): number {
    return this.#entries[0]?.seq ?? this.#seq + 1
  }

  push(count: number, text: string, atMs: number): void {
    this.#entries.push({ seq: ++this.#seq, count, text, atMs })
    this.#events += count
    this.#chars += text.length
    let drop = 0
    while (this.#events > this.#eventsMax || this.#chars > this.#charsMax) this.#forget(this.#entries[drop++]!)
    if (drop > 0) this.#entries = this.#entries.slice(drop)
  }

  /** The first entry after `seq`. */
  after(seq: number): RingEntry | undefined {
    const index = Math.max(0, seq + 1 - this.firstSeq)
    return this.#entries[index]
  }

  /** Forgets entries up to `seq` that are older than `beforeMs`: they were sent long ago. */
  trim(seq: number, beforeMs: number): void {
    let drop = 0
    for (const entry of this.#entries) {
      if (entry.seq > seq || entry.atMs >= beforeMs) break
      this.#forget(entry)
      drop++
    }
    if (drop > 0) this.#entries = this.#entries.slice(drop)
  }

  #forget(entry: RingEntry): void {
    this.#events -= entry.count
    this.#chars -= entry.text.length
  }
}
