import { type ClientRef, type NamedTask, type PeerEffect, type PeerInput, type Reply, storedPrefixes } from '@souk/peer'
import type { PeerId } from '@souk/wire'
import { behindIn } from './behind.ts'
import { BlobCustody } from './blob-custody.ts'
import { countersOf } from './driver-counters.ts'
import type { DriverCounters, DriverOptions, DriverStart, PeerMachine } from './driver-options.ts'
import { ExecutorSet, runEvents } from './executor-set.ts'
import { FrameOutbox } from './frame-outbox.ts'
import { GroupCommit, hasStopped, type NotWritten } from './group-commit.ts'
import { Inbound } from './inbound.ts'
import { Listeners } from './listeners.ts'
import { OwnAdvert } from './own-advert.ts'
import type { PeerHandle } from './peer-handle.ts'
import type { Clock } from './ports.ts'
import { expel, isRemoved, RemovedError } from './removed.ts'
import { type ScaleDesk, scaleDeskOf } from './scale-desk.ts'
import { stopPart } from './stop-part.ts'
import { Wakeup } from './wakeup.ts'
import { Watches } from './watches.ts'

/** Stopping what a failed start had begun waits no longer. */
const undoMsMax = 2000

/**
 * Runs one peer machine on the real world: every input in order, one at a time, its effects carried out at once,
 * except that frames and writes go out once per turn of the event loop.
 */
export class Driver implements PeerHandle {
  readonly self: PeerId
  /** Rejects when the machine or driver breaks one of its own rules, or with `StoreBehindError` or `RemovedError`. The peer is dead: exit. */
  readonly failed: Promise<never>
  readonly #options: DriverOptions
  readonly #peer: PeerMachine
  readonly #clock: Clock
  readonly #executors: ExecutorSet
  readonly #listeners: Listeners
  readonly #ownAdvert: OwnAdvert
  readonly #inbound: Inbound
  readonly #commit: GroupCommit
  readonly #wakeup: Wakeup
  readonly #blobs: BlobCustody | undefined
  readonly #scaling: ScaleDesk | undefined
  readonly #out: PeerEffect[] = []
  #waiting: PeerInput[] = []
  #outbox: FrameOutbox | undefined
  #watches: Watches | undefined
  #stepping = false
  #flushing: NodeJS.Immediate | undefined
  #cancelPaced: (() => void) | undefined
  #state: 'new' | 'running' | 'stopping' | 'stopped' | 'failed' = 'new'
  #fail: (error: unknown) => void = () => {}
  #inputs = 0

  constructor(options: DriverOptions) {
    this.self = options.credentials.self
    this.#options = options
    this.#peer = options.peer
    this.#clock = options.clock
    this.#executors = new ExecutorSet(options.executors)
    this.#listeners = new Listeners({
      onTracing: (tracing) => this.#peer.setTracing?.(tracing),
      onFailure: (what, error) => this.#log('error', `a ${what} listener failed`, { error }),
    })
    this.#ownAdvert = new OwnAdvert(options.credentials)
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#inbound = new Inbound({
      credentials: options.credentials,
      clock: options.clock,
      deliver: (input) => this.input(input),
      onVerified: ({ peer, addresses }) => {
        if (peer !== this.self) options.transport.learn(peer, addresses)
      },
      onRejected: (from, code, detail) => this.input({ type: 'rejected', from, code, detail }),
    })
    this.#commit = new GroupCommit({
      records: options.records,
      clock: this.#clock,
      onCommitted: (result) => this.input(result),
      onBug: (error) => this.#onBug(error),
    })
    this.#wakeup = new Wakeup(this.#clock, () => this.input({ type: 'wake' }))
    this.#blobs = options.blobs && this.#blobCustody(options.blobs)
    this.#scaling = scaleDeskOf(options, (input) => this.input(input))
  }

  /** Starts executors, then the machine with what the store holds, then the transport; undoes it all on failure. */
  async start(start: DriverStart, signal: AbortSignal): Promise<void> {
    try {
      await this.#startParts(start, signal)
    } catch (error) {
      await this.stop(AbortSignal.timeout(undoMsMax))
      throw error
    }
  }

  async #startParts(start: DriverStart, signal: AbortSignal): Promise<void> {
    const { records, transport, credentials } = this.#options
    const stored = records.entries('').filter(({ key }) => storedPrefixes.some((prefix) => key.startsWith(prefix)))
    if (isRemoved(this.self, stored)) throw new RemovedError()
    this.#outbox = new FrameOutbox(transport, start.incarnation, () => this.#peer.loadStamp())
    this.#peer.setTracing?.(this.#listeners.tracing)
    // Before the machine: whatever it recovers may run at once, and what is offered may depend on it.
    const events = runEvents((input) => this.input(input), { peer: this.#peer, clock: this.#clock })
    await this.#executors.start(events, signal)
    this.#state = 'running'
    const { certificate } = credentials
    const life = { incarnation: start.incarnation, proof: credentials.signLife(start.incarnation) }
    const given = { stored, offer: start.offer(), linedFunctions: this.#executors.linedFunctions(), certificate }
    this.input({ type: 'start', wallMs: this.#clock.wall(), ...life, ...given })
    await transport.start(this.#inbound, signal)
    this.input({ type: 'addresses', addresses: transport.addresses() })
    this.#blobs?.start()
    this.#watches = new Watches(this.#clock, this.#executors, (input) => this.input(input), this.#options.lag)
  }

  /**
   * Says goodbye, ends all runs, waits for the disk, then closes transport and records. An aborted `signal` cuts
   * the waiting short. Also after a failure, where only the parts are stopped.
   */
  async stop(signal: AbortSignal): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return
    const alive = this.#state === 'running'
    if (alive) {
      this.input({ type: 'leave' })
      this.#flush()
      this.#state = 'stopping'
    }
    this.#blobs?.stop()
    this.#watches?.stop()
    if (this.#scaling) await stopPart(this.#options, 'scaler', this.#scaling.stop(), signal)
    this.#commit.stop()
    await stopPart(this.#options, 'executors', this.#executors.stop(), signal)
    // Runs that ended by this are reports to write and to send.
    this.#flush()
    if (alive) await stopPart(this.#options, 'disk', this.#commit.idle(), signal)
    this.#flush()
    this.#outbox?.flushAll(this.#clock.now())
    this.#cancelPaced?.()
    this.#wakeup.stop()
    this.#state = 'stopped'
    await stopPart(this.#options, 'transport', this.#options.transport.stop(), signal)
    await this.#options.records.close()
  }

  attach(listener: (reply: Reply) => void): ClientRef {
    return this.#listeners.attach(listener)
  }

  detach(client: ClientRef): void {
    if (this.#listeners.detach(client)) this.input({ type: 'gone', client })
  }

  trace(...reader: Parameters<PeerHandle['trace']>): () => void {
    return this.#listeners.trace(...reader)
  }

  whyUnlucky(task: NamedTask): { code: string; message: string } | undefined {
    return this.#peer.whyUnlucky(task)
  }

  snapshot(): unknown {
    return this.#peer.snapshot(this.#clock.now())
  }

  written(): Promise<NotWritten | undefined> {
    if (this.#state !== 'running' && this.#state !== 'stopping') return Promise.resolve(hasStopped)
    this.#flush()
    return this.#commit.settled()
  }

  counters(): DriverCounters {
    return countersOf(this.#inputs, { inbound: this.#inbound, outbox: this.#outbox, commit: this.#commit })
  }

  /** Steps the machine now; from inside an effect (a listener, an executor) right after the step at hand. */
  input(input: PeerInput): void {
    this.#hear(input.type === 'submit' && this.#blobs ? this.#blobs.take(input) : input)
  }

  #hear(input: PeerInput | undefined): void {
    if (!input || (this.#state !== 'running' && this.#state !== 'stopping')) return
    this.#waiting.push(input)
    if (this.#stepping) return
    this.#stepping = true
    try {
      for (let i = 0; i < this.#waiting.length; i++) this.#step(this.#waiting[i] as PeerInput)
    } catch (error) {
      this.#onBug(error)
    } finally {
      this.#waiting = []
      this.#stepping = false
    }
  }

  #step(input: PeerInput): void {
    this.#inputs++
    const out = this.#out
    this.#peer.step(input, this.#clock.now(), out)
    for (let i = 0; i < out.length; i++) this.#carryOut(out[i] as PeerEffect)
    out.length = 0
    this.#wakeup.arm(this.#peer.nextWakeup())
  }

  #carryOut(effect: PeerEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outbox?.add(effect.to, this.#ownAdvert.inMessage(effect.message))
        this.#flushSoon()
        break
      case 'persist':
        this.#commit.add(effect.seq, effect.writes)
        this.#blobs?.onWrites(effect.writes)
        this.#flushSoon()
        break
      case 'publish':
        this.#options.transport.publish(this.#ownAdvert.sign(effect.advert))
        break
      case 'run':
      case 'lineUp':
      case 'takeBack':
      case 'stop':
      case 'warm':
        this.#executors.carryOut(effect)
        break
      case 'reply':
        this.#listeners.reply(effect.client, effect.reply)
        break
      case 'trace': {
        this.#listeners.event(effect.event)
        const behind = behindIn(effect.event)
        if (behind !== undefined) this.#onBug(behind, 'this peer stops')
        break
      }
      case 'expel':
        this.#outbox?.flushTo(effect.removal.peer, this.#clock.now())
        void expel(effect.removal, this.#options, () => this.written()).then((error) => {
          if (error) this.#onBug(error, 'this peer stops')
        })
        break
      case 'scale':
        this.#scaling?.order(effect.intent)
        break
    }
  }

  /**
   * Once per turn of the event loop, after its I/O callbacks: what arrives together shares frames and one commit. A round
   * trip over TCP takes as long as with a flush in the microtask after each input, which could join nothing.
   */
  #flushSoon(): void {
    this.#flushing ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    if (this.#flushing) clearImmediate(this.#flushing)
    this.#flushing = undefined
    if (this.#state === 'failed') return
    try {
      const now = this.#clock.now()
      // Before the write: the way to others and their own disks take longest, and nothing waits for a write that begins.
      const restMs = this.#outbox?.flush(now)
      this.#commit.flush()
      if (restMs === undefined) return
      this.#cancelPaced ??= this.#clock.after(restMs - now, () => {
        this.#cancelPaced = undefined
        this.#flush()
      })
    } catch (error) {
      this.#onBug(error)
    }
  }

  #onBug(error: unknown, message = 'this peer broke one of its own rules and stops'): void {
    if (this.#state === 'failed') return
    this.#state = 'failed'
    this.#wakeup.stop()
    this.#log('error', message, { error })
    this.#fail(error)
  }

  #blobCustody({ store, access }: NonNullable<DriverOptions['blobs']>): BlobCustody {
    return new BlobCustody({
      self: this.self,
      clock: this.#clock,
      blobs: store,
      access,
      peer: this.#peer,
      submit: (submit) => this.#hear(submit),
      reply: (client, reply) => this.#listeners.reply(client, reply),
      log: (level, message, fields) => this.#log(level, message, fields),
    })
  }

  #log(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void {
    const { log = console.error } = this.#options
    log(level, message, fields)
  }
}
