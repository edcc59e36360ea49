import { defaultHostConfig, Host } from '@souk/host'
import { emptyRequest, emptyVector } from '@souk/kernel'
import type { Baton, Offer, TaskSpec } from '@souk/wire'
import { expect, test } from 'vitest'
import { decideAdmission } from '../src/admission.ts'
import { idOf, offer, spec } from './fixtures.ts'

const capacity = {
  ...emptyVector(),
  slots: 2,
  cpuMilli: 2000,
  memoryBytes: 1000,
  gpuMilli: [1000],
  custom: { licence: 1 },
}
const here = offer(2, { capacity, labels: { zone: 'a' }, functions: ['sleep'], executors: ['process', 'function'] })

function baton(over: Partial<TaskSpec> = {}, alternates: string[] = [], bounces = 0): Baton {
  const record = { id: idOf('a'), spec: spec(over), origin: 'p0', submittedWallMs: 0, custodians: ['p0'], version: 1 }
  const to = alternates.map((peer) => ({ peer, incarnation: 1 }))
  return { record, alternates: to, bounces } as unknown as Baton
}
function admit(given: Baton, offered: Offer = here, taken = 0) {
  const host = new Host(
    { ...defaultHostConfig, queueMax: 1 },
    { devices: () => undefined, meanMs: () => undefined, linesUp: () => false },
  )
  host.step({ type: 'capacity', capacity: offered.capacity }, 0, [])
  for (let i = 0; i < taken; i++) {
    const { record } = baton({ request: { ...emptyRequest(), cpuMilli: 2000 } })
    const task = idOf(`t${i}`)
    const ballot = { counter: 1, peer: 'p0', incarnation: 1 }
    host.step(
      { type: 'take', alternative: 0, record: { ...record, id: task }, ballot, attempt: 1, leased: false },
      0,
      [],
    )
  }
  const answer = decideAdmission(given, {
    offer: offered,
    host,
    hasWord: () => false,
    crowded: () => false,
    mayMoveOne: () => true,
  })
  return answer.do === 'refuse' ? answer.refusal : answer.do
}
const asks = (over: object) => baton({ request: { ...emptyRequest(), ...over } })
const process = { kind: 'process' as const, argv: ['true'], env: {} }

test('an award that fits is taken', () => {
  expect(
    admit(asks({ cpuMilli: 2000, memoryBytes: 1000, gpu: { count: 1, milli: 1000 }, custom: { licence: 1 } })),
  ).toBe('take')
})

test('whatever the bid or the advert said, what the host cannot do is refused with its code and numbers', () => {
  const refused: [Baton, Offer, string, string][] = [
    [baton({ work: process }), { ...here, executors: ['function'] }, 'executor-not-allowed', 'allows function'],
    [baton({ work: { kind: 'function', name: 'gone', args: '[]' } }), here, 'function-unknown', 'gone'],
    [baton({ labels: { zone: 'b' } }), here, 'label-missing', 'zone=b, has zone=a'],
    [asks({ slots: 3 }), here, 'too-large', 'slots: 3 needed, 2 there'],
    [asks({ cpuMilli: 2001 }), here, 'too-large', 'cpuMilli: 2001 needed, 2000 there'],
    [asks({ memoryBytes: 1001 }), here, 'too-large', 'memoryBytes: 1001 needed, 1000 there'],
    [asks({ gpu: { count: 2, milli: 1 } }), here, 'too-large', 'gpu: 2 needed, 1 there'],
    [asks({ custom: { licence: 2 } }), here, 'too-large', 'licence: 2 needed, 1 there'],
  ]
  for (const [given, offered, code, detail] of refused) {
    expect(admit(given, offered)).toMatchObject({ code, never: true, detail: expect.stringContaining(detail) })
  }
})

test('what it could do at another time is refused for now: draining, a full queue, room that is taken', () => {
  const one = asks({ cpuMilli: 1000 })
  expect(admit(one, { ...here, draining: true })).toMatchObject({ code: 'draining', never: false })
  expect(admit(one, here, 2)).toMatchObject({ code: 'queue-full', never: false })
  const elsewhere = { ...one, alternates: baton({}, ['p1']).alternates }
  expect(admit(elsewhere, here, 1)).toMatchObject({ code: 'no-room', never: false })
})

test('where it has nowhere better to go it waits here', () => {
  const one = asks({ cpuMilli: 1000 })
  expect(admit(one, here, 1)).toBe('take')
  expect(admit({ ...one, alternates: baton({}, ['p1']).alternates, bounces: 2 }, here, 1)).toBe('take')
})
