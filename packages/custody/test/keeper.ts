import type { Ballot, Outcome, TaskSpec, TaskState } from '@souk/wire'
import {
  Custodian,
  type CustodianEffect,
  type CustodianInput,
  type CustodianMessage,
  type CustodyConfig,
  defaultCustodyConfig,
} from '../src/index.ts'
import { ballot, decision, idOf, nonceOf, outcome, self, spec, wallMs } from './fixtures.ts'

/** A custodian with its clock and its disk. Each call returns the effects of that one step. */
export class Keeper {
  readonly custodian: Custodian
  readonly config: CustodyConfig
  now = 0
  /** what has reached the disk */
  readonly disk = new Map<string, unknown>()
  #unwritten: Extract<CustodianEffect, { type: 'persist' }>[] = []

  constructor(config: Partial<CustodyConfig> = {}, { incarnation = 1, disk = new Map<string, unknown>() } = {}) {
    this.config = { ...defaultCustodyConfig, ...config }
    this.custodian = new Custodian(this.config, { self })
    for (const [key, value] of disk) this.disk.set(key, value)
    const stored = [...this.disk].map(([key, value]) => ({ key, value }))
    this.step({ type: 'start', wallMs, incarnation, stored })
  }

  /** The next life of this peer, with what its disk holds. */
  restarted(incarnation = 2): Keeper {
    return new Keeper(this.config, { incarnation, disk: structuredClone(this.disk) })
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

  wake(): CustodianEffect[] {
    return this.step({ type: 'wake' })
  }

  /** Lets time pass, waking it whenever it wants. */
  pass(ms: number): CustodianEffect[] {
    const until = this.now + ms
    const out: CustodianEffect[] = []
    for (let due = this.custodian.nextWakeup(); due !== undefined && due <= until; due = this.custodian.nextWakeup()) {
      this.now = Math.max(this.now, due)
      out.push(...this.wake())
    }
    this.now = until
    return out
  }

  submit(name: string, over: Partial<TaskSpec> = {}, { client = 1, tag = 1 } = {}): CustodianEffect[] {
    return this.step({ type: 'submit', client, tag, nonce: nonceOf(name), spec: spec(over) })
  }

  /** The disk has everything so far. */
  write(): CustodianEffect[] {
    const seq = this.#unwritten.at(-1)?.seq ?? 0
    for (const { writes } of this.#unwritten) {
      for (const { key, value } of writes) {
        if (value === undefined) this.disk.delete(key)
        else this.disk.set(key, structuredClone(value))
      }
    }
    this.#unwritten = []
    return this.step({ type: 'persisted', upToSeq: seq })
  }

  /** The disk refused everything that was under way. */
  refuse(): CustodianEffect[] {
    const upToSeq = this.#unwritten.at(-1)?.seq ?? 0
    this.#unwritten = []
    return this.step({ type: 'persistFailed', upToSeq, code: 'disk-full', message: 'no space left' })
  }

  /** Submitted and on disk. */
  accepted(name: string, over: Partial<TaskSpec> = {}): string {
    this.submit(name, over)
    this.write()
    return idOf(name)
  }

  decided(name: string, to: string | undefined, incarnation = 1, alternates: string[] = []): CustodianEffect[] {
    const life = to === undefined ? undefined : { peer: to, incarnation }
    const others = alternates.map((peer) => ({ peer, incarnation: 1 }))
    return this.step({ type: 'decided', task: idOf(name), decision: decision(), to: life, alternates: others })
  }

  message(from: string, message: CustodianMessage, incarnation = 1): CustodianEffect[] {
    return this.step({ type: 'message', from: { peer: from, incarnation }, message })
  }

  accept(from: string, name: string, b = ballot()): CustodianEffect[] {
    return this.message(from, { t: 'accept', tasks: [{ task: idOf(name), ballot: b }] })
  }

  /** Awarded to `to`, which has said that it has it. */
  borneBy(to: string, name: string, b: Ballot = ballot()): void {
    this.decided(name, to)
    this.accept(to, name, b)
  }

  commit(from: string, name: string, b: Ballot = ballot(), over: Partial<Outcome> = {}): CustodianEffect[] {
    const message = { t: 'commit' as const, task: idOf(name), version: 1, ballot: b }
    return this.message(from, { ...message, outcome: outcome({ ballot: b, host: from, ...over }) })
  }

  giveUp(from: string, name: string, b: Ballot, { ran = true, code = 'exit' } = {}): CustodianEffect[] {
    return this.message(from, { t: 'giveUp', task: idOf(name), ballot: b, ran, code, message: '' })
  }

  cancel(from: string, name: string, ask = 1): CustodianEffect[] {
    return this.message(from, { t: 'cancel', ask, task: idOf(name), reason: 'changed my mind' })
  }

  stopped(from: string, name: string, b: Ballot): CustodianEffect[] {
    return this.message(from, { t: 'stopped', task: idOf(name), ballot: b })
  }

  /** Renewal number `seq` of a bearer that holds this one task; from nothing with base 0. */
  renew(from: string, name: string, over: { seq?: number; base?: number; b?: Ballot; state?: TaskState } = {}) {
    const { seq = 1, b = ballot(), state = 'running' } = over
    const { base = seq - 1 } = over
    const adds = base === 0 ? [{ task: idOf(name), ballot: b, state }] : []
    return this.message(from, { t: 'renew', seq, base, incarnation: 1, adds, removes: [] })
  }

  /** As `reader` sees it. */
  view(name: string) {
    const effects = this.message('reader', { t: 'query', ask: 99, task: idOf(name), watch: false })
    const answer = effects.find((e) => e.type === 'send')
    return answer?.message.t === 'view' ? answer.message.view : undefined
  }
}
