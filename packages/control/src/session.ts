import { randomBytes } from 'node:crypto'
import type { SessionEvent } from '@souk/client'
import type { ClientRef, Reply } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import type { TaskView } from '@souk/wire'
import { EventRing } from './event-ring.ts'
import type { EventWriter } from './event-writer.ts'
import { fromOutcome } from './from-outcome.ts'

/** what a client that comes back gets again; beyond it, it asks anew */
const ringEventsMax = 20_000
const ringCharsMax = 8 * 1024 * 1024
/** sent entries are kept this long, in case the socket lost them */
const sentKeepMs = 30_000
/** one turn's events go in several arrays beyond this */
const arrayEventsMax = 2_000
const arrayCharsMax = 512 * 1024

/**
 * One client of the API over all its connections: an own client of the peer, whose replies become events.
 * Replies come inside a turn of the peer and are only queued; `flush` runs after it.
 */
export class Session {
  readonly id: string
  readonly client: ClientRef
  readonly #handle: PeerHandle
  readonly #onDirty: (session: Session) => void
  readonly #onSubmitReply: (reply: Reply & { type: 'accepted' | 'refused' }, session: Session) => void
  /** tells this copy of the session's stream from one at another peer or in an earlier life */
  readonly #epoch = randomBytes(6).toString('hex')
  readonly #ring = new EventRing(ringEventsMax, ringCharsMax)
  #queued: Reply[] = []
  #follows: string[] = []
  /** whose live output comes already: a second request for it changes nothing */
  readonly #followed = new Set<string>()
  #writer: EventWriter | undefined
  #sentSeq = 0
  /** when somebody last came, or left */
  seenMs: number

  constructor(options: {
    id: string
    handle: PeerHandle
    nowMs: number
    onDirty: (session: Session) => void
    onSubmitReply: (reply: Reply & { type: 'accepted' | 'refused' }, session: Session) => void
  }) {
    this.id = options.id
    this.#handle = options.handle
    this.#onDirty = options.onDirty
    this.#onSubmitReply = options.onSubmitReply
    this.seenMs = options.nowMs
    this.client = this.#handle.attach((reply) => this.#onReply(reply))
  }

  get connected(): boolean {
    return this.#writer !== undefined
  }

  /** Asks for a task's state and outcome, now and on change. */
  watch(task: string, output: boolean): void {
    this.#handle.input({ type: 'query', client: this.client, task, watch: true })
    if (output) this.#follow(task)
  }

  /** its live output is wanted; asked for after this turn */
  followSoon(task: string): void {
    this.#follows.push(task)
    this.#onDirty(this)
  }

  /** A stream for this session; an earlier one is ended (its client has given it up). */
  connect(writer: EventWriter, lastEventId: string | undefined, nowMs: number): void {
    this.#writer?.end()
    this.#writer = writer
    this.seenMs = nowMs
    const [epoch, seqText] = (lastEventId ?? '').split('.')
    const known = epoch === this.#epoch && /^[0-9]{1,15}$/.test(seqText ?? '')
    const from = known ? Math.min(Number(seqText), this.#ring.lastSeq) : 0
    const resumed = (known || lastEventId === undefined) && this.#ring.firstSeq <= from + 1
    this.#sentSeq = Math.max(from, this.#ring.firstSeq - 1)
    writer.onDrain = () => this.#send()
    writer.onClose = () => {
      if (this.#writer !== writer) return
      this.#writer = undefined
      this.seenMs = Date.now()
    }
    const hello: SessionEvent = { type: 'hello', resumed }
    writer.write(JSON.stringify([hello]), `${this.#epoch}.${this.#sentSeq}`)
    this.#send()
  }

  /** Turns what was queued into events and sends them. */
  flush(nowMs: number): void {
    const follows = this.#follows
    this.#follows = []
    for (const task of follows) this.#follow(task)
    const replies = this.#queued
    this.#queued = []
    let texts: string[] = []
    let chars = 0
    const close = () => {
      if (texts.length > 0) this.#ring.push(texts.length, `[${texts.join(',')}]`, nowMs)
      texts = []
      chars = 0
    }
    for (const reply of replies) {
      for (const event of this.#eventsOf(reply)) {
        const text = JSON.stringify(event)
        texts.push(text)
        chars += text.length
        if (texts.length >= arrayEventsMax || chars >= arrayCharsMax) close()
      }
    }
    close()
    this.#send()
  }

  /** Forgets what was sent long ago. */
  sweep(nowMs: number): void {
    this.#ring.trim(this.#sentSeq, nowMs - sentKeepMs)
  }

  close(): void {
    this.#writer?.end()
    this.#handle.detach(this.client)
  }

  #follow(task: string): void {
    if (this.#followed.has(task)) return
    this.#followed.add(task)
    this.#handle.input({ type: 'follow', client: this.client, task })
  }

  #onReply(reply: Reply): void {
    if (reply.type === 'accepted' || reply.type === 'refused') this.#onSubmitReply(reply, this)
    else {
      this.#queued.push(reply)
      this.#onDirty(this)
    }
  }

  #eventsOf(reply: Reply): SessionEvent[] {
    const { type } = reply
    if (type === 'outcome') return [{ type, task: reply.task, outcome: fromOutcome(reply.task, reply.outcome) }]
    if (type === 'outputEnd') {
      this.#followed.delete(reply.task)
      return [{ type, task: reply.task }]
    }
    if (type === 'view') return this.#viewEvents(reply.task, reply.view, reply.reachable)
    if (type !== 'output') return []
    const data = Buffer.from(reply.data.buffer, reply.data.byteOffset, reply.data.byteLength).toString('base64')
    return [{ type, task: reply.task, stream: reply.stream, offset: reply.offset, data }]
  }

  #viewEvents(task: string, view: TaskView | undefined, reachable: boolean): SessionEvent[] {
    const events: SessionEvent[] = [{ type: 'view', task, reachable, ...(view ? { state: view.state } : {}) }]
    if (view?.outcome) events.push({ type: 'outcome', task, outcome: fromOutcome(task, view.outcome) })
    return events
  }

  /** as much as the socket takes; what fell out of the ring meanwhile becomes one `resync` */
  #send(): void {
    const writer = this.#writer
    if (!writer) return
    while (writer.ready) {
      if (this.#ring.firstSeq > this.#sentSeq + 1) {
        this.#sentSeq = this.#ring.firstSeq - 1
        writer.write(JSON.stringify([{ type: 'resync' } satisfies SessionEvent]))
        continue
      }
      const entry = this.#ring.after(this.#sentSeq)
      if (!entry) return
      this.#sentSeq = entry.seq
      writer.write(entry.text, `${this.#epoch}.${entry.seq}`)
    }
  }
}
