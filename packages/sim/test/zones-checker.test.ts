import type { RunOrder } from '@souk/peer'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '../src/executor.ts'
import type { Fault } from '../src/faults/fault.ts'
import { a, b, checkers, found, setUp } from './checker-stand.ts'

beforeEach(setUp)

describe('ties by zone', () => {
  const apart = [{ group: 'zone:db', required: true }]
  const order = (task: string, spec: object) => ({ task, record: { spec } }) as unknown as RunOrder
  const zones = () => {
    for (const node of [a, b]) node.offer.labels = { zone: 'z' }
    return checkers.zones
  }

  it('reports two that exclude each other in one zone, until one of them has ended', () => {
    const first = order('first', { group: 'zone:db', apart })
    zones().onRun(a, first, 1)
    zones().onRun(b, order('other', { group: 'zone:web' }), 2)
    expect(found()).toEqual([])
    zones().onRun(b, order('second', { apart }), 3)
    expect(found()).toEqual(['zone'])
    zones().onRunEnd(a, { order: first } as unknown as Run)
    zones().onRun(a, order('third', { apart }), 4)
    expect(found()).toEqual(['zone'])
  })

  it('accepts it only in a mesh that has been cut for longer than the dead keep others out', () => {
    const cut: Fault = { kind: 'partition', sideA: [0], oneWay: false, atMs: 0, untilMs: 20_000 }
    zones().onFault(cut, true)
    zones().onRun(a, order('first', { group: 'zone:db', apart }), 1_000)
    zones().onRun(b, order('second', { group: 'zone:db', apart }), 6_000)
    expect(found()).toEqual([])
    zones().onRun(b, order('third', { apart }), 26_000)
    expect(found()).toContain('zone')
  })
})
