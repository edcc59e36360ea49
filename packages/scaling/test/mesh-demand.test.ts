import type { ClassDigest, DemandDigest } from '@souk/wire'
import { describe, expect, it } from 'vitest'
import { sumDemand } from '../src/capacity/mesh-demand.ts'
import { MeshOfSlots, member } from './mesh-of-slots.ts'

const bucketMs = 10_000
const minute = 60_000

function digest(changes: Partial<ClassDigest> = {}, ...more: ClassDigest[]): DemandDigest {
  return { bucketMs, classes: [{ class: 'render', present: 0, runMs: minute, ...always(1), ...changes }, ...more] }
}

/** So many arrivals in each bucket, for certain. */
function always(count: number): Pick<ClassDigest, 'expected' | 'enough'> {
  const rates = new Array(4).fill(1000 * count)
  return { expected: rates, enough: rates }
}

const many = <T>(count: number, item: T): T[] => new Array(count).fill(item)

describe('the demand of a mesh', () => {
  it('is the sum by class of what its peers tell: what is there and ends, and what comes and is still there', () => {
    // Six arrivals a minute that take a minute each: six at once in the end, of which 1 - 1/e are there after a minute.
    const [render] = sumDemand([digest()], minute).classes
    expect(render).toMatchObject({ peers: 1, present: 0, runMs: minute, perSecond: 0.1 })
    expect(render?.soon).toBeCloseTo(6 * (1 - 1 / Math.E))
    expect(render?.later).toBeCloseTo(6 * (1 - 1 / Math.E ** 2))
    // As many as there are in the end stay as many.
    expect(sumDemand([digest({ present: 6 })], minute).soon).toBeCloseTo(6)
    const four = sumDemand(many(4, digest({ present: 6 })), minute)
    expect(four).toMatchObject({ classes: [{ peers: 4, present: 24, runMs: minute, perSecond: 0.4 }] })
    expect(four.soon).toBeCloseTo(24)
    expect(four.later).toBeCloseTo(24)
  })

  it('adds up what may come beyond what is expected as errors that know nothing of each other', () => {
    const unsure = { runMs: 1, expected: many(4, 0), enough: many(4, 10_000_000) }
    const one = sumDemand([digest(unsure)], minute).soon!
    expect(sumDemand(many(16, digest(unsure)), minute).soon).toBeCloseTo(4 * one)
  })

  it('takes the forecast of the time that a new peer takes, or the farthest that there is', () => {
    const ramp = digest({ runMs: 1, expected: [1e6, 2e6, 3e6, 4e6], enough: [1e6, 2e6, 3e6, 4e6] })
    const soonAt = (ms: number) => Math.round(10 * sumDemand([ramp], ms).soon!)
    expect([5_000, 10_000, 11_000, 30_000, 60_000, 120_000, 900_000].map(soonAt)).toEqual([1, 1, 2, 2, 3, 4, 4])
  })

  it('says of a class that nobody foretells, or of which nobody knows how long it takes, only what is there', () => {
    const none = digest({ present: 3, expected: [], enough: [] })
    expect(sumDemand([none], minute)).toMatchObject({
      soon: undefined,
      later: undefined,
      classes: [{ soon: 3, later: 3 }],
    })
    expect(sumDemand([digest({ present: 3, runMs: 0 })], minute)).toMatchObject({ soon: 3, later: 3 })
    expect(sumDemand([digest({ present: 3, expected: [1000], enough: [] })], minute).soon).toBeUndefined()
    expect(sumDemand([], minute)).toEqual({ classes: [], soon: undefined, later: undefined })
  })

  it('is a number whatever is told', () => {
    const most = { present: 2 ** 32, runMs: 2 ** 40, expected: many(4, 2 ** 40), enough: many(4, 2 ** 40) }
    for (const ahead of [1, minute, 2 ** 40]) {
      const { soon, later } = sumDemand(many(256, digest(most)), ahead)
      expect(Number.isFinite(soon) && Number.isFinite(later)).toBe(true)
    }
  })
})

describe('a mesh', () => {
  /** Peers that each expect a little: one slot each, and seven tenths of a task at once in the long run. */
  const thin = (peers: number) => {
    const mesh = new MeshOfSlots({ startMs: 30_000, peersMax: 9, stepMax: 9 })
    const each = digest({ expected: many(4, 117), enough: many(4, 130) })
    mesh.members[0]!.slots = 4
    for (let i = 0; i < peers; i++) mesh.members.push(member(`thin-${i}`, { slots: 0, demand: each }))
    mesh.pass(60)
    return mesh
  }

  it('grows for one class of which each of many peers expects little, though nothing waits yet', () => {
    expect(thin(1).orders).toEqual([])
    expect(thin(6).orders).toEqual([])
    const mesh = thin(24)
    const { log } = mesh.capacity.report(mesh.now)
    expect(log[0]).toMatchObject({
      intent: { kind: 'grow' },
      why: expect.stringMatching(/^short: 0 needed of 4 slots, /),
    })
    const [thinly] = mesh.capacity.report(mesh.now).classes
    expect(thinly).toMatchObject({ class: 'render', peers: 24, present: 0 })
    expect(thinly!.soon).toBeGreaterThan(4)
  })

  it('keeps what its peers expect to need', () => {
    const mesh = new MeshOfSlots({ scaleInMs: 10_000 })
    mesh.need(0, 9)
    mesh.pass(10, () => mesh.obey())
    mesh.need(0)
    mesh.members.push(member('expects', { slots: 0, demand: digest({ ...always(50), runMs: 10_000 }) }))
    mesh.pass(300, () => mesh.obey())
    expect(mesh.orders.filter(({ kind }) => kind === 'shrink')).toEqual([])
    mesh.members = mesh.members.filter(({ peer }) => peer !== 'expects')
    mesh.pass(300, () => mesh.obey())
    expect(mesh.orders.filter(({ kind }) => kind === 'shrink')).not.toEqual([])
  })

  it('does not count what peers expect that are gone or drain', () => {
    const mesh = new MeshOfSlots()
    const demand = digest({ ...always(50), runMs: 10_000 })
    mesh.members.push(member('gone', { alive: false, demand }), member('drains', { draining: true, demand }))
    mesh.pass(60)
    expect(mesh.orders).toEqual([])
  })
})
