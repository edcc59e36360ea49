import type { OutputPiece } from '@souk/host'
import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId } from '@souk/wire'

export interface FollowersConfig {
  /** readers of one task's live output; with more the oldest reader of the peer that has most is ended */
  perTaskMax: number
  /** live output relayed of one task; more is skipped (the outcome has it all), so that it cannot crowd out the protocol */
  bytesPerSecondMax: number
}

export const defaultFollowersConfig: FollowersConfig = { perTaskMax: 16, bytesPerSecondMax: 1024 * 1024 }

interface Followed {
  readers: { peer: PeerId; ask: number }[]
  windowMs: Millis
  windowBytes: number
}

type Send = (to: PeerId, message: MessageOf<'output'>) => void

/** Relays the live output of tasks that run here to the peers that follow them. Best effort: the outcome carries the whole. */
export class Followers {
  readonly #config: FollowersConfig
  readonly #followed = new Map<TaskId, Followed>()

  constructor(config: FollowersConfig) {
    this.#config = config
  }

  /**
   * Adds a reader and sends it the output kept so far (`kept`; undefined: the task does not run here, so it ends), then an
   * empty piece: what follows that is live.
   */
  onFollow(from: PeerId, message: MessageOf<'follow'>, kept: readonly OutputPiece[] | undefined, send: Send): void {
    const { task, ask } = message
    const followed = this.#followed.get(task) ?? { readers: [], windowMs: 0, windowBytes: 0 }
    if (!kept) {
      send(from, endOf(task, ask))
      return
    }
    followed.readers = followed.readers.filter((reader) => reader.peer !== from || reader.ask !== ask)
    if (followed.readers.length >= this.#config.perTaskMax) {
      const [gone] = followed.readers.splice(oldestOfMost(followed.readers), 1)
      send(gone!.peer, endOf(task, gone!.ask))
    }
    followed.readers.push({ peer: from, ask })
    this.#followed.set(task, followed)
    for (const piece of kept) send(from, { t: 'output', ask, task, ...piece, end: false })
    send(from, { t: 'output', ask, task, stream: 'stdout', offset: message.stdout, data: nothing, end: false })
  }

  onOutput(task: TaskId, piece: OutputPiece, now: Millis, send: Send): void {
    const followed = this.#followed.get(task)
    if (!followed) return
    if (now - followed.windowMs >= 1000) {
      followed.windowMs = now
      followed.windowBytes = 0
    }
    followed.windowBytes += piece.data.length
    if (followed.windowBytes > this.#config.bytesPerSecondMax) return
    for (const { peer, ask } of followed.readers) send(peer, { t: 'output', ask, task, ...piece, end: false })
  }

  onEnded(task: TaskId, send: Send): void {
    const followed = this.#followed.get(task)
    if (!followed) return
    this.#followed.delete(task)
    for (const { peer, ask } of followed.readers) send(peer, endOf(task, ask))
  }
}

function endOf(task: TaskId, ask: number): MessageOf<'output'> {
  return { t: 'output', ask, task, stream: 'stdout', offset: 0, data: nothing, end: true }
}

/** Index of the oldest reader of the peer with most: readers do not say when they stop, and must not keep other peers' out. */
function oldestOfMost(readers: readonly { peer: PeerId }[]): number {
  const counts = new Map<PeerId, number>()
  for (const { peer } of readers) counts.set(peer, (counts.get(peer) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return readers.findIndex(({ peer }) => counts.get(peer) === most)
}

const nothing = new Uint8Array(0)
