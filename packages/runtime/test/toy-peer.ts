import type { Millis } from '@souk/kernel'
import type { NamedTask, PeerEffect, PeerInput, StoredBlobs, Submission, Tracing } from '@souk/peer'
import type { LoadStamp } from '@souk/wire'
import type { PeerMachine } from '../src/index.ts'

type Handlers = {
  [T in PeerInput['type']]?: (input: Extract<PeerInput, { type: T }>, out: PeerEffect[], now: Millis) => void
}

/** A machine that writes down what it hears and answers as the test says. */
export class ToyPeer implements PeerMachine {
  readonly heard: PeerInput[] = []
  readonly handlers: Handlers
  wakeupAt: Millis | undefined
  tracing: Tracing = false
  /** by nonce of what is submitted, and by task of what is kept */
  custodians: Record<string, string[]> = {}
  /** named by tasks that are kept */
  blobs: StoredBlobs[] = []
  load: LoadStamp = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  #watchers: { type: string; resolve: (input: PeerInput) => void }[] = []

  constructor(handlers: Handlers = {}) {
    this.handlers = handlers
  }

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    this.heard.push(input)
    const handler = this.handlers[input.type] as ((i: PeerInput, out: PeerEffect[], now: Millis) => void) | undefined
    handler?.(input, out, now)
    for (const watcher of this.#watchers.filter((w) => w.type === input.type)) watcher.resolve(input)
    this.#watchers = this.#watchers.filter((w) => w.type !== input.type)
  }

  nextWakeup(): Millis | undefined {
    return this.wakeupAt
  }

  runsUntilMs(): number | undefined {
    return undefined
  }

  custodiansOf({ nonce }: Submission): readonly string[] | undefined {
    return this.custodians[nonce]
  }

  whyUnlucky({ nonce }: NamedTask): { code: string; message: string } | undefined {
    return this.custodians[nonce] ? undefined : { code: 'key-unlucky', message: 'its custodians are away' }
  }

  keepersOf(task: string): readonly string[] {
    return this.custodians[task] ?? []
  }

  blobsKept(): StoredBlobs[] {
    return this.blobs
  }

  snapshot(): unknown {
    return { heard: this.heard.length }
  }

  loadStamp(): LoadStamp {
    return this.load
  }

  setTracing(tracing: Tracing): void {
    this.tracing = tracing
  }

  /** Types of the inputs heard, those of every life left out. */
  types(): string[] {
    return this.heard.map((i) => i.type).filter((t) => t !== 'start' && t !== 'addresses')
  }

  all<T extends PeerInput['type']>(type: T): Extract<PeerInput, { type: T }>[] {
    return this.heard.filter((i) => i.type === type) as Extract<PeerInput, { type: T }>[]
  }

  /** Resolves with the next input of this type. */
  next<T extends PeerInput['type']>(type: T): Promise<Extract<PeerInput, { type: T }>> {
    return new Promise((resolve) => this.#watchers.push({ type, resolve: resolve as (i: PeerInput) => void }))
  }
}
