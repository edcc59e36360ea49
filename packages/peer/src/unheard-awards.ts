import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'

/** An award that was not accepted until then was lost or bounced. */
const heardMsMax = 1_000

interface Award {
  slots: number
  atMs: Millis
}

/** What this peer has given others by their load stamps and they have not accepted yet: no stamp tells of it. */
export class UnheardAwards {
  /** by peer, the oldest first */
  readonly #byPeer = new Map<PeerId, Map<TaskId, Award>>()

  add(peer: PeerId, task: TaskId, slots: number, now: Millis): void {
    const awards = this.#byPeer.get(peer) ?? new Map<TaskId, Award>()
    this.#byPeer.set(peer, awards)
    awards.set(task, { slots, atMs: now })
  }

  /** Of what was awarded otherwise nothing is known here. */
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
