import type { FastifyReply } from 'fastify'
import { ApiError } from './api-error.ts'
import { EventWriter } from './event-writer.ts'

/** each holds a socket and a buffer */
const streamsMax = 1024
/** a client takes three missed ones for a hanging peer */
const beatMs = 5_000

/** All open event streams, one timer for their heartbeats. */
export class EventWriters {
  readonly #open = new Set<EventWriter>()
  #timer: ReturnType<typeof setInterval> | undefined

  /** Takes the reply over as a stream. Throws ApiError 429 `streams-full`. */
  open(reply: FastifyReply): EventWriter {
    if (this.#open.size >= streamsMax) {
      throw new ApiError(429, 'streams-full', `${streamsMax} event streams are open here; close some`)
    }
    reply.hijack()
    const writer = new EventWriter(reply.raw)
    this.#open.add(writer)
    reply.raw.on('close', () => this.#remove(writer))
    this.#timer ??= setInterval(() => {
      for (const each of this.#open) each.beat()
    }, beatMs)
    return writer
  }

  closeAll(): void {
    for (const writer of [...this.#open]) {
      writer.end()
      this.#remove(writer)
    }
  }

  #remove(writer: EventWriter): void {
    this.#open.delete(writer)
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
