import { emptyRequest, emptyVector, type ResourceRequest, type ResourceVector } from '@souk/kernel'
import { type Ballot, emptyResult, plainSpec, type RunResult, type TaskRecord, type TaskSpec } from '@souk/wire'
import {
  defaultHostConfig,
  Host,
  type HostConfig,
  type HostEffect,
  type HostInput,
  type StopCode,
} from '../src/index.ts'

export const request = (over: Partial<ResourceRequest> = {}): ResourceRequest => ({ ...emptyRequest(), ...over })

export const capacity = (over: Partial<ResourceVector> = {}): ResourceVector => ({
  ...emptyVector(),
  slots: 1,
  ...over,
})

export const ballot = (counter = 1): Ballot => ({ counter, peer: 'origin', incarnation: 1 })

function record(id: string, over: Partial<TaskSpec> = {}): TaskRecord {
  return { id, spec: plainSpec(over), origin: 'origin', submittedWallMs: 0, custodians: ['origin'], version: 1 }
}

function result(over: Partial<RunResult> = {}): RunResult {
  return { ...emptyResult('ok', 0, ''), runMs: 1, cpuMs: 1, ...over }
}

/** A host with its own clock; each call returns the effects of that one step. */
export class Bench {
  readonly host: Host
  /** what the view says */
  devices: readonly number[] | undefined
  /** how long runs of each class take; undefined: it is not known */
  meanMs: number | undefined
  now = 0

  constructor(total: ResourceVector, config: Partial<HostConfig> = {}) {
    this.host = new Host(
      { ...defaultHostConfig, ...config },
      { devices: () => this.devices, meanMs: () => this.meanMs, linesUp: (name) => name !== 'of-an-agent' },
    )
    this.step({ type: 'capacity', capacity: total })
  }

  step(input: HostInput): HostEffect[] {
    const out: HostEffect[] = []
    this.host.step(input, this.now, out)
    return out
  }

  at(now: number): this {
    this.now = now
    return this
  }

  take(id: string, over: Partial<TaskSpec> = {}, b = ballot(), alternative = 0): HostEffect[] {
    return this.step({ type: 'take', record: record(id, over), alternative, ballot: b, attempt: 1, leased: true })
  }

  running(task: string, b = ballot()): HostEffect[] {
    return this.step({ type: 'running', task, ballot: b })
  }

  ran(task: string, over: Partial<RunResult> = {}, b = ballot()): HostEffect[] {
    return this.step({ type: 'ran', task, ballot: b, result: result(over) })
  }

  halt(task: string, code: StopCode = 'cancelled', b = ballot()): HostEffect[] {
    return this.step({ type: 'halt', task, ballot: b, code })
  }
}

/** The tasks that these effects start, in order. */
export const started = (effects: HostEffect[]): string[] =>
  effects.flatMap((e) => (e.type === 'run' ? [e.record.id] : []))
