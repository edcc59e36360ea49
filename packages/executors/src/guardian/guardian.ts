import type { Socket } from 'node:net'
import { CgroupBin, removeRunCgroups } from './cgroup-bin.ts'
import {
  decodeLeases,
  encodeFrame,
  encodeNumber,
  FrameReader,
  frameType,
  type GuardianFrame,
  type PlaceOrder,
  type SpawnOrder,
} from './frames.ts'
import { killEach, killGroup, signalGroup } from './group.ts'
import { hostNow } from './host-clock.ts'
import type { Ledger } from './ledger.ts'
import { processesOfFences } from './process-table.ts'
import { RunCgroup } from './run-cgroup.ts'
import { type CgroupPlace, cgroupPrefix } from './run-limits.ts'
import { TaskProcess } from './task-process.ts'
import { Watchdog, type WatchedRun } from './watchdog.ts'

/**
 * Runs that ended within so long are swept together: looking through all processes takes milliseconds, so not once for
 * each run. Too long: what a task left outside of its group goes on unseen for as long.
 */
const sweepMs = 500

/** How often leases and memory are looked at while something runs. */
const tickMs = 100

/**
 * Spawns a peer's tasks and outlives the peer just long enough to kill them. It holds nothing else.
 *
 * 1. When the channel to the peer closes (the peer is gone), every group is killed at once.
 * 2. When the lease of a run ends as the peer last told (the peer is frozen, or cut off), the run is killed: it may be
 *    started elsewhere.
 * 3. Nothing that the peer does not read keeps it from 1 and 2: the channel never blocks it.
 */
export class Guardian {
  readonly #channel: Socket
  readonly #ledger: Ledger
  /** undefined: limits are only watched */
  readonly #place: CgroupPlace | undefined
  readonly #bin = new CgroupBin()
  readonly #watchdog = new Watchdog()
  readonly #runs = new Map<number, TaskProcess>()
  /** by the host's clock, of runs that have one */
  readonly #leaseEnds = new Map<number, number>()
  #tick: NodeJS.Timeout | undefined
  /** runs that ended since the last sweep */
  readonly #ended = new Set<string>()
  #sweep: NodeJS.Timeout | undefined
  #corked = false
  #paused = false
  #closing: Promise<void> | undefined

  constructor(channel: Socket, ledger: Ledger, place: CgroupPlace | undefined) {
    this.#channel = channel
    this.#place = place
    this.#ledger = ledger
    const reader = new FrameReader((frame) => this.#onFrame(frame))
    channel.on('data', (chunk: Buffer) => reader.push(chunk))
    channel.on('drain', () => this.#resume())
  }

  /** Kills everything and resolves when it is gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#killAll()
    return this.#closing
  }

  async #killAll(): Promise<void> {
    clearInterval(this.#tick)
    clearTimeout(this.#sweep)
    const pids: number[] = []
    const fences = this.#ended
    for (const run of this.#runs.values()) {
      if (run.pid === undefined) continue
      pids.push(run.pid)
      for (const fence of run.fences) fences.add(fence)
      signalGroup(run.pid, 'SIGKILL')
    }
    if (fences.size > 0) killEach(processesOfFences(fences))
    const gone = await Promise.all(pids.map((pid) => killGroup(pid)))
    if (this.#place) await removeRunCgroups(this.#place, cgroupPrefix(process.pid))
    if (gone.every(Boolean)) this.#ledger.close()
  }

  #onFrame(frame: GuardianFrame): void {
    const run = this.#runs.get(frame.run)
    if (frame.type === frameType.spawn) this.#spawn(frame.run, JSON.parse(frame.payload.toString()))
    else if (frame.type === frameType.place) this.#placeTask(frame.run, run, JSON.parse(frame.payload.toString()))
    else if (frame.type === frameType.leases) this.#renew(frame.payload)
    else if (frame.type === frameType.kill) run?.stop(frame.payload.readUInt32LE(0), 'killed')
    // Copied: the stream keeps it longer than the frame's buffer should live.
    else if (frame.type === frameType.stdin) this.#stdin(frame.run, run, Buffer.from(frame.payload))
    else if (frame.type === frameType.stdinEnd) run?.stdinEnd()
  }

  #renew(payload: Buffer): void {
    for (const { run, endsAt } of decodeLeases(payload)) if (this.#runs.has(run)) this.#leaseEnds.set(run, endsAt)
  }

  #stdin(number: number, run: TaskProcess | undefined, data: Buffer): void {
    if (run) run.stdin(data)
    else this.#send(encodeNumber(frameType.stdinTaken, number, data.length))
  }

  #spawn(number: number, order: SpawnOrder): void {
    if (this.#closing) return
    const { cgroup, unlimited } = this.#cgroup(number, order)
    const run: TaskProcess = new TaskProcess(order, cgroup, {
      started: (pid, start) => {
        this.#ledger.add({ pid, start, fence: run.order.fence })
        this.#send(encodeFrame(frameType.started, number, JSON.stringify({ pid, start })))
      },
      ready: () => this.#send(encodeFrame(frameType.ready, number, undefined)),
      output: (stream, data) => this.#send(encodeFrame(frameType[stream], number, data)),
      stdinTaken: (bytes) => this.#send(encodeNumber(frameType.stdinTaken, number, bytes)),
      used: (use) => this.#send(encodeFrame(frameType.use, number, JSON.stringify(use))),
      exited: (exit) => {
        if (run.pid !== undefined && exit.gone) this.#ledger.remove(run.pid)
        this.#runs.delete(number)
        this.#leaseEnds.delete(number)
        if (cgroup) this.#bin.drop(cgroup)
        if (run.pid !== undefined) this.#sweepSoon(run.fences)
        this.#send(encodeFrame(frameType.exit, number, JSON.stringify({ ...exit, unlimited })))
        if (this.#runs.size === 0) this.#idle()
      },
    })
    this.#runs.set(number, run)
    if (order.leaseEndsAt !== undefined) this.#leaseEnds.set(number, order.leaseEndsAt)
    this.#tick ??= setInterval(() => this.#onTick(), tickMs)
    run.start()
    if (this.#paused) run.pause()
  }

  /** One that cannot take it ends; by the exit without a start before the peer knows that the task has not begun. */
  #placeTask(number: number, run: TaskProcess | undefined, order: PlaceOrder): void {
    if (!run) return
    if (order.leaseEndsAt !== undefined) this.#leaseEnds.set(number, order.leaseEndsAt)
    if (!run.place(order)) run.stop(0, 'killed')
  }

  /** A cgroup for this run; where it cannot be made the run is watched instead. */
  #cgroup(number: number, order: SpawnOrder): { cgroup: RunCgroup | undefined; unlimited: string } {
    if (!this.#place) return { cgroup: undefined, unlimited: '' }
    try {
      const name = `${cgroupPrefix(process.pid)}${number}`
      return { cgroup: new RunCgroup(this.#place, name, order.limits), unlimited: '' }
    } catch (error) {
      return { cgroup: undefined, unlimited: (error as Error).message }
    }
  }

  /** What left the group and let go of its output (a daemon) ends with its run all the same (Linux). */
  #sweepSoon(fences: ReadonlySet<string>): void {
    for (const fence of fences) this.#ended.add(fence)
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined
      killEach(processesOfFences(this.#ended))
      this.#ended.clear()
    }, sweepMs)
  }

  #idle(): void {
    clearInterval(this.#tick)
    this.#tick = undefined
  }

  #onTick(): void {
    const now = performance.now()
    for (const run of this.#runs.values()) run.sample(now)
    this.#watchdog.look(this.#watched(), now)
    if (this.#ranOut().length === 0) return
    // Timers come before reads: where it was this process that slept, newer leases may lie in the channel unread.
    setImmediate(() => {
      for (const number of this.#ranOut()) this.#runs.get(number)?.stop(0, 'lease')
    })
  }

  #ranOut(): number[] {
    const now = hostNow()
    return [...this.#leaseEnds].flatMap(([number, endsAt]) => (now < endsAt ? [] : [number]))
  }

  #watched(): WatchedRun[] {
    return [...this.#runs.values()].flatMap((run) => {
      const { pid, watched } = run
      if (pid === undefined || (watched.memoryBytes === 0 && watched.processes === 0)) return []
      return [{ pid, limits: watched, seen: (use) => run.seen(use), over: (limit) => run.stop(0, limit) }]
    })
  }

  /** All frames of one turn leave in one write; the tasks' pipes are not read while the peer does not keep up. */
  #send(frame: Buffer): void {
    if (this.#channel.destroyed) return
    if (!this.#corked) {
      this.#corked = true
      this.#channel.cork()
      setImmediate(() => {
        this.#corked = false
        this.#channel.uncork()
      })
    }
    if (this.#channel.write(frame) || this.#paused) return
    this.#paused = true
    for (const run of this.#runs.values()) run.pause()
  }

  #resume(): void {
    this.#paused = false
    for (const run of this.#runs.values()) run.resume()
  }
}
