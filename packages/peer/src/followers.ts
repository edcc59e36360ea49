import type { OutputPiece } from '@souk/host'
import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId } from '@souk/wire'

export interface FollowersConfig {
  /** readers of one task's live output; over it the oldest of whoever has most is ended */
  perTaskMax: number
  /** live output relayed of one task; what is over is skipped (the outcome has it), so that it cannot crowd out the protocol */
  bytesPerSecondMax: number
}

export const defaultFollowersConfig: FollowersConfig = { perTaskMax: 16, bytesPerSecondMax: 1024 * 1024 }

interface Followed {
  readers: { peer: PeerId; ask: number }[]
  windowMs: Millis
  windowBytes: number
}

type Send = (to: PeerId, message: MessageOf<'output'>) => void

/** Who reads the live output of tasks that run here. Best effort: the outcome carries the whole. */
export class Followers {
  readonly #config: FollowersConfig
  readonly #followed = new Map<TaskId, Followed>()

  constructor(config: FollowersConfig) {
    this.#config = config
  }

  /**
   * A new reader, with what is kept of the output so far; undefined: it does not run here. A piece without data says
   * that this was all so far: what comes after it is live.
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

/** Readers do not say when they stop, so one peer's must never keep those of the others out. */
function oldestOfMost(readers: readonly { peer: PeerId }[]): number {
  const counts = new Map<PeerId, number>()
  for (const { peer } of readers) counts.set(peer, (counts.get(peer) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return readers.findIndex(({ peer }) => counts.get(peer) === most)
}

const nothing = new Uint8Array(0)
