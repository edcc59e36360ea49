import { join } from 'node:path'
import type { BlobAccess, RunEvents } from '@souk/runtime'
import type { Body, PeerId } from '@souk/wire'
import { OutputKeeper } from './output-keeper.ts'
import type { RunOrder } from './run-order.ts'
import { messageOf } from './run-result.ts'

export type OutputStream = 'stdout' | 'stderr'

export interface OutputBodies {
  stdout: Body
  stderr: Body
  droppedBytes: number
  notes: string[]
}

/** Both output streams of one run: told to whoever follows, with offsets, and kept for the result. */
export class RunOutput {
  readonly #order: RunOrder
  readonly #events: RunEvents
  readonly #keepers: Record<OutputStream, OutputKeeper>

  constructor(order: RunOrder, events: RunEvents, spoolFolder: string) {
    this.#order = order
    this.#events = events
    const path = join(spoolFolder, `${order.task}-${order.ballot.counter}`)
    this.#keepers = { stdout: new OutputKeeper(`${path}.stdout`), stderr: new OutputKeeper(`${path}.stderr`) }
  }

  /** bytes so far, which is the next offset */
  bytes(stream: OutputStream): number {
    return this.#keepers[stream].bytes
  }

  /** The keeper to wait for when too much waits for the disk. */
  append(stream: OutputStream, data: Uint8Array): OutputKeeper | undefined {
    const keeper = this.#keepers[stream]
    this.#events.output(this.#order.task, this.#order.ballot, stream, keeper.bytes, data)
    return keeper.append(data) ? undefined : keeper
  }

  /** What goes into the result. Never rejects: what could not be kept is cut to its head, counted and noted. */
  async bodies(blobs: BlobAccess, copies: PeerId[], signal: AbortSignal): Promise<OutputBodies> {
    const bodies: OutputBodies = {
      stdout: this.#keepers.stdout.head(),
      stderr: this.#keepers.stderr.head(),
      droppedBytes: 0,
      notes: [],
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const keeper = this.#keepers[stream]
      try {
        bodies[stream] = await keeper.body(blobs, copies, signal)
      } catch (error) {
        const head = bodies[stream] as Uint8Array
        bodies.droppedBytes += keeper.bytes - head.byteLength
        bodies.notes.push(
          `${stream} (${keeper.bytes} bytes) could not be stored, only its beginning: ${messageOf(error)}`,
        )
      }
    }
    return bodies
  }

  async discard(): Promise<void> {
    await Promise.all([this.#keepers.stdout.discard(), this.#keepers.stderr.discard()])
  }
}
