import type { Prng } from '@souk/kernel'
import type { Checkpoint, FileRef, TaskSpec } from '@souk/wire'

/** The longest that a simulated run takes to write its checkpoint, ms. */
const graceMsMax = 2000
const path = 'at'

/** Which drawn tasks can be stopped and go on elsewhere. */
export class CheckpointDraws {
  readonly #chance: number
  readonly #prng: Prng

  constructor(chance: number, prng: Prng) {
    this.#chance = chance
    this.#prng = prng
  }

  /** Adds that promise to what may make it: not to what starts at most once, or together with others. */
  add(spec: TaskSpec): void {
    if (this.#chance === 0 || !this.#prng.chance(this.#chance)) return
    if (spec.starts === 'at-most-once' || spec.gang) return
    spec.checkpoint = { path, graceMs: 1 + this.#prng.below(graceMsMax) }
  }
}

/** The file of a run that has come so far: how far is its size. */
export const checkpointAt = (doneMs: number): FileRef => ({
  path,
  blob: { hash: '0'.repeat(64), sizeBytes: Math.floor(doneMs) },
  mode: 0o644,
})

/** How far the run was that left it. */
export const doneMsOf = (checkpoint: Checkpoint | undefined): number => checkpoint?.file.blob.sizeBytes ?? 0
