import type { Counted } from './quantities.ts'

/** More of anything is a mistake of whoever counted it. */
const amountMax = 1e15

/** What is counted of a class while its bucket lasts. */
export class OpenBucket {
  starts = 0
  arrivals = 0
  running = 0
  #most = 0
  #cpuMs = 0
  #promisedBytes = 0
  #memoryBytes = 0
  #networkBytes = 0

  /** the most that ran at once in it so far */
  get most(): number {
    return this.#most
  }

  start(memoryBytes: number, inputBytes: number): void {
    this.#networkBytes += amount(inputBytes)
    this.starts++
    this.running++
    this.#most = Math.max(this.#most, this.running)
    this.#promisedBytes += amount(memoryBytes)
    this.measure(this.#promisedBytes)
  }

  end(memoryBytes: number, cpuMs: number, outputBytes: number): void {
    this.#networkBytes += amount(outputBytes)
    this.running = Math.max(0, this.running - 1)
    this.#promisedBytes = Math.max(0, this.#promisedBytes - amount(memoryBytes))
    this.#cpuMs += amount(cpuMs)
  }

  /** All its runs use so much together. */
  measure(memoryBytes: number): void {
    this.#memoryBytes = Math.max(this.#memoryBytes, amount(memoryBytes))
  }

  /** What was counted; what still runs is counted on. */
  close(): Counted {
    const counted = {
      starts: this.starts,
      workers: this.#most,
      cpuMs: this.#cpuMs,
      memoryBytes: this.#memoryBytes,
      networkBytes: this.#networkBytes,
      arrivals: this.arrivals,
    }
    this.starts = this.arrivals = this.#cpuMs = this.#networkBytes = 0
    this.#most = this.running
    this.#memoryBytes = this.#promisedBytes
    return counted
  }
}

function amount(value: number): number {
  return value > 0 ? Math.min(amountMax, value) : 0
}
