import type { Attempt, Ballot, Baton, Decree, MessageOf, RunResult, Taker, TaskRecord } from '@souk/wire'
import {
  Bearer,
  type BearerEffect,
  type BearerInput,
  type BearerMessage,
  type CustodyConfig,
  defaultCustodyConfig,
} from '../src/index.ts'
import { ballot, baton, idOf, record, result, vote, wallMs } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

/** A bearer with its clock. Each call returns the effects of that one step. */
export class Carrier {
  readonly bearer: Bearer
  readonly mesh: TestMesh
  now = 0

  constructor(self: string, config: Partial<CustodyConfig> = {}, { incarnation = 1, mesh = new TestMesh() } = {}) {
    this.mesh = mesh
    this.bearer = new Bearer({ ...defaultCustodyConfig, ...config }, { self, mesh })
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

  /** The local submitter, or custodian, gives a baton. */
  bear(
    name: string,
    over: { durable?: boolean; record?: TaskRecord; attempts?: Attempt[]; b?: Ballot; leasedMs?: number } = {},
  ) {
    const { durable = true, record: kept = record(name), attempts = [], b = ballot(), leasedMs = this.now } = over
    return this.step({ type: 'bear', record: kept, ballot: b, attempts, leasedMs, durable })
  }

  handOver(name: string, to: string, { incarnation = 1, alternates = [] as string[] } = {}): BearerEffect[] {
    const lives = alternates.map((peer): Taker => ({ peer, incarnation: 1, offeredMs: 0 }))
    return this.step({
      type: 'handOver',
      tasks: [idOf(name)],
      to: { peer: to, incarnation, offeredMs: 0 },
      alternates: lives,
    })
  }

  keep(name: string): BearerEffect[] {
    return this.step({ type: 'keep', tasks: [idOf(name)], alternative: 0 })
  }

  message(from: string, message: BearerMessage, incarnation = 1): BearerEffect[] {
    return this.step({ type: 'message', from: { peer: from, incarnation }, message })
  }

  /** Somebody hands over a baton. */
  award(name: string, over: Partial<Baton> = {}, from = 'origin'): BearerEffect[] {
    return this.message(from, { t: 'award', batons: [baton(name, over)] })
  }

  admit(name: string, answer: 'take' | 'wait' | 'refuse' = 'take'): BearerEffect[] {
    const refusal = { code: 'no-room' as const, never: false, detail: 'taken meanwhile' }
    return this.step({
      type: 'admit',
      task: idOf(name),
      answer: answer === 'refuse' ? { do: 'refuse', refusal } : { do: answer },
    })
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

  /** These say, one after the other, that they hear this ballot no more. */
  fenced(from: string[], name: string, over: { b?: Ballot; promised?: Ballot; code?: string; final?: boolean } = {}) {
    const { b = ballot(), promised = ballot(2, 'c1'), code = 'fenced', final = false } = over
    const message = { t: 'fenced', task: idOf(name), ballot: b, promised, code, final } as const
    return from.flatMap((peer) => this.message(peer, message))
  }

  committed(from: string[], name: string, b = ballot()): BearerEffect[] {
    const version = this.bearer.find(idOf(name))?.record.version
    return from.flatMap((peer) => this.message(peer, { t: 'committed', ...vote(name, b, version) }))
  }

  /** These have the next version of it. */
  stored(from: string[], { record: { id: task, version }, ballot: b }: MessageOf<'store'>): BearerEffect[] {
    return from.flatMap((peer) => this.message(peer, { t: 'stored', task, version, ballot: b }))
  }

  /** What it does with a task; undefined: it has no baton of it. */
  state(name: string): string | undefined {
    return this.bearer.snapshot().find(({ task }) => task === idOf(name))?.state
  }
}

/** Answers every renewal to one of these custodians: all is well. */
export const renewing = (carrier: Carrier, custodians: readonly string[]) => (effect: BearerEffect) => {
  if (effect.type !== 'send' || effect.message.t !== 'renew' || !custodians.includes(effect.to)) return
  const { seq } = effect.message
  carrier.message(effect.to, { t: 'renewed', seq, again: false, refused: [], lacking: [] })
}

/** The decrees among these effects, by custodian. */
export const proposed = (effects: readonly BearerEffect[]): [string, Decree][] =>
  effects.flatMap((effect): [string, Decree][] =>
    effect.type === 'send' && effect.message.t === 'commit' ? [[effect.to, effect.message.decree]] : [],
  )
