import type { LiveOutput, Rest } from './function-call.ts'

const flushMs = 20
const flushBytes = 32 * 1024
const unset = -1

type Stream = 'stdout' | 'stderr'

/**
 * What a function writes to its thread's stdout and stderr (console included), for one call at a time. The first piece
 * and whatever follows after a pause leave at once, so that a function that then blocks its thread was still heard.
 */
export class CapturedOutput {
  readonly #post: (live: LiveOutput) => void
  readonly #pending: Record<Stream, Buffer[]> = { stdout: [], stderr: [] }
  readonly #sent: Record<Stream, number> = { stdout: 0, stderr: 0 }
  #pendingBytes = 0
  #leftBytes = 0
  #call = unset
  #flushedAt = 0
  #timer: NodeJS.Timeout | undefined
  #droppedBytes = 0

  constructor(post: (live: LiveOutput) => void) {
    this.#post = post
    this.#redirect('stdout')
    this.#redirect('stderr')
  }

  begin(call: number, bytesMax: number): void {
    this.#call = call
    this.#leftBytes = bytesMax
    this.#sent.stdout = 0
    this.#sent.stderr = 0
    this.#flushedAt = 0
    this.#droppedBytes = 0
  }

  /** Ends the call; what was not sent yet goes with its answer, and where it belongs. Undefined: it wrote nothing. */
  end(): Rest | undefined {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#call = unset
    this.#pendingBytes = 0
    const { stdout, stderr } = this.#sent
    const rest = {
      droppedBytes: this.#droppedBytes,
      stdout: { offset: stdout, data: this.#takePending('stdout') },
      stderr: { offset: stderr, data: this.#takePending('stderr') },
    }
    return this.#droppedBytes + this.#sent.stdout + this.#sent.stderr === 0 ? undefined : rest
  }

  #redirect(stream: Stream): void {
    const target = process[stream]
    target.write = ((data: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      this.#write(stream, typeof data === 'string' ? Buffer.from(data, asEncoding(encoding)) : Buffer.from(data))
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') queueMicrotask(() => done())
      return true
    }) as typeof target.write
  }

  #write(stream: Stream, data: Buffer): void {
    // What a finished call's leftovers write belongs to no run.
    if (this.#call === unset) return
    const kept = Math.min(data.length, this.#leftBytes)
    this.#leftBytes -= kept
    this.#droppedBytes += data.length - kept
    if (kept === 0) return
    this.#pending[stream].push(data.subarray(0, kept))
    this.#pendingBytes += kept
    const quiet = performance.now() - this.#flushedAt >= flushMs
    if (quiet || this.#pendingBytes >= flushBytes) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flushedAt = performance.now()
    this.#pendingBytes = 0
    for (const stream of ['stdout', 'stderr'] as const) {
      const offset = this.#sent[stream]
      const data = this.#takePending(stream)
      if (data) this.#post({ call: this.#call, stream, offset, data })
    }
  }

  #takePending(stream: Stream): Uint8Array | undefined {
    const pending = this.#pending[stream]
    if (pending.length === 0) return undefined
    this.#pending[stream] = []
    const data = new Uint8Array(Buffer.concat(pending))
    this.#sent[stream] += data.byteLength
    return data
  }
}

function asEncoding(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
}
