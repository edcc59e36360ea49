import type { NamedTask, PeerInput, Plan, Reply, Submission, ToldTrace, TraceEvent } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { type RunResult, type TaskId, type TaskSpec, taskId } from '@souk/wire'
import { drainOff, nothingWaits } from './idle-state.ts'
import { isKept, type KeptTask, resultOf, viewOf } from './kept-task.ts'

/** What several memory peers share: every task there is, and who is up. */
export class MemoryMesh {
  readonly tasks = new Map<TaskId, KeptTask>()
  readonly peers = new Map<string, MemoryPeer>()
  readonly removed: string[] = []

  /** whoever keeps this task cannot be asked; of one that nobody knows: some peer cannot */
  away(task: TaskId): boolean {
    const kept = this.tasks.get(task)
    return [...this.peers.values()].some((peer) => !peer.reachable && (!kept || peer.self === kept.origin))
  }
}

/**
 * A peer that keeps its tasks in memory and runs three commands itself: `echo TEXT…`, `false`, and `hold`, which
 * stays open until `close` is called. It answers like the real one: after the turn that asked.
 */
export class MemoryPeer implements PeerHandle {
  readonly self: string
  readonly #mesh: MemoryMesh
  readonly #listeners = new Map<number, (reply: Reply) => void>()
  readonly #tracers = new Set<(event: TraceEvent) => void>()
  readonly #watchers = new Map<TaskId, Set<number>>()
  readonly #followers = new Map<TaskId, Set<number>>()
  readonly #waits: { type: string; resolve: (input: PeerInput) => void }[] = []
  readonly #leavers: (() => void)[] = []
  #onTracers: () => void = () => {}
  #next = 1
  /** everything it was asked */
  readonly inputs: PeerInput[] = []
  reachable = true
  /** takes submits in and answers none */
  mute = false
  /** what it makes of a plan; without it, it is making too many */
  plan: ((tasks: readonly TaskSpec[]) => Plan) | undefined
  /** what it tells of the trace of the mesh; without it, it reads for too many */
  told: ToldTrace | undefined
  /** what it says of its draining; the state follows what it is told */
  readonly drain = { ...drainOff }
  written: PeerHandle['written'] = () => Promise.resolve(undefined)
  /** why a submit is refused, where it is */
  refuse: (task: NamedTask) => { code: string; message: string } | undefined = () => undefined

  constructor(self: string, mesh: MemoryMesh = new MemoryMesh()) {
    this.self = self
    this.#mesh = mesh
    mesh.peers.set(self, this)
  }

  get clients(): number {
    return this.#listeners.size
  }

  attach(listener: (reply: Reply) => void): number {
    this.#listeners.set(this.#next, listener)
    return this.#next++
  }

  detach(client: number): void {
    this.#listeners.delete(client)
    for (const wake of this.#leavers.splice(0)) wake()
  }

  /** Resolves once no more than this many clients are attached. */
  async clientsLeft(count: number): Promise<void> {
    while (this.clients > count) await new Promise<void>((resolve) => this.#leavers.push(resolve))
  }

  trace(listener: (event: TraceEvent) => void): () => void {
    this.#tracers.add(listener)
    this.#onTracers()
    return () => {
      this.#tracers.delete(listener)
      this.#onTracers()
    }
  }

  emit(event: TraceEvent): void {
    for (const tracer of this.#tracers) tracer(event)
  }

  /** Resolves once this many read the trace. */
  tracedBy(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onTracers = () => {
        if (this.#tracers.size === count) resolve()
      }
      this.#onTracers()
    })
  }

  whyUnlucky(task: NamedTask): { code: string; message: string } | undefined {
    const refused = this.refuse({ ...task, choosy: true })
    return refused?.code === 'key-unlucky' ? refused : undefined
  }

  input(input: PeerInput): void {
    if (input.type === 'remove') {
      this.#mesh.peers.delete(input.removal.peer)
      this.#mesh.removed.push(input.removal.peer)
    }
    if (input.type === 'drain') this.drain.state = input.on ? 'draining' : 'off'
    this.inputs.push(input)
    const at = this.#waits.findIndex((wait) => wait.type === input.type)
    if (at >= 0) this.#waits.splice(at, 1)[0]!.resolve(input)
    setImmediate(() => this.#step(input))
  }

  /** Resolves with the first input of a type, once it is heard. */
  asked<T extends PeerInput['type']>(type: T): Promise<PeerInput & { type: T }> {
    const heard = this.inputs.find((input) => input.type === type)
    if (heard) return Promise.resolve(heard as PeerInput & { type: T })
    return new Promise((resolve) => this.#waits.push({ type, resolve: resolve as (input: PeerInput) => void }))
  }

  /** Ends a task that is open. */
  close(task: TaskId, exitCode = 0): void {
    this.closeWith(task, { exitCode })
  }

  /** Ends a task that is open with this result. */
  closeWith(task: TaskId, more: Partial<RunResult>, kind?: 'cancelled'): void {
    const kept = this.#mesh.tasks.get(task)!
    const run = { ...resultOf(more.exitCode ?? 0, kept.output), ...more }
    kept.state = 'closed'
    kept.outcome = {
      kind: kind ?? (run.end === 'ok' ? 'succeeded' : 'failed'),
      code: kind ?? (run.end === 'ok' ? 'ok' : 'exit'),
      message: '',
      ballot: { counter: 1, peer: this.self, incarnation: 1 },
      host: this.self,
      result: run,
      attempts: [],
      endedWallMs: 1_700_000_000_000,
    }
    for (const peer of this.#mesh.peers.values()) peer.#tellClosed(kept)
  }

  /** More output of an open task, told to its followers when `live`. */
  output(task: TaskId, text: string, live = true): void {
    const kept = this.#mesh.tasks.get(task)!
    const data = new TextEncoder().encode(text)
    const offset = kept.output.byteLength
    kept.output = new Uint8Array([...kept.output, ...data])
    if (!live) return
    for (const peer of this.#mesh.peers.values()) {
      for (const client of peer.#followers.get(task) ?? []) {
        peer.#reply(client, { type: 'output', task, stream: 'stdout', offset, data })
      }
    }
  }

  snapshot() {
    const members = [...this.#mesh.peers.values()].map((peer) => ({
      peer: peer.self,
      name: peer.self.toLowerCase(),
      role: 'host',
      state: peer.reachable ? 'alive' : 'dead',
      incarnation: 1,
      connected: peer.reachable,
      reachable: peer.reachable,
      rttMs: 0.5,
      advert: { seq: 7, wallMs: Date.UTC(2026, 10, 29) },
      addresses: [],
    }))
    const vector = { cpuMilli: 4000, memoryBytes: 1, diskBytes: 1, networkMbps: 1, slots: 4, gpuMilli: [], custom: {} }
    const offer = {
      capacity: vector,
      labels: {},
      executors: ['process'],
      functions: [],
      draining: false,
      custody: true,
    }
    return {
      self: this.self,
      name: this.self.toLowerCase(),
      mesh: 'test',
      role: 'admin',
      incarnation: 1,
      startedWallMs: Date.now(),
      offer: { ...offer, priceMilli: 0, summary: 'memory' },
      free: vector,
      drain: { ...this.drain },
      rebalance: { on: true, movesPerMinuteMax: 9, movesLastMinute: 0, strategy: nothingWaits },
      members,
      removed: this.#mesh.removed,
      keeping: { members: members.length, keepers: members.length, custodians: 1, here: true, heardFromMajority: true },
      timers: [{ machine: 'roster', inMs: 1_249.6 }],
      tasks: { running: this.#mesh.tasks.size },
      store: { ok: true },
      counters: { submitted: this.#mesh.tasks.size },
    }
  }

  #reply(client: number, reply: Reply): void {
    this.#listeners.get(client)?.(reply)
  }

  #step(input: PeerInput): void {
    if (input.type === 'submit') for (const task of input.tasks) this.#onSubmit(input.client, task)
    else if (input.type === 'query') this.#onQuery(input.client, input.task, input.watch)
    else if (input.type === 'cancel') this.#onCancel(input.client, input.task)
    else if (input.type === 'list') {
      const tasks = [...this.#mesh.tasks.values()]
        .filter((task) => task.id.startsWith(input.prefix))
        .filter((task) => input.states.length === 0 || input.states.includes(task.state))
        .filter((task) => isKept(task, this.#mesh.removed, input.filter))
      const lines = tasks.slice(0, input.limit).map((task) => ({
        id: task.id,
        name: task.spec.name,
        class: task.spec.class,
        tenant: task.spec.tenant,
        priority: task.spec.priority,
        state: task.state,
        needs: { executor: task.spec.work.kind, function: '', request: task.spec.request, labels: task.spec.labels },
        ...(task.outcome ? { kind: task.outcome.kind, code: task.outcome.code } : {}),
        ...(task.outcome?.result ? { startedWallMs: 1_700_000_000_250, ranMs: 40 } : {}),
        origin: task.origin,
        attempts: 0,
        submittedWallMs: 1_700_000_000_000,
      }))
      this.#reply(input.client, { type: 'listed', tasks: lines, total: tasks.length, missing: [] })
    } else if (input.type === 'follow') this.#onFollow(input.client, input.task)
    else if (input.type === 'readTrace') this.#reply(input.client, { type: 'traced', told: this.told })
    else if (input.type === 'plan') this.#reply(input.client, { type: 'planned', plan: this.plan?.(input.tasks) })
    else if (input.type === 'move')
      this.#reply(input.client, { type: 'moved', results: input.moves.map(() => ({ handed: 0, left: [] })) })
  }

  #onSubmit(client: number, submission: Submission): void {
    const { tag, nonce, spec } = submission
    if (this.mute) return
    const refusal = this.refuse(submission)
    if (refusal) {
      this.#reply(client, { type: 'refused', tag, ...refusal })
      return
    }
    const id = taskId(nonce, 0, spec.gang !== undefined)
    const known = this.#mesh.tasks.get(id)
    this.#watch(id, client)
    this.#reply(client, { type: 'accepted', tag, task: id })
    if (known) {
      if (known.outcome) this.#reply(client, { type: 'outcome', task: id, outcome: known.outcome })
      return
    }
    const argv = spec.work.kind === 'process' ? spec.work.argv : ['echo', spec.work.args]
    const output = argv[0] === 'echo' ? new TextEncoder().encode(`${argv.slice(1).join(' ')}\n`) : new Uint8Array(0)
    this.#mesh.tasks.set(id, { id, spec, origin: this.self, state: 'running', outcome: undefined, output })
    if (argv[0] !== 'hold') this.close(id, argv[0] === 'false' ? 1 : 0)
  }

  #onQuery(client: number, task: TaskId, watch: boolean): void {
    if (watch) this.#watch(task, client)
    const reachable = !this.#mesh.away(task)
    const kept = reachable ? this.#mesh.tasks.get(task) : undefined
    this.#reply(client, { type: 'view', task, view: kept && viewOf(kept), reachable })
  }

  #onCancel(client: number, task: TaskId): void {
    const kept = this.#mesh.tasks.get(task)
    let answer: (Reply & { type: 'cancelled' })['answer'] = 'cancelled'
    if (this.#mesh.away(task)) answer = 'unreachable'
    else if (!kept) answer = 'unknown'
    else if (kept.state === 'closed') answer = 'closed-before'
    else this.closeWith(task, { exitCode: 130 }, 'cancelled')
    this.#reply(client, { type: 'cancelled', task, answer })
  }

  #onFollow(client: number, task: TaskId): void {
    const kept = this.#mesh.tasks.get(task)
    if (!kept || kept.state === 'closed') this.#reply(client, { type: 'outputEnd', task })
    else {
      const followers = this.#followers.get(task) ?? new Set()
      this.#followers.set(task, followers.add(client))
      if (kept.output.byteLength > 0)
        this.#reply(client, { type: 'output', task, stream: 'stdout', offset: 0, data: kept.output })
      this.#reply(client, { type: 'output', task, stream: 'stdout', offset: 0, data: new Uint8Array(0) })
    }
  }

  #watch(task: TaskId, client: number): void {
    this.#watchers.set(task, (this.#watchers.get(task) ?? new Set()).add(client))
  }

  #tellClosed(kept: KeptTask): void {
    const { id, outcome } = kept
    for (const client of this.#followers.get(id) ?? []) this.#reply(client, { type: 'outputEnd', task: id })
    for (const client of this.#watchers.get(id) ?? [])
      this.#reply(client, { type: 'outcome', task: id, outcome: outcome! })
    this.#followers.delete(id)
    this.#watchers.delete(id)
  }
}
