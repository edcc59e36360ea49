import type { Policy, Wanted } from './replay.ts'

/**
 * So many that what was used last is 70 % of them, going down to the most that was wanted in five minutes: how the
 * horizontal pod autoscaler of Kubernetes does it, every 15 s.
 */
export class Reactive implements Policy {
  readonly bucketMs = 15_000
  readonly #wanted: number[] = []

  decide(_bucket: number, used: number): Wanted {
    this.#wanted.push(Math.ceil(used / 0.7))
    if (this.#wanted.length > 300_000 / this.bucketMs) this.#wanted.shift()
    return { workers: Math.max(...this.#wanted), keepMs: 0 }
  }
}
