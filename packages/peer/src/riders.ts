import { Deadlines, type Millis } from '@souk/kernel'
import { limits, type Message, type MessageOf, type PeerId } from '@souk/wire'
import type { Write } from './effects.ts'

/** Riders leave after this at the latest (guess: an idle peer's next frame or write would come later). */
const waitMs = 50
/** messages to one receiver, or writes, that ride; with more all leave at once */
const waitingMax = 1_024

/**
 * Messages that are not urgent: they ride with the next message to the same peer. A frame costs both ends a wake-up,
 * whatever is in it, and most such messages are soon followed by an urgent one.
 */
export class RidingMessages {
  readonly #byPeer = new Map<PeerId, Message[]>()
  readonly #due = new Deadlines<PeerId>()
  /** of the riding messages the last `accept` to each peer */
  readonly #accepts = new Map<PeerId, MessageOf<'accept'>>()

  /** False: so many ride to this peer that they have to leave now. */
  add(to: PeerId, message: Message, now: Millis): boolean {
    let list = this.#byPeer.get(to)
    if (!list) {
      list = []
      this.#byPeer.set(to, list)
      this.#due.set(to, now + waitMs)
    }
    if (message.t !== 'accept') list.push(message)
    else if (!this.#accept(to, message)) list.push(this.#newAccept(to, message))
    return list.length < waitingMax
  }

  /** Joins an `accept` that rides already, since the batons of a burst are accepted one by one; false: there is none. */
  #accept(to: PeerId, { tasks }: MessageOf<'accept'>): boolean {
    const waiting = this.#accepts.get(to)
    if (!waiting || waiting.tasks.length + tasks.length > limits.batonsPerMessageMax) return false
    waiting.tasks.push(...tasks)
    return true
  }

  #newAccept(to: PeerId, { tasks }: MessageOf<'accept'>): Message {
    const accept: MessageOf<'accept'> = { t: 'accept', tasks: [...tasks] }
    this.#accepts.set(to, accept)
    return accept
  }

  take(to: PeerId): readonly Message[] {
    const list = this.#byPeer.get(to)
    if (!list) return []
    this.#byPeer.delete(to)
    this.#due.delete(to)
    this.#accepts.delete(to)
    return list
  }

  /** Removes and returns the next peer whose riders have to leave now. */
  popDue(now: Millis): PeerId | undefined {
    return this.#due.popDue(now)
  }

  nextDueMs(): Millis | undefined {
    return this.#due.next()
  }
}

/** Writes that nothing waits for: they ride to the disk with the next write that something does wait for. */
export class RidingWrites {
  #writes: Write[] = []
  #seq = 0
  #dueMs: Millis | undefined

  /** False: so many ride that they have to go now. */
  add(seq: number, writes: readonly Write[], now: Millis): boolean {
    this.#writes.push(...writes)
    this.#seq = seq
    this.#dueMs ??= now + waitMs
    return this.#writes.length < waitingMax
  }

  /** All riding writes, with their newest seq; undefined: there are none. */
  take(): { seq: number; writes: Write[] } | undefined {
    if (this.#writes.length === 0) return undefined
    const taken = { seq: this.#seq, writes: this.#writes }
    this.#writes = []
    this.#dueMs = undefined
    return taken
  }

  nextDueMs(): Millis | undefined {
    return this.#dueMs
  }
}
