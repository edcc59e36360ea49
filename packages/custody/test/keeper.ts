import type { Attempt, Ballot, Decree, MessageOf, TaskRecord, TaskSpec, TaskState } from '@souk/wire'
import {
  Custodian,
  type CustodianEffect,
  type CustodianInput,
  type CustodianMessage,
  type CustodyConfig,
  defaultCustodyConfig,
} from '../src/index.ts'
import { ballot, decision, ends, idOf, origin, record, trio, vote, wallMs } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

interface KeeperOptions {
  self?: string
  incarnation?: number
  disk?: Map<string, unknown>
  mesh?: TestMesh
}

/** A custodian with its clock and its disk, `c1` unless told otherwise. Each call returns the effects of that one step. */
export class Keeper {
  readonly custodian: Custodian
  readonly config: CustodyConfig
  readonly self: string
  readonly mesh: TestMesh
  now = 0
  /** what has reached the disk */
  readonly disk = new Map<string, unknown>()
  #unwritten: Extract<CustodianEffect, { type: 'persist' }>[] = []

  constructor(config: Partial<CustodyConfig> = {}, options: KeeperOptions = {}) {
    const { self = 'c1', incarnation = 1, disk = new Map<string, unknown>(), mesh = new TestMesh() } = options
    this.config = { ...defaultCustodyConfig, ...config }
    this.self = self
    this.mesh = mesh
    this.custodian = new Custodian(this.config, { self, mesh })
    for (const [key, value] of disk) this.disk.set(key, value)
    const stored = [...this.disk].map(([key, value]) => ({ key, value }))
    this.step({ type: 'start', wallMs, incarnation, stored })
  }

  /** The next life of this peer, with what its disk holds. */
  restarted(incarnation = 2): Keeper {
    const { config, self, mesh } = this
    return new Keeper(config, { self, mesh, incarnation, disk: structuredClone(this.disk) })
  }

  step(input: CustodianInput): CustodianEffect[] {
    const out: CustodianEffect[] = []
    this.custodian.step(input, this.now, out)
    for (const effect of out) if (effect.type === 'persist') this.#unwritten.push(effect)
    return out
  }

  at(now: number): this {
    this.now = now
    return this
  }

  /** Lets time pass, waking it whenever it wants. */
  pass(ms: number): CustodianEffect[] {
    const until = this.now + ms
    const out: CustodianEffect[] = []
    for (let due = this.custodian.nextWakeup(); due !== undefined && due <= until; due = this.custodian.nextWakeup()) {
      this.now = Math.max(this.now, due)
      out.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return out
  }

  /** The disk has everything so far, or the first `count` writes of it. */
  write(count = this.#unwritten.length): CustodianEffect[] {
    const done = this.#unwritten.splice(0, count)
    for (const { key, value } of done.flatMap(({ writes }) => writes)) {
      if (value === undefined) this.disk.delete(key)
      else this.disk.set(key, structuredClone(value))
    }
    return this.step({ type: 'persisted', upToSeq: done.at(-1)?.seq ?? 0 })
  }

  /** The disk refused everything that was under way, or the first `count` writes of it. */
  refuse(count = this.#unwritten.length): CustodianEffect[] {
    const upToSeq = this.#unwritten.splice(0, count).at(-1)?.seq ?? 0
    return this.step({ type: 'persistFailed', upToSeq, code: 'disk-full', message: 'no space left' })
  }

  message(from: string, message: CustodianMessage, incarnation = 1): CustodianEffect[] {
    return this.step({ type: 'message', from: { peer: from, incarnation }, message })
  }

  /** What another peer says, and the disk writes at once. */
  written(from: string, message: CustodianMessage, incarnation = 1): CustodianEffect[] {
    return [...this.message(from, message, incarnation), ...this.write()]
  }

  /** The origin, or whoever began the ballot, asks for a record to be kept. */
  store(name: string, over: { record?: TaskRecord; b?: Ballot; attempts?: Attempt[] } = {}): CustodianEffect[] {
    const { record: kept = record(name), b = ballot(), attempts = [] } = over
    return this.message(b.peer, { t: 'store', record: kept, ballot: b, attempts }, b.incarnation)
  }

  /** A task that is kept here, on disk; of three custodians, unless others are named. */
  keep(name: string, over: Partial<TaskSpec> = {}, custodians = trio): string {
    this.store(name, { record: record(name, over, custodians) })
    this.write()
    return idOf(name)
  }

  prepare(from: string, name: string, b: Ballot, over: Partial<MessageOf<'prepare'>> = {}): CustodianEffect[] {
    const kept = over.record ?? record(name)
    const named = vote(name, b, kept.version)
    return this.message(from, { t: 'prepare', ...named, aim: 'close', record: kept, attempts: [], ...over })
  }

  commit(from: string, name: string, b = ballot(), decree: Decree = ends({ ballot: b, host: from })) {
    return this.message(from, { t: 'commit', ...this.#vote(name, b), decree })
  }

  /** Its outcome is accepted here under this ballot, and known to be chosen. */
  close(name: string, b = ballot()): CustodianEffect[] {
    this.commit('worker', name, b)
    this.write()
    const effects = this.message('worker', { t: 'chosen', ...this.#vote(name, b) })
    this.write()
    return effects
  }

  giveUp(from: string, name: string, b = ballot(), { ran = true, code = 'exit' } = {}): CustodianEffect[] {
    return this.message(from, { t: 'giveUp', ...this.#vote(name, b), ran, code, message: '' })
  }

  cancel(from: string, name: string, ask = 1): CustodianEffect[] {
    return this.message(from, { t: 'cancel', ask, task: idOf(name), reason: 'changed my mind' })
  }

  /** A vote on the version that is kept here. */
  #vote(name: string, b: Ballot, version = this.custodian.find(idOf(name))?.record.version) {
    return vote(name, b, version)
  }

  /** Renewal number `seq` of a bearer that holds this one task; from nothing with base 0. */
  renew(
    from: string,
    name: string,
    over: { seq?: number; base?: number; b?: Ballot; state?: TaskState; version?: number } = {},
  ) {
    const { seq = 1, b = ballot(), state = 'running' } = over
    const { base = seq - 1 } = over
    const adds = base === 0 ? [{ ...this.#vote(name, b, over.version), state }] : []
    return this.message(from, { t: 'renew', seq, base, incarnation: 1, full: true, adds, removes: [] })
  }

  /** This peer, as bearer, has decided where the task goes. */
  decided(name: string, to: string | undefined): CustodianEffect[] {
    const life = to === undefined ? undefined : { peer: to, incarnation: 1 }
    return this.step({ type: 'decided', task: idOf(name), decision: decision(), to: life })
  }

  /** As `reader` sees it. */
  view(name: string) {
    const effects = this.message('reader', { t: 'query', ask: 99, task: idOf(name), watch: false })
    const answer = effects.find((e) => e.type === 'send')
    return answer?.message.t === 'view' ? answer.message.view : undefined
  }
}

/** A keeper that is the only one of its tasks, for what has nothing to do with votes: these are its own. */
export function alone(config: Partial<CustodyConfig> = {}): Keeper {
  return new Keeper(config, { self: origin, mesh: new TestMesh(origin) })
}
