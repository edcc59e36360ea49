import type { PeerSnapshotView } from '@souk/control'
import type { ClientRef, PeerInput, Reply, TraceEvent } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import type { TaskSummary } from '@souk/wire'

const capacity = {
  cpuMilli: 8000,
  memoryBytes: 2 ** 34,
  diskBytes: 2 ** 38,
  networkMbps: 1000,
  slots: 8,
  gpuMilli: [],
  custom: {},
}
const offer = {
  capacity,
  labels: { zone: 'lab' },
  executors: ['process' as const, 'function' as const],
  functions: [],
  draining: false,
  custody: true,
  priceMilli: 0,
  summary: '8 cpu 16 GB 256 GB disk',
}
const nothingWaits = { strategy: 'none', code: 'nothing-waits', reason: 'no task waits' } as const
const started = Date.now()
/** of all peers together, that are told again */
const latestMax = 4_096
const peerId = (index: number): string => `12D3KooWReplayedPeerOfTheConsoleBench${String(index).padStart(6, '0')}`
const taskId = (index: number): string => `0replayedtask${String(index).padStart(11, '0')}`
const kinds = ['process/train', 'process/render', 'function/score']

/** A peer that only tells: of a mesh of so many, of tasks that come and go, and what it thinks, at a given pace. */
export class ReplayPeer implements PeerHandle {
  readonly self = peerId(0)
  readonly #peers: number
  readonly #listeners = new Map<ClientRef, (reply: Reply) => void>()
  readonly #tracers = new Set<(event: TraceEvent) => void>()
  readonly #latest: { seq: number; wallMs: number; event: TraceEvent }[] = []
  #next = 1
  #told = 0

  constructor(peers: number) {
    this.#peers = peers
  }

  attach(listener: (reply: Reply) => void): ClientRef {
    this.#listeners.set(this.#next, listener)
    return this.#next++
  }

  detach(client: ClientRef): void {
    this.#listeners.delete(client)
  }

  input(input: PeerInput): void {
    if (input.type === 'readTrace') this.#readTrace(input)
    if (input.type !== 'list') return
    const tasks = Array.from({ length: Math.min(input.limit, 200) }, (_, i) => this.#task(i))
    this.#listeners.get(input.client)?.({ type: 'listed', tasks, total: tasks.length, missing: [] })
  }

  whyUnlucky(): undefined {}

  async written(): Promise<undefined> {}

  trace(listener: (event: TraceEvent) => void): () => void {
    this.#tracers.add(listener)
    return () => this.#tracers.delete(listener)
  }

  /** The next so many events, to whoever reads; the latest are told again as those of all peers. */
  tell(count: number): void {
    for (let i = 0; i < count; i++) {
      const seq = this.#told++
      const event = this.#event(seq)
      for (const tracer of this.#tracers) tracer(event)
      this.#latest[seq % latestMax] = { seq, wallMs: Date.now(), event }
    }
  }

  /** As though each peer had a share of them, and all had answered. */
  #readTrace({ client, filter, limit }: Extract<PeerInput, { type: 'readTrace' }>): void {
    const { types, task, sinceWallMs = 0 } = filter
    const fitting = this.#latest
      .filter(({ wallMs }) => wallMs >= sinceWallMs)
      .filter(({ event }) => types.length === 0 || types.some((type) => `${event.type}.`.startsWith(`${type}.`)))
      .filter(({ event }) => task === undefined || ('task' in event && event.task === task))
      .sort((a, b) => a.seq - b.seq)
    const events = fitting.slice(-limit).map(({ seq, wallMs, event }) => {
      const by = peerId(Math.floor(seq / 6) % this.#peers)
      return { by, seq, wallMs, text: JSON.stringify(event) }
    })
    const atWallMs = Date.now()
    const peers = Array.from({ length: this.#peers }, (_, i) => ({ peer: peerId(i), sinceWallMs: started, atWallMs }))
    const told = { events, total: fitting.length, peers, missing: [] }
    this.#listeners.get(client)?.({ type: 'traced', told })
  }

  snapshot(): PeerSnapshotView {
    const members = Array.from({ length: this.#peers }, (_, i) => this.#member(i))
    return {
      ...{ self: this.self, name: 'peer-0', mesh: 'bench', role: 'admin', incarnation: 1, startedWallMs: started },
      ...{ offer, free: capacity, load: { waiting: 0, running: 4 }, members, tasks: { running: 4 } },
      drain: {
        state: 'off',
        forMs: 0,
        waiting: 0,
        running: 0,
        runningOnce: 0,
        passing: 0,
        held: 0,
        handedOver: 0,
        stopped: 0,
        moved: 0,
      },
      rebalance: { on: true, movesPerMinuteMax: 9, movesLastMinute: 0, strategy: nothingWaits },
      keeping: { members: this.#peers, keepers: this.#peers, custodians: 3, here: true, heardFromMajority: true },
      store: { ok: true },
      breaches: [],
      timers: [{ machine: 'roster', inMs: 250 }],
      counters: {},
    }
  }

  #member(index: number): PeerSnapshotView['members'][number] {
    const running = (index + Math.floor(Date.now() / 1000)) % 9
    const load = { waiting: index % 7 === 0 ? 3 : 0, freeSlots: 8 - running, running, draining: false }
    const state = index % 67 === 66 ? 'suspect' : 'alive'
    const link = { connected: state === 'alive', reachable: true, rttMs: 0.3 + (index % 40), addresses: [] }
    return { peer: peerId(index), name: `peer-${index}`, role: 'host', state, incarnation: 1, ...link, load, offer }
  }

  /** The newest of a stream of fifty a second. */
  #task(index: number): TaskSummary {
    const number = Math.floor(((Date.now() - started) / 1000) * 50) + 1_000 - index
    const submittedWallMs = Date.now() - index * 20
    const open = index < 100
    return {
      ...{
        id: taskId(number),
        name: '',
        class: kinds[number % 3]!,
        tenant: 'default',
        priority: 'medium',
        attempts: 1,
      },
      state: open ? 'running' : 'closed',
      ...(open
        ? {}
        : { kind: number % 50 === 0 ? 'failed' : 'succeeded', code: 'ok', ranMs: 900, endedWallMs: Date.now() }),
      needs: {
        executor: 'process',
        function: '',
        request: { ...capacity, slots: 1, gpu: { count: 0, milli: 0 } },
        labels: {},
      },
      ...{ origin: this.self, host: peerId(number % this.#peers), how: 'auction', submittedWallMs },
      startedWallMs: submittedWallMs + 5,
    }
  }

  /** Six events a task: an auction, an award with its bids, and what came of it. */
  #event(index: number): TraceEvent {
    const number = Math.floor(index / 6)
    const [task, to, at] = [taskId(number), peerId(number % this.#peers), performance.now()]
    const ballot = { n: 1, peer: this.self } as never
    const kind = kinds[number % 3]!
    switch (index % 6) {
      case 0:
        return { at, type: 'task.submitted', task, class: kind }
      case 1:
        return { at, type: 'auction.asked', lot: number, class: kind, count: 1, asked: 32 }
      case 2:
        return { at, type: 'task.awarded', task, ballot, to, decision: this.#decision(number) }
      case 3:
        return {
          at,
          type: 'auction.closed',
          lot: number,
          bids: 20,
          awarded: 1,
          closed: 'good-enough',
          tookMs: number % 30,
        }
      case 4:
        return { at, type: 'task.chosen', task, ballot }
      default:
        return { at, type: 'task.closed', task, ballot, kind: 'succeeded', code: 'ok' }
    }
  }

  #decision(number: number): never {
    const finishMs = { p50: 900, p90: 1_800 }
    const terms = {
      count: 1,
      startMs: 0,
      finishMs,
      fragMilli: 0,
      usedMilli: 300,
      priceMilli: 0,
      warm: true,
      loadSeq: 1,
    }
    const bids = Array.from({ length: 8 }, (_, i) => ({
      peer: peerId((number + i) % this.#peers),
      ...{ terms, score: 0.1 * i, parts: { start: 0, used: 0.3 }, afterMs: 2 },
    }))
    return {
      ...{ how: 'auction', by: this.self, wallMs: Date.now(), decisionMs: 5, auctionMs: 4, candidates: 199, asked: 32 },
      ...{
        bids,
        bidsTotal: 20,
        refusals: { 'no-room': 12 },
        reasons: [],
        refused: [],
        winner: bids[0]!.peer,
        margin: 0.1,
      },
      ...{ predicted: { startMs: 0, finishMs }, weights: { start: 1, used: 1 }, closed: 'good-enough', reason: 'best' },
    } as never
  }
}
