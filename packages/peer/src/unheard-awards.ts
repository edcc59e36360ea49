import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'

/** An award that is not accepted within this was lost or bounced, and takes no slots. */
const heardMsMax = 1_000

interface Award {
  slots: number
  atMs: Millis
}

/** Awards by load stamp that other peers have not accepted yet: their stamps may not show them, so they are subtracted here. */
export class UnheardAwards {
  /** by peer, the oldest first */
  readonly #byPeer = new Map<PeerId, Map<TaskId, Award>>()

  add(peer: PeerId, task: TaskId, slots: number, now: Millis): void {
    const awards = this.#byPeer.get(peer) ?? new Map<TaskId, Award>()
    this.#byPeer.set(peer, awards)
    awards.set(task, { slots, atMs: now })
  }

  /** Tasks that were awarded in another way are not known here, and ignored. */
  accepted(peer: PeerId, tasks: readonly { task: TaskId }[]): void {
    for (const { task } of tasks) this.#byPeer.get(peer)?.delete(task)
  }

  slots(peer: PeerId, now: Millis): number {
    let sum = 0
    const awards = this.#byPeer.get(peer) ?? new Map<TaskId, Award>()
    for (const [task, { slots, atMs }] of awards) {
      if (now - atMs >= heardMsMax) awards.delete(task)
      else sum += slots
    }
    return sum
  }

  delete(peer: PeerId): void {
    this.#byPeer.delete(peer)
  }
}
