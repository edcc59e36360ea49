import { randomBytes } from 'node:crypto'
import type { PeerHandle } from '@souk/runtime'
import type { EventWriter } from './event-writer.ts'
import { type TraceFilter, TraceRing } from './trace-ring.ts'

/** about ten minutes of a busy peer */
const eventsMax = 10_000
const charsMax = 16 * 1024 * 1024
/** goes on so long after the last reader has left: one that comes back misses nothing */
const lingerMsDefault = 60_000
/** of one message to one reader; what does not fit follows when its socket has drained */
const batchMax = 500

interface Reader {
  writer: EventWriter
  filter: TraceFilter
  /** the last one that it was given, or that did not fit its filter */
  seq: number
}

/** Where a reader begins. */
export interface TraceStart {
  filter: TraceFilter
  /** the Last-Event-ID of a stream that broke */
  lastId: string | undefined
  /** of the events before now, at most so many come first; where `lastId` is known it counts instead */
  recent: number
}

/**
 * This peer's recent trace events and all who read them. While nobody does the peer builds none, and nothing is kept. A slow
 * reader costs no memory: it has a place in the ring, and is told how many it has missed when the ring has gone past it.
 */
export class TraceStore {
  readonly #handle: PeerHandle
  readonly #lingerMs: number
  readonly #readers = new Set<Reader>()
  #ring = new TraceRing(eventsMax, charsMax)
  /** names this run of the ring: a place in another one means nothing here */
  #life = ''
  #stop: (() => void) | undefined
  #lingering: ReturnType<typeof setTimeout> | undefined
  #flushing: NodeJS.Immediate | undefined

  constructor(handle: PeerHandle, lingerMs = lingerMsDefault) {
    this.#handle = handle
    this.#lingerMs = lingerMs
  }

  read(writer: EventWriter, { filter, lastId, recent }: TraceStart): void {
    this.#begin()
    const [, life, seq] = /^([\w-]+)\.(\d{1,15})$/.exec(lastId ?? '') ?? []
    const known = life === this.#life && Number(seq) <= this.#ring.lastSeq
    const reader: Reader = { writer, filter, seq: known ? Number(seq) : Math.max(0, this.#ring.lastSeq - recent) }
    // What was never kept was not missed.
    if (!known) reader.seq = Math.max(reader.seq, this.#ring.firstSeq - 1)
    this.#readers.add(reader)
    writer.onDrain = () => this.#give(reader)
    writer.onClose = () => this.#leave(reader)
    this.#give(reader)
  }

  close(): void {
    clearTimeout(this.#lingering)
    clearImmediate(this.#flushing)
    this.#stop?.()
    this.#stop = undefined
  }

  #begin(): void {
    clearTimeout(this.#lingering)
    if (this.#stop !== undefined) return
    this.#ring = new TraceRing(eventsMax, charsMax)
    this.#life = randomBytes(6).toString('base64url')
    this.#stop = this.#handle.trace((event) => {
      this.#ring.push(event, Date.now())
      this.#flushing ??= setImmediate(() => {
        this.#flushing = undefined
        for (const reader of this.#readers) this.#give(reader)
      })
    })
  }

  #leave(reader: Reader): void {
    this.#readers.delete(reader)
    if (this.#readers.size > 0) return
    clearTimeout(this.#lingering)
    this.#lingering = setTimeout(() => {
      this.close()
      this.#ring = new TraceRing(eventsMax, charsMax)
    }, this.#lingerMs).unref()
  }

  #give(reader: Reader): void {
    const { writer, filter } = reader
    while (writer.ready && reader.seq < this.#ring.lastSeq) {
      const missed = this.#ring.firstSeq - 1 - reader.seq
      const { fitting, upTo } = this.#ring.after(reader.seq, filter, batchMax)
      reader.seq = upTo
      const texts = fitting.map(({ text }) => text)
      if (missed > 0) texts.unshift(JSON.stringify({ type: 'dropped', count: missed, wallMs: Date.now() }))
      if (texts.length > 0) writer.write(`[${texts.join(',')}]`, `${this.#life}.${upTo}`)
    }
  }
}
