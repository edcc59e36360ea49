import { oneWayMs, roundTripMs, slotsPerHost } from './load.ts'

interface Running {
  endMs: number
  slots: number
}

/** What really is the case at every host, for whoever knows all: what runs and until when, and what is on its way there. */
export class Truth {
  readonly #hosts: number
  /** slots of each host in which nothing runs */
  readonly free: Int32Array
  /** slots of tasks that are awarded and have not started */
  readonly #claimed: Int32Array
  readonly #running: Set<Running>[]

  constructor(hosts: number) {
    this.#hosts = hosts
    this.free = new Int32Array(hosts).fill(slotsPerHost)
    this.#claimed = new Int32Array(hosts)
    this.#running = Array.from({ length: hosts }, () => new Set())
  }

  claim(host: number, slots: number): void {
    this.#claimed[host]! += slots
  }

  unclaim(host: number, slots: number): void {
    this.#claimed[host]! -= slots
  }

  begin(host: number, slots: number, endMs: number): () => void {
    const running = { endMs, slots }
    this.#running[host]!.add(running)
    this.free[host]! -= slots
    return () => {
      this.#running[host]!.delete(running)
      this.free[host]! += slots
    }
  }

  /** Whether any host has room that nobody is on the way to. */
  hasRoom(slots: number): boolean {
    for (let host = 0; host < this.#hosts; host++) if (this.free[host]! - this.#claimed[host]! >= slots) return true
    return false
  }

  /** When the first host has such room, by what runs; queues are left out, so it is never too late. */
  roomMs(slots: number, now: number): number {
    if (this.hasRoom(slots)) return now
    let best = Number.POSITIVE_INFINITY
    for (let host = 0; host < this.#hosts; host++) {
      let free = this.free[host]! - this.#claimed[host]!
      for (const { endMs, slots: back } of [...this.#running[host]!].sort((a, b) => a.endMs - b.endMs)) {
        if (endMs >= best) break
        free += back
        if (free >= slots) best = endMs
      }
    }
    return Math.max(best, now)
  }
}

/** How late a task may start after the best host could have started it, and count as well placed. */
export const toleranceMs = (ms: number): number => Math.max(0.05 * ms, roundTripMs)

/**
 * Where a task had to start by, decided now: at the best host for it, which it has to travel to, and the tolerance.
 */
export function latestStartMs(truth: Truth, { slots, ms }: { slots: number; ms: number }, now: number): number {
  return truth.roomMs(slots, now) + oneWayMs + toleranceMs(ms)
}
