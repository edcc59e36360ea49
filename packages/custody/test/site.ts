import type { Ballot, Bearer as Life, Message, Outcome, RunResult, TaskRecord } from '@souk/wire'
import {
  Bearer,
  type BearerEffect,
  type BearerMessage,
  Custodian,
  type CustodianEffect,
  type CustodianMessage,
  type CustodyConfig,
  Submitter,
  type SubmitterEffect,
  type SubmitterMessage,
} from '../src/index.ts'
import { idOf, result, wallMs } from './fixtures.ts'
import type { TestMesh } from './test-mesh.ts'

type Effect = CustodianEffect | BearerEffect | SubmitterEffect
type Tag = Message['t']

/** Who hears what, as in a real peer; what an answer is about says whose it was. */
const toBearer = new Set<Tag>(
  'award accept renewed begun committed lacking fenced stored already unstored'.split(' ') as Tag[],
)
const toSubmitter = new Set<Tag>('stored already unstored chosen moved unknown'.split(' ') as Tag[])
const onlyBearer = new Set<Tag>(['award', 'accept', 'renewed', 'begun'])

/**
 * One peer of a cluster: its three machines of custody, a disk, and a host that starts what it is given and stops what
 * it is told to stop.
 */
export class Site {
  readonly life: Life
  readonly custodian: Custodian
  readonly bearer: Bearer
  readonly submitter: Submitter
  readonly disk: Map<string, unknown>
  /** what goes out, in order */
  readonly outgoing: { to: string; message: Message }[] = []
  /** what clients of this peer were told */
  readonly replies: Extract<SubmitterEffect, { type: 'accepted' | 'refused' | 'outcome' }>[] = []
  /** tasks that wait for market here, and those that run here, by their ids */
  readonly waiting = new Map<string, TaskRecord>()
  readonly runs = new Map<string, Ballot>()
  /** the host does not end what it is told to stop */
  frozen = false
  /** the disk writes nothing */
  stalled = false
  #unwritten: Extract<CustodianEffect, { type: 'persist' }>[] = []

  constructor(life: Life, config: CustodyConfig, mesh: TestMesh, disk: Map<string, unknown>, now: number) {
    this.life = life
    this.disk = disk
    this.custodian = new Custodian(config, { self: life.peer, mesh })
    this.bearer = new Bearer(config, { self: life.peer, mesh })
    this.submitter = new Submitter(config, { self: life.peer, mesh })
    const start = { type: 'start', wallMs: wallMs + now, incarnation: life.incarnation } as const
    const stored = [...disk].map(([key, value]) => ({ key, value }))
    this.custodian.step({ ...start, stored }, now, [])
    this.bearer.step(start, now, [])
    this.submitter.step(start, now, [])
  }

  nextWakeup(): number {
    const { custodian, bearer, submitter } = this
    return Math.min(...[custodian, bearer, submitter].map((machine) => machine.nextWakeup() ?? Infinity))
  }

  wake(now: number): void {
    this.#custodian({ type: 'wake' }, now)
    this.#submitter({ type: 'wake' }, now)
    this.onBearer({ type: 'wake' }, now)
  }

  onMessage(from: Life, message: Message, now: number): void {
    if (toSubmitter.has(message.t))
      this.#submitter({ type: 'message', from: from.peer, message: message as SubmitterMessage }, now)
    if (toBearer.has(message.t)) this.onBearer({ type: 'message', from, message: message as BearerMessage }, now)
    if (!onlyBearer.has(message.t) && message.t !== 'unknown')
      this.#custodian({ type: 'message', from, message: message as CustodianMessage }, now)
  }

  onSubmit(input: Extract<Parameters<Submitter['step']>[0], { type: 'submit' }>, now: number): void {
    this.#submitter(input, now)
  }

  /** Another life of a peer has connected. */
  onConnected({ peer, incarnation }: Life, now: number): void {
    this.#custodian({ type: 'bearerRestarted', peer, incarnation }, now)
    this.onBearer({ type: 'connected', peer, incarnation }, now)
  }

  /** A run of this host ends. */
  end(name: string, over: Partial<RunResult>, now: number): void {
    const task = idOf(name)
    const ballot = this.runs.get(task)
    if (!ballot) throw new Error(`${name} does not run at ${this.life.peer}`)
    this.runs.delete(task)
    this.onBearer({ type: 'ended', task, ballot, result: result(over), stopCode: undefined }, now)
  }

  /** True: something was written, and what waited for it went on. */
  write(now: number): boolean {
    if (this.stalled || this.#unwritten.length === 0) return false
    const done = this.#unwritten.splice(0)
    for (const { key, value } of done.flatMap(({ writes }) => writes)) {
      if (value === undefined) this.disk.delete(key)
      else this.disk.set(key, structuredClone(value))
    }
    this.#custodian({ type: 'persisted', upToSeq: done.at(-1)!.seq }, now)
    return true
  }

  onBearer(input: Parameters<Bearer['step']>[0], now: number): void {
    const out: BearerEffect[] = []
    this.bearer.step(input, now, out)
    for (const effect of out) this.#apply(effect, now)
  }

  /** The wall clock was read again. */
  onWall(wallMs: number, now: number): void {
    this.#custodian({ type: 'wall', wallMs }, now)
  }

  #custodian(input: Parameters<Custodian['step']>[0], now: number): void {
    const out: CustodianEffect[] = []
    this.custodian.step(input, now, out)
    for (const effect of out) this.#apply(effect, now)
  }

  #submitter(input: Parameters<Submitter['step']>[0], now: number): void {
    const out: SubmitterEffect[] = []
    this.submitter.step(input, now, out)
    for (const effect of out) this.#apply(effect, now)
  }

  #apply(effect: Effect, now: number): void {
    switch (effect.type) {
      case 'send':
        this.outgoing.push({ to: effect.to, message: structuredClone(effect.message) })
        break
      case 'persist':
        this.#unwritten.push(effect)
        break
      case 'bear':
      case 'durable':
      case 'void':
        this.onBearer(effect, now)
        break
      case 'closed':
        this.#submitter(effect, now)
        break
      case 'accepted':
      case 'refused':
      case 'outcome':
        this.replies.push(effect)
        break
      case 'handed':
        this.#custodian(effect, now)
        break
      case 'waiting':
        this.waiting.set(effect.record.id, effect.record)
        break
      case 'withdrawn':
        this.waiting.delete(effect.task)
        break
      case 'offered':
        this.onBearer({ type: 'admit', task: effect.baton.record.id, answer: { do: 'take' } }, now)
        break
      case 'take':
        this.#start(effect.record.id, effect.ballot, now)
        break
      case 'halt':
        if (!this.frozen) this.#halt(effect.task, now)
        break
    }
  }

  #start(task: string, ballot: Ballot, now: number): void {
    this.runs.set(task, ballot)
    this.onBearer({ type: 'began', task, ballot }, now)
    this.#custodian({ type: 'began', task, ballot }, now)
  }

  #halt(task: string, now: number): void {
    const ballot = this.runs.get(task)
    if (!ballot) return
    this.runs.delete(task)
    this.onBearer({ type: 'ended', task, ballot, result: result({ end: 'stopped' }), stopCode: undefined }, now)
  }

  /** The outcome that its clients were told. */
  outcomeTold(): Outcome | undefined {
    return this.replies.find((reply) => reply.type === 'outcome')?.outcome
  }
}
