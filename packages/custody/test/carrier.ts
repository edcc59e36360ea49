import type { Attempt, Ballot, Baton, Bearer as Life, RunResult, TaskSpec } from '@souk/wire'
import {
  Bearer,
  type BearerEffect,
  type BearerInput,
  type BearerMessage,
  type CustodyConfig,
  defaultCustodyConfig,
} from '../src/index.ts'
import { ballot, baton, idOf, record, result, wallMs } from './fixtures.ts'

/** A bearer with its clock. Each call returns the effects of that one step. */
export class Carrier {
  readonly bearer: Bearer
  now = 0

  constructor(self: string, config: Partial<CustodyConfig> = {}, incarnation = 1) {
    this.bearer = new Bearer({ ...defaultCustodyConfig, ...config }, { self })
    this.step({ type: 'start', wallMs, incarnation })
  }

  step(input: BearerInput): BearerEffect[] {
    const out: BearerEffect[] = []
    this.bearer.step(input, this.now, out)
    return out
  }

  at(now: number): this {
    this.now = now
    return this
  }

  /** Lets time pass, waking it whenever it wants. `answer` hears every effect, in order. */
  pass(ms: number, answer?: (effect: BearerEffect) => void): BearerEffect[] {
    const until = this.now + ms
    const all: BearerEffect[] = []
    for (let due = this.bearer.nextWakeup(); due !== undefined && due <= until; due = this.bearer.nextWakeup()) {
      this.now = Math.max(this.now, due)
      const out = this.step({ type: 'wake' })
      all.push(...out)
      for (const effect of out) answer?.(effect)
    }
    this.now = until
    return all
  }

  /** The local custodian gives a baton. */
  bear(name: string, over: { durable?: boolean; spec?: Partial<TaskSpec>; attempts?: Attempt[]; b?: Ballot } = {}) {
    const { durable = true, attempts = [], b = ballot() } = over
    return this.step({ type: 'bear', record: record(name, over.spec), ballot: b, attempts, durable })
  }

  handOver(name: string, to: string, { incarnation = 1, alternates = [] as string[] } = {}): BearerEffect[] {
    const lives = alternates.map((peer): Life => ({ peer, incarnation: 1 }))
    return this.step({ type: 'handOver', tasks: [idOf(name)], to: { peer: to, incarnation }, alternates: lives })
  }

  keep(name: string): BearerEffect[] {
    return this.step({ type: 'keep', tasks: [idOf(name)] })
  }

  message(from: string, message: BearerMessage, incarnation = 1): BearerEffect[] {
    return this.step({ type: 'message', from: { peer: from, incarnation }, message })
  }

  /** Somebody hands over a baton. */
  award(name: string, over: Partial<Baton> = {}, from = 'origin'): BearerEffect[] {
    return this.message(from, { t: 'award', batons: [baton(name, over)] })
  }

  admit(name: string, refused = false): BearerEffect[] {
    const refusal = refused ? { code: 'no-room' as const, never: false, detail: 'taken meanwhile' } : undefined
    return this.step({ type: 'admit', task: idOf(name), refusal })
  }

  /** Handed over by the origin, admitted, and running here. */
  running(name: string, over: Partial<Baton> = {}): BearerEffect[] {
    const effects = [...this.award(name, over), ...this.admit(name)]
    this.step({ type: 'began', task: idOf(name), ballot: over.ballot ?? ballot() })
    return effects
  }

  ended(name: string, over: Partial<RunResult> = {}, b = ballot()): BearerEffect[] {
    return this.step({ type: 'ended', task: idOf(name), ballot: b, result: result(over), stopCode: undefined })
  }

  fenced(from: string, name: string, over: { b?: Ballot; promised?: Ballot; code?: string } = {}): BearerEffect[] {
    const { b = ballot(), promised = ballot(2), code = 'fenced' } = over
    return this.message(from, { t: 'fenced', task: idOf(name), ballot: b, promised, code })
  }

  committed(from: string, name: string): BearerEffect[] {
    return this.message(from, { t: 'committed', task: idOf(name), version: 1, ballot: ballot() })
  }

  /** What it does with a task; undefined: it has no baton of it. */
  state(name: string): string | undefined {
    return this.bearer.snapshot().find(({ task }) => task === idOf(name))?.state
  }
}
