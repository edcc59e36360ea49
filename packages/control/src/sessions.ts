import type { Reply } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { ApiError } from './api-error.ts'
import { Session } from './session.ts'

/** each may keep megabytes of events for its client */
const sessionsMax = 128
/** without a connection; then its client asks anew */
const idleMsMax = 60_000
const sweepMs = 2_000

export type SubmitReply = Reply & { type: 'accepted' | 'refused' }

/** All sessions, and one for the requests that name none. Flushes each once after the turn that touched it. */
export class Sessions {
  readonly #handle: PeerHandle
  readonly #onSubmitReply: (reply: SubmitReply, session: Session) => void
  readonly #sessions = new Map<string, Session>()
  readonly #dirty = new Set<Session>()
  #flushing: NodeJS.Immediate | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(handle: PeerHandle, onSubmitReply: (reply: SubmitReply, session: Session) => void) {
    this.#handle = handle
    this.#onSubmitReply = onSubmitReply
  }

  /** The session of this id, made where there is none. Throws ApiError 429 `sessions-full`. */
  get(id: string): Session {
    const nowMs = Date.now()
    let session = this.#sessions.get(id)
    if (session) {
      session.seenMs = nowMs
      return session
    }
    if (this.#sessions.size >= sessionsMax) this.#closeIdle(nowMs)
    if (this.#sessions.size >= sessionsMax) {
      throw new ApiError(
        429,
        'sessions-full',
        `${sessionsMax} sessions are open at this peer; close clients or use another peer`,
      )
    }
    session = new Session({
      id,
      handle: this.#handle,
      nowMs,
      onDirty: (dirty) => this.#onDirty(dirty),
      onSubmitReply: this.#onSubmitReply,
    })
    this.#sessions.set(id, session)
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref()
    return session
  }

  close(): void {
    clearInterval(this.#timer)
    clearImmediate(this.#flushing)
    for (const session of this.#sessions.values()) session.close()
    this.#sessions.clear()
  }

  #onDirty(session: Session): void {
    this.#dirty.add(session)
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined
      const dirty = [...this.#dirty]
      this.#dirty.clear()
      const nowMs = Date.now()
      for (const each of dirty) each.flush(nowMs)
    })
  }

  #sweep(): void {
    const nowMs = Date.now()
    this.#closeIdle(nowMs)
    for (const session of this.#sessions.values()) session.sweep(nowMs)
    if (this.#sessions.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #closeIdle(nowMs: number): void {
    for (const [id, session] of this.#sessions) {
      if (session.connected || nowMs - session.seenMs < idleMsMax) continue
      session.close()
      this.#sessions.delete(id)
      this.#dirty.delete(session)
    }
  }
}
