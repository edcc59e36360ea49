import { emptyRequest } from '@souk/kernel'
import type { TaskSpec } from './task-spec.ts'

/** A task that asks for nothing special and may be attempted three times; simulations, benches and tests override fields. */
export function plainSpec(over: Partial<TaskSpec> = {}): TaskSpec {
  return {
    name: 'a task',
    tenant: 'tenant',
    class: 'noop',
    work: { kind: 'function', name: 'noop', args: '[]' },
    request: emptyRequest(),
    priority: 'medium',
    labels: {},
    inputs: [],
    outputs: [],
    timeoutMs: 0,
    retries: 0,
    attemptsMax: 3,
    outputBytesMax: 1024,
    durability: 'quorum',
    starts: 'at-least-once',
    expiresMs: 0,
    failIfUnplaceable: false,
    ...over,
  }
}
