import type { SessionEvent } from '@souk/client'
import type { Reply } from '@souk/peer'
import type { Body, TaskView } from '@souk/wire'
import { toApiError } from './api-error.ts'
import type { EventWriter } from './event-writer.ts'
import type { ControlOptions } from './options.ts'
import type { TaskFinder } from './task-finder.ts'

/** read from the peer and not yet taken by the socket; over it the stream breaks and the client starts over */
const waitingBytesMax = 16 * 1024 * 1024
const chunkBytesMax = 64 * 1024
/** after the end of one run's output, until a task that is not closed is followed again */
const followAgainMs = 1_000

type OutputReply = Reply & { type: 'output' | 'outputEnd' }

/**
 * One task's output, live until it is closed; what did not come live by then is read from its outcome.
 * Live output is best effort: offsets show what was skipped. The task is known to exist.
 */
export class OutputStream {
  readonly #task: string
  readonly #writer: EventWriter
  readonly #options: Pick<ControlOptions, 'handle' | 'readBlob' | 'log'>
  readonly #finder: TaskFinder
  readonly #controller = new AbortController()
  readonly #sent = { stdout: 0, stderr: 0 }
  #waiting: OutputReply[] = []
  #waitingBytes = 0
  #flushing = false
  #follow: () => void = () => {}
  #again: NodeJS.Timeout | undefined

  constructor(
    task: string,
    writer: EventWriter,
    options: Pick<ControlOptions, 'handle' | 'readBlob' | 'log'>,
    finder: TaskFinder,
  ) {
    this.#task = task
    this.#writer = writer
    this.#options = options
    this.#finder = finder
  }

  start(): void {
    const { handle } = this.#options
    const client = handle.attach((reply) => {
      if (reply.type === 'output' || reply.type === 'outputEnd') this.#onReply(reply)
    })
    this.#follow = () => handle.input({ type: 'follow', client, task: this.#task })
    this.#writer.onClose = () => {
      clearTimeout(this.#again)
      this.#controller.abort()
      handle.detach(client)
    }
    this.#writer.onDrain = () => this.#flush()
    this.#follow()
  }

  #onReply(reply: OutputReply): void {
    this.#waiting.push(reply)
    if (reply.type === 'output') this.#waitingBytes += reply.data.byteLength
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#waitingBytes > waitingBytesMax) this.#writer.end()
    if (!this.#writer.ready || this.#waiting.length === 0) return
    const replies = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    const events: SessionEvent[] = []
    let ended = false
    for (const reply of replies) {
      if (reply.type === 'output') events.push(this.#eventOf(reply.stream, reply.offset, reply.data))
      else ended = true
    }
    if (events.length > 0) this.#writer.write(JSON.stringify(events))
    if (ended) void this.#onRunEnded()
  }

  #eventOf(stream: 'stdout' | 'stderr', offset: number, data: Uint8Array): SessionEvent {
    this.#sent[stream] = Math.max(this.#sent[stream], offset + data.byteLength)
    const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
    return { type: 'output', task: this.#task, stream, offset, data: base64 }
  }

  async #onRunEnded(): Promise<void> {
    try {
      const view = await this.#finder.view(this.#task)
      if (!view.outcome) {
        if (!this.#writer.closed) this.#again = setTimeout(this.#follow, followAgainMs)
        return
      }
      await this.#writeRest(view)
      this.#end({})
    } catch (error) {
      if (this.#controller.signal.aborted) return
      const known = toApiError(error)
      if (!known) this.#options.log('error', 'an output could not be read', { task: this.#task, error: String(error) })
      const code = known?.body.code ?? 'internal'
      this.#end({ code, message: `the rest of the output cannot be read: ${known?.message ?? code}` })
    }
  }

  #end(why: { code?: string; message?: string }): void {
    this.#writer.write(JSON.stringify([{ type: 'outputEnd', task: this.#task, ...why } satisfies SessionEvent]))
    this.#writer.end()
  }

  async #writeRest({ outcome, record }: TaskView): Promise<void> {
    const holders = [outcome?.host, ...record.custodians, record.origin].filter((peer) => peer !== undefined)
    for (const stream of ['stdout', 'stderr'] as const) {
      const body = outcome?.result?.[stream]
      if (body) await this.#writeBody(stream, body, [...new Set(holders)])
    }
  }

  async #writeBody(stream: 'stdout' | 'stderr', body: Body, holders: string[]): Promise<void> {
    const inline = body instanceof Uint8Array
    if ((inline ? body.byteLength : body.sizeBytes) <= this.#sent[stream]) return
    const chunks = inline ? [body] : this.#options.readBlob(body, holders, this.#controller.signal)
    let at = 0
    for await (const chunk of chunks) {
      for (let i = 0; i < chunk.byteLength; i += chunkBytesMax) {
        const part = chunk.subarray(i, i + chunkBytesMax)
        const skip = Math.min(part.byteLength, Math.max(0, this.#sent[stream] - at))
        at += part.byteLength
        if (skip === part.byteLength) continue
        await this.#writer.drained()
        if (this.#writer.closed) return
        this.#writer.write(JSON.stringify([this.#eventOf(stream, at - part.byteLength + skip, part.subarray(skip))]))
      }
    }
  }
}
