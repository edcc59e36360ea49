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
  readonly #spoolFolder: string
  readonly #keepers: Partial<Record<OutputStream, OutputKeeper>> = {}

  constructor(order: RunOrder, events: RunEvents, spoolFolder: string) {
    this.#order = order
    this.#events = events
    this.#spoolFolder = spoolFolder
  }

  get empty(): boolean {
    return !this.#keepers.stdout && !this.#keepers.stderr
  }

  /** bytes so far, which is the next offset */
  bytes(stream: OutputStream): number {
    return this.#keepers[stream]?.bytes ?? 0
  }

  /** The keeper to wait for when too much waits for the disk. */
  append(stream: OutputStream, data: Uint8Array): OutputKeeper | undefined {
    const { task, ballot } = this.#order
    this.#keepers[stream] ??= new OutputKeeper(join(this.#spoolFolder, `${task}-${ballot.counter}.${stream}`))
    const keeper = this.#keepers[stream]
    this.#events.output(task, ballot, stream, keeper.bytes, data)
    return keeper.append(data) ? undefined : keeper
  }

  /** What goes into the result. Never rejects: what could not be kept is cut to its head, counted and noted. */
  async bodies(blobs: BlobAccess, copies: PeerId[], signal: AbortSignal): Promise<OutputBodies> {
    const bodies: OutputBodies = { stdout: nothing, stderr: nothing, droppedBytes: 0, notes: [] }
    for (const stream of ['stdout', 'stderr'] as const) {
      const keeper = this.#keepers[stream]
      if (!keeper) continue
      try {
        bodies[stream] = await keeper.body(blobs, copies, signal)
      } catch (error) {
        const head = keeper.head()
        bodies[stream] = head
        bodies.droppedBytes += keeper.bytes - head.byteLength
        bodies.notes.push(
          `${stream} (${keeper.bytes} bytes) could not be stored, only its beginning: ${messageOf(error)}`,
        )
      }
    }
    return bodies
  }

  async discard(): Promise<void> {
    await Promise.all([this.#keepers.stdout?.discard(), this.#keepers.stderr?.discard()])
  }
}

const nothing = new Uint8Array(0)
