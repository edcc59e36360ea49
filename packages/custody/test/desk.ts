import type { MessageOf, TaskRecord, TaskSpec } from '@souk/wire'
import {
  type CustodyConfig,
  defaultCustodyConfig,
  Submitter,
  type SubmitterEffect,
  type SubmitterInput,
  type SubmitterMessage,
} from '../src/index.ts'
import { ballot, nonceOf, origin, sent, spec, wallMs } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

/** The origin's submitter with its clock. Each call returns the effects of that one step. */
export class Desk {
  readonly submitter: Submitter
  readonly mesh: TestMesh
  now = 0

  constructor(config: Partial<CustodyConfig> = {}, mesh = new TestMesh()) {
    this.mesh = mesh
    this.submitter = new Submitter({ ...defaultCustodyConfig, ...config }, { self: origin, mesh })
    this.step({ type: 'start', wallMs, incarnation: 1 })
  }

  step(input: SubmitterInput): SubmitterEffect[] {
    const out: SubmitterEffect[] = []
    this.submitter.step(input, this.now, out)
    return out
  }

  pass(ms: number): SubmitterEffect[] {
    const until = this.now + ms
    const out: SubmitterEffect[] = []
    for (let due = this.submitter.nextWakeup(); due !== undefined && due <= until; due = this.submitter.nextWakeup()) {
      this.now = Math.max(this.now, due)
      out.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return out
  }

  submit(name: string, over: Partial<TaskSpec> = {}, client: Partial<SubmitFrom> = {}): SubmitterEffect[] {
    const from = { client: 1, tag: 1, drawable: false, choosy: false, ...client }
    return this.step({ type: 'submit', nonce: nonceOf(name), spec: spec(over), ...from })
  }

  message(from: string, message: SubmitterMessage): SubmitterEffect[] {
    return this.step({ type: 'message', from, message })
  }

  /** These answer, one after the other, that they have it under the ballot that it was last sent with. */
  stored(
    from: string[],
    { record, ballot: b = ballot() }: { record: TaskRecord; ballot?: MessageOf<'store'>['ballot'] },
  ) {
    const { id: task, version } = record
    return from.flatMap((peer) => this.message(peer, { t: 'stored', task, version, ballot: b }))
  }

  already(
    from: string[],
    { record, ballot: b = ballot() }: { record: TaskRecord; ballot?: MessageOf<'store'>['ballot'] },
  ) {
    const { id: task, version, custodians } = record
    const said = { t: 'already', task, version, ballot: b, promised: ballot(2, 'c1') } as const
    return from.flatMap((peer) => this.message(peer, { ...said, known: { version, custodians } }))
  }

  /** Submitted, and stored by a majority of three. */
  accepted(name: string, client: Partial<SubmitFrom> = {}): MessageOf<'store'> {
    const store = storeOf(this.submit(name, {}, client))
    this.stored(store.record.custodians.slice(0, 2), store)
    return store
  }
}

interface SubmitFrom {
  client: number
  tag: number
  drawable: boolean
  choosy: boolean
}

/** The record and the ballot that custodians were asked to keep. */
export const storeOf = (effects: readonly SubmitterEffect[]): MessageOf<'store'> => sent(effects, 'store')[0]!.message
