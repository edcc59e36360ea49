import { Deadlines, type Millis } from '@souk/kernel'
import { limits, type Message, type MessageOf, type PeerId } from '@souk/wire'
import type { Write } from './effects.ts'

/** What has no haste leaves after this at the latest (guess: an idle peer's next frame or write would come later). */
const waitMs = 50
/** to one receiver, or writes: more leave at once */
const waitingMax = 1_024

/**
 * Messages without haste, by receiver: they leave with the next one to the same peer. A frame costs its two ends a
 * wake-up each, whatever is in it, and most of what has no haste is followed by something that has.
 */
export class RidingMessages {
  readonly #byPeer = new Map<PeerId, Message[]>()
  readonly #due = new Deadlines<PeerId>()
  /** of them, the last accept */
  readonly #accepts = new Map<PeerId, MessageOf<'accept'>>()

  /** False where so many wait already that they have to leave now. */
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

  /** With an accept that waits already: a burst of batons is accepted one by one. */
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

  /** Whose have waited for long enough. */
  popDue(now: Millis): PeerId | undefined {
    return this.#due.popDue(now)
  }

  nextDueMs(): Millis | undefined {
    return this.#due.next()
  }
}

/** Writes that nothing waits for: they go to the disk with the next ones that something does wait for. */
export class RidingWrites {
  #writes: Write[] = []
  #seq = 0
  #dueMs: Millis | undefined

  /** False where so many wait already that they have to go now. */
  add(seq: number, writes: readonly Write[], now: Millis): boolean {
    this.#writes.push(...writes)
    this.#seq = seq
    this.#dueMs ??= now + waitMs
    return this.#writes.length < waitingMax
  }

  /** All of them, with the newest seq among them; undefined: there are none. */
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
