/**
 * Who holds whom for connected. The two sides of a connection learn of its end at different times, so each has
 * its own view; `epoch` tells the connections of a pair apart, and frames of an older one never arrive.
 */
export class Links {
  readonly #nodes: number
  readonly #told: Uint8Array
  readonly #epoch: Uint32Array
  /** how often the pair was connected */
  readonly #opened: Uint32Array
  readonly #attempting: Uint8Array

  constructor(nodes: number) {
    this.#nodes = nodes
    this.#told = new Uint8Array(nodes * nodes)
    this.#epoch = new Uint32Array(nodes * nodes)
    this.#opened = new Uint32Array(nodes * nodes)
    this.#attempting = new Uint8Array(nodes * nodes)
  }

  /** True while `node` believes that it is connected to `peer`. */
  holds(node: number, peer: number): boolean {
    return this.#told[node * this.#nodes + peer] === 1
  }

  epoch(a: number, b: number): number {
    return this.#epoch[this.#pair(a, b)]!
  }

  /** Which of the pair's connections the present or the last one is: news of the end of an older one is void. */
  opened(a: number, b: number): number {
    return this.#opened[this.#pair(a, b)]!
  }

  /** Marks that an attempt to connect is under way; false when one was, or one side still holds the old one. */
  attempt(a: number, b: number): boolean {
    const pair = this.#pair(a, b)
    if (this.#attempting[pair] === 1 || this.holds(a, b) || this.holds(b, a)) return false
    this.#attempting[pair] = 1
    return true
  }

  attemptEnded(a: number, b: number): void {
    this.#attempting[this.#pair(a, b)] = 0
  }

  open(a: number, b: number): void {
    this.#opened[this.#pair(a, b)]!++
    this.#epoch[this.#pair(a, b)]!++
    this.#told[a * this.#nodes + b] = 1
    this.#told[b * this.#nodes + a] = 1
  }

  /** What is still under way in this connection will not arrive. Both sides have yet to notice. */
  cut(a: number, b: number): void {
    this.#epoch[this.#pair(a, b)]!++
  }

  /** `node` noticed that the connection to `peer` is gone. */
  drop(node: number, peer: number): void {
    this.#told[node * this.#nodes + peer] = 0
  }

  #pair(a: number, b: number): number {
    return a < b ? a * this.#nodes + b : b * this.#nodes + a
  }
}
