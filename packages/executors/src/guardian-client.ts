import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { removeRunCgroups } from './guardian/cgroup-bin.ts'
import {
  type Exit,
  encodeFrame,
  encodeLeases,
  encodeNumber,
  FrameReader,
  frameType,
  type GuardianFrame,
  type PlaceOrder,
  type RunUse,
  type SpawnOrder,
  type Started,
} from './guardian/frames.ts'
import { killGroup } from './guardian/group.ts'
import { hostNow } from './guardian/host-clock.ts'
import { processStart } from './guardian/process-table.ts'
import { type CgroupPlace, cgroupPrefix } from './guardian/run-limits.ts'

/** How often the guardian is told of the leases. */
const leasesMs = 250
/** stdin bytes of one run that are under way to the guardian; more wait here */
const stdinCreditBytes = 256 * 1024
/** a guardian that has not ended by then (it needs 5 s at most) is stuck, and killed */
const closeMsMax = 10_000
/** how much of a dying guardian's last words is kept */
const lastWordsCharsMax = 2000

/** How one run is heard of, and asked about. All calls come in order; `exited` or `lost` is the last. */
export interface GuardedRun {
  /** how long it may go on from now if this peer falls silent; undefined: for ever */
  leaseLeftMs: (() => number) | undefined
  started(): void
  /** it stands warm; only of one that was spawned so */
  ready?(): void
  output(stream: 'stdout' | 'stderr', data: Uint8Array): void
  exited(exit: Exit): void
  /** the guardian died; the run's group was killed from here */
  lost(message: string): void
}

interface Entry {
  run: GuardedRun
  started: Started | undefined
  stdinUnderWay: number
  use: RunUse | undefined
  stdinWaiter: (() => void) | undefined
}

export interface GuardianOptions {
  script: string
  /** the folder of ledgers, see Ledger */
  folder: string
  /** where runs get cgroups; undefined: their limits are only watched */
  place: CgroupPlace | undefined
}

/** This peer's end of one guardian process. */
export class GuardianClient {
  readonly #process: ChildProcess
  readonly #channel: Socket
  readonly #place: CgroupPlace | undefined
  readonly #runs = new Map<number, Entry>()
  readonly #gone: Promise<void>
  #nextRun = 1
  #beat: NodeJS.Timeout | undefined
  #corked = false
  #pauses = 0
  #closed = false
  #lastWords = ''

  constructor(options: GuardianOptions) {
    const ledger = join(options.folder, `${process.pid}-${Date.now()}-${ledgerCount++}.runs`)
    // Its own session: a Ctrl-C in the peer's terminal must not reach it before the peer has ended its tasks.
    this.#place = options.place
    const place = options.place ? [JSON.stringify(options.place)] : []
    this.#process = spawn(process.execPath, [...nodeFlags, options.script, ledger, ...place], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.#channel = this.#process.stdio[3] as Socket
    const reader = new FrameReader((frame) => this.#onFrame(frame))
    this.#channel.on('data', (chunk: Buffer) => reader.push(chunk))
    this.#channel.on('error', () => this.#channel.destroy())
    this.#process.stderr!.on('data', (text) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsCharsMax)
    })
    this.#gone = new Promise((resolve) => {
      this.#process.once('error', (error) => void this.#onGone(error.message).then(resolve))
      this.#process.once('exit', (code, signal) => void this.#onGone(`exit ${signal ?? code}`).then(resolve))
    })
    this.#keepAlive()
  }

  get closed(): boolean {
    return this.#closed
  }

  get size(): number {
    return this.#runs.size
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Starts a run; returns its number. */
  spawn(order: Omit<SpawnOrder, 'leaseEndsAt'>, run: GuardedRun): number {
    const number = this.#nextRun++
    this.#runs.set(number, { run, started: undefined, use: undefined, stdinUnderWay: 0, stdinWaiter: undefined })
    this.#keepAlive()
    const leftMs = run.leaseLeftMs?.() ?? Infinity
    const leased: SpawnOrder = leftMs === Infinity ? order : { ...order, leaseEndsAt: hostNow() + leftMs }
    this.#send(encodeFrame(frameType.spawn, number, JSON.stringify(leased)))
    return number
  }

  /** Gives a process that stands warm its task, of which `run` hears from here on. False: it is gone already. */
  place(number: number, order: Omit<PlaceOrder, 'leaseEndsAt'>, run: GuardedRun): boolean {
    const entry = this.#runs.get(number)
    if (!entry) return false
    entry.run = run
    const leftMs = run.leaseLeftMs?.() ?? Infinity
    const leased: PlaceOrder = leftMs === Infinity ? order : { ...order, leaseEndsAt: hostNow() + leftMs }
    this.#send(encodeFrame(frameType.place, number, JSON.stringify(leased)))
    return true
  }

  /** Hands a run its stdin, as fast as it reads. Ends early, without an error, when the run ends. */
  async feed(number: number, data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    for await (const chunk of data) {
      for (let at = 0; at < chunk.byteLength; at += stdinCreditBytes / 4) {
        const part = chunk.subarray(at, at + stdinCreditBytes / 4)
        const entry = this.#runs.get(number)
        if (!entry) return
        entry.stdinUnderWay += part.byteLength
        this.#send(encodeFrame(frameType.stdin, number, part))
        if (entry.stdinUnderWay < stdinCreditBytes) continue
        await new Promise<void>((resolve) => {
          entry.stdinWaiter = resolve
        })
      }
    }
    this.#send(encodeFrame(frameType.stdinEnd, number, undefined))
  }

  /** What a run used when the guardian last looked. */
  useOf(number: number): RunUse | undefined {
    return this.#runs.get(number)?.use
  }

  /** SIGTERM, and SIGKILL after the grace; at once with grace 0. */
  kill(number: number, graceMs: number): void {
    this.#send(encodeNumber(frameType.kill, number, graceMs))
  }

  /** Stops reading what the guardian sends, until as many `resume` came. */
  pause(): void {
    if (this.#pauses++ === 0) this.#channel.pause()
  }

  resume(): void {
    if (--this.#pauses === 0) this.#channel.resume()
  }

  /** Ends the guardian, and with it whatever still runs; resolves when it is gone. */
  close(): Promise<void> {
    this.#closed = true
    this.#process.ref()
    this.#channel.resume()
    this.#channel.end()
    const hung = setTimeout(() => this.#process.kill('SIGKILL'), closeMsMax)
    return this.#gone.finally(() => clearTimeout(hung))
  }

  #onFrame(frame: GuardianFrame): void {
    const entry = this.#runs.get(frame.run)
    if (!entry) return
    if (frame.type === frameType.stdout) entry.run.output('stdout', new Uint8Array(frame.payload))
    else if (frame.type === frameType.stderr) entry.run.output('stderr', new Uint8Array(frame.payload))
    else if (frame.type === frameType.started) this.#onStarted(entry, JSON.parse(frame.payload.toString()))
    else if (frame.type === frameType.exit) this.#onExit(frame.run, entry, JSON.parse(frame.payload.toString()))
    else if (frame.type === frameType.ready) entry.run.ready?.()
    else if (frame.type === frameType.use) entry.use = JSON.parse(frame.payload.toString())
    else if (frame.type === frameType.stdinTaken) {
      entry.stdinUnderWay -= frame.payload.readUInt32LE(0)
      wake(entry)
    }
  }

  #onStarted(entry: Entry, started: Started): void {
    entry.started = started
    entry.run.started()
  }

  #onExit(number: number, entry: Entry, exit: Exit): void {
    this.#runs.delete(number)
    wake(entry)
    this.#keepAlive()
    entry.run.exited(exit)
  }

  /** The guardian is dead: its runs have nobody to watch them, so they end here and now. */
  async #onGone(how: string): Promise<void> {
    this.#closed = true
    const runs = [...this.#runs.values()]
    this.#runs.clear()
    this.#keepAlive()
    this.#channel.destroy()
    const words = this.#lastWords.trim()
    const cgroupsGone = this.#removeCgroups()
    await Promise.all(
      runs.map(async (entry) => {
        wake(entry)
        const { started } = entry
        if (started && processStart(started.pid) === started.start) await killGroup(started.pid)
        await cgroupsGone
        entry.run.lost(`the guardian process ended (${how})${words === '' ? '' : `: ${words}`}`)
      }),
    )
  }

  /** It removes them itself, unless it was killed. */
  async #removeCgroups(): Promise<void> {
    const { pid } = this.#process
    if (this.#place && pid !== undefined) await removeRunCgroups(this.#place, cgroupPrefix(pid))
  }

  /** The guardian keeps this process alive only while something runs; leases are told only then. */
  #keepAlive(): void {
    const busy = this.#runs.size > 0
    if (busy === (this.#beat !== undefined)) {
      if (!busy) this.#unref()
      return
    }
    clearInterval(this.#beat)
    this.#beat = busy ? setInterval(() => this.#tellLeases(), leasesMs) : undefined
    if (!busy) this.#unref()
    else this.#channel.ref()
  }

  #unref(): void {
    this.#process.unref()
    this.#channel.unref()
    ;(this.#process.stderr as Socket).unref()
  }

  #tellLeases(): void {
    const now = hostNow()
    const leases = [...this.#runs].flatMap(([number, { run }]) =>
      run.leaseLeftMs ? [{ run: number, endsAt: now + run.leaseLeftMs() }] : [],
    )
    if (leases.length > 0) this.#send(encodeLeases(leases))
  }

  #send(frame: Buffer): void {
    if (this.#channel.destroyed || this.#channel.writableEnded) return
    if (!this.#corked) {
      this.#corked = true
      this.#channel.cork()
      setImmediate(() => {
        this.#corked = false
        this.#channel.uncork()
      })
    }
    this.#channel.write(frame)
  }
}

let ledgerCount = 0

/** A small heap: it only hands bytes on, and what it cannot hand on it does not read. */
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', '--max-old-space-size=128']

function wake(entry: Entry): void {
  const waiter = entry.stdinWaiter
  entry.stdinWaiter = undefined
  waiter?.()
}
