import { emptyRequest, emptyVector, type ResourceRequest, type ResourceVector } from '@souk/kernel'
import { outcomeKinds, priorities, type TaskSummary, taskStates } from '@souk/wire'
import fc from 'fast-check'
import type { SeenHost } from '../../src/analysis/seen-host.ts'

export const nowWallMs = 1_700_000_000_000
export const windowMs = 3_600_000

export function seenTask(over: Partial<TaskSummary> = {}, request: Partial<ResourceRequest> = {}): TaskSummary {
  return {
    id: '0'.repeat(24),
    name: 'a task',
    class: 'process/x',
    tenant: 'lab',
    priority: 'medium',
    state: 'waiting',
    needs: { executor: 'process', function: '', request: { ...emptyRequest(), ...request }, labels: {} },
    origin: 'h0',
    attempts: 0,
    submittedWallMs: nowWallMs - 1000,
    ...over,
  }
}

export function seenHost(peer: string, capacity: Partial<ResourceVector>): SeenHost {
  return {
    peer,
    offer: {
      capacity: { ...emptyVector(), slots: 1000, ...capacity },
      executors: ['process', 'function'],
      functions: [],
      labels: {},
      priceMilli: 0,
      draining: false,
      custody: true,
      gpus: [],
      summary: '',
    },
  }
}

/** Tasks in any state of any kind, some of them older than the window. */
export const seenTasks: fc.Arbitrary<TaskSummary[]> = fc.array(
  fc
    .record({
      class: fc.string({ maxLength: 3 }),
      tenant: fc.constantFrom('', 'a', 'b'),
      priority: fc.constantFrom(...priorities),
      state: fc.constantFrom(...taskStates),
      kind: fc.constantFrom(...outcomeKinds),
      host: fc.constantFrom('h0', 'h1', 'h2'),
      cpuMilli: fc.integer({ min: 0, max: 4000 }),
      memoryBytes: fc.integer({ min: 0, max: 10 ** 10 }),
      agoMs: fc.integer({ min: 0, max: 2 * windowMs }),
      waitedMs: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
    })
    .map(({ kind, agoMs, waitedMs, cpuMilli, memoryBytes, ...rest }) => {
      const submittedWallMs = nowWallMs - agoMs
      const began = rest.state === 'running' || rest.state === 'closed' ? waitedMs : undefined
      return seenTask(
        {
          ...rest,
          submittedWallMs,
          ...(rest.state === 'closed' ? { kind } : {}),
          ...(began === undefined ? {} : { startedWallMs: submittedWallMs + began }),
          ...(began !== undefined && rest.state === 'closed' ? { ranMs: began } : {}),
        },
        { cpuMilli, memoryBytes },
      )
    }),
  { maxLength: 60 },
)
