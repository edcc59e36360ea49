import type { Executor } from '@souk/runtime'
import { plainSpec, type TaskSpec, taskId, type Work } from '@souk/wire'

type RunOrder = Parameters<Executor['run']>[0]

export const self = 'peer-self'
let count = 0

/** An order as a peer would give it; a new task each time. */
export function order(work: Work, spec: Partial<TaskSpec> = {}, rest: Partial<RunOrder> = {}): RunOrder {
  const task = taskId(String(++count).padStart(23, '0'))
  const named = { name: '', tenant: '', class: 'test', outputBytesMax: 1024 * 1024 }
  const whole = plainSpec({ ...named, work, ...spec })
  const custodians = [self, 'peer-a', 'peer-b']
  const record = { id: task, spec: whole, origin: self, submittedWallMs: 0, custodians, version: 1 }
  const ballot = { counter: 2, peer: self, incarnation: 7 }
  return { task, ballot, record, alternative: 0, gpuDevices: [], attempt: 1, leased: false, ...rest }
}

export function command(...argv: string[]): Work {
  return { kind: 'process', argv, env: {} }
}

export function call(name: string, ...args: unknown[]): Work {
  return { kind: 'function', name, args: JSON.stringify(args) }
}
