import { expect, it } from 'vitest'
import { decideCapacity } from '../src/capacity/decide-capacity.ts'
import { readScaleTag, scaleTag } from '../src/capacity/scale-intent.ts'
import { defaultCapacityConfig } from '../src/index.ts'
import { MeshOfSlots, member, ordered, wallMs } from './mesh-of-slots.ts'

const calm = {
  now: 0,
  able: true,
  slots: 4,
  comingSlots: 0,
  slotsPerPeer: 2,
  soon: 2,
  later: 2,
  most: 2,
  needed: 2,
  spareSlots: 0,
  unneededSinceMs: undefined,
  coolUntilMs: { grow: 0, shrink: 0 },
  grown: 0,
  startsLeft: 5,
}
const decide = (changes: Partial<Parameters<typeof decideCapacity>[0]>) =>
  decideCapacity({ ...calm, ...changes }, defaultCapacityConfig)

it('grows by what is short for longer than a new peer takes, and by no more than its bounds', () => {
  expect(decide({ soon: 7, later: 9 })).toEqual({ action: 'grow', peers: 2, code: 'short' })
  expect(decide({ soon: 5, later: 5 })).toMatchObject({ peers: 1 })
  expect(decide({ soon: 9, later: 3 })).toMatchObject({ action: 'stay', code: 'brief' })
  expect(decide({ soon: 9, later: 9, comingSlots: 5 })).toMatchObject({ action: 'stay', code: 'on-the-way' })
  expect(decide({ soon: 99, later: 99, grown: 3 })).toMatchObject({ peers: 1 })
  expect(decide({ soon: 99, later: 99, grown: 4 })).toMatchObject({ action: 'stay', code: 'at-most' })
  expect(decide({ soon: 99, later: 99, startsLeft: 0 })).toMatchObject({ action: 'stay', code: 'budget' })
  expect(decide({ soon: 9, later: 9, coolUntilMs: { grow: 1, shrink: 0 } })).toMatchObject({
    action: 'stay',
    code: 'cool-down',
  })
  expect(decide({ soon: undefined })).toMatchObject({ action: 'stay', code: 'no-forecast' })
})

it('shrinks once fewer would have done for long enough', () => {
  const idle = { spareSlots: 2, now: 200_000 }
  expect(decide({ ...idle, unneededSinceMs: 0 })).toMatchObject({ action: 'shrink', code: 'unneeded' })
  expect(decide({ ...idle, unneededSinceMs: 190_000 })).toMatchObject({ action: 'stay', code: 'scale-in-delay' })
  expect(decide({ ...idle, unneededSinceMs: 0, most: 3 })).toMatchObject({ action: 'stay', code: 'enough' })
  expect(decide({ ...idle, unneededSinceMs: 0, spareSlots: 0 })).toMatchObject({ action: 'stay', code: 'enough' })
})

it('writes into the tag of a peer when it was ordered, and by whom', () => {
  expect(readScaleTag(scaleTag(wallMs, '12D3KooWabcdefgh', 7))).toEqual({ wallMs, starter: 'abcdefgh' })
  for (const tag of ['', 'x', '1-2', `${'z'.repeat(9)}-abc-x`]) expect(readScaleTag(tag)).toBeUndefined()
})

it('starts a peer before what is foretold comes, ends it afterwards, and finds that it was right', () => {
  const mesh = new MeshOfSlots({ judgeMs: 60_000, scaleInMs: 60_000, startMs: 10_000 })
  mesh.need(1)
  mesh.pass(30)
  expect(mesh.orders).toEqual([])
  mesh.forecaster.says = (ahead) => (ahead >= 2 ? 4 : 1)
  mesh.pass(5)
  expect(mesh.orders).toMatchObject([{ kind: 'grow' }])
  mesh.obey()
  mesh.pass(10)
  mesh.need(4)
  mesh.forecaster.says = undefined
  mesh.pass(80)
  expect(mesh.judged).toMatchObject([{ judgement: 'right', code: 'done', tookMs: 1000 }])
  mesh.need(0)
  mesh.pass(80, () => mesh.obey())
  expect(mesh.orders.map(({ kind }) => kind)).toEqual(['grow', 'shrink'])
  expect(mesh.members).toHaveLength(1)
  mesh.pass(80)
  expect(mesh.judged.map(({ judgement }) => judgement)).toEqual(['right', 'right'])
})

it('starts nobody in place of peers that it has yet to meet', () => {
  const mesh = new MeshOfSlots({ coolDownMs: 10_000 })
  mesh.need(2, 4)
  mesh.pass(8)
  expect(mesh.orders).toEqual([])
  mesh.members.push(member('met', { slots: 8 }))
  mesh.pass(60)
  expect(mesh.orders).toEqual([])
})

it('finds that it was late where tasks waited, and needless where nobody came', () => {
  const late = new MeshOfSlots({ judgeMs: 60_000 })
  late.need(2, 2)
  late.pass(10)
  late.pass(20)
  late.obey()
  late.pass(70)
  expect(late.judged[0]).toMatchObject({ judgement: 'late' })
  const needless = new MeshOfSlots({ judgeMs: 60_000, scaleInMs: 600_000 })
  needless.forecaster.says = () => 4
  needless.pass(30)
  needless.obey()
  needless.pass(70)
  expect(needless.judged[0]).toMatchObject({ judgement: 'needless' })
})

it('acts at one peer only, and at the next one when that is gone', () => {
  const names = ['origin', 'other']
  const meshes = names.map((name) => new MeshOfSlots({}, name))
  const step = (alive: readonly string[]): string[] => {
    for (const mesh of meshes) {
      mesh.members = names.map((name) => member(name, { scaler: true, alive: alive.includes(name), running: 4 }))
      mesh.pass(15)
    }
    return names.filter((_, i) => meshes[i]!.orders.length > 0)
  }
  const [first, ...more] = step(names)
  expect(more).toEqual([])
  const second = names.find((name) => name !== first)!
  const other = meshes[names.indexOf(second)]!
  // Asked there, it does nothing, and does not say that it had.
  other.step({ type: 'scaleNow' })
  expect(other.orders).toEqual([])
  expect(other.capacity.report(other.now).decision).toEqual({ action: 'stay', peers: 0, code: 'others-turn' })
  expect(step([second])).toContain(second)
})

it('ends the dearest of the peers that scaling has started, of those the newest, and no other', () => {
  const tags = [0, 1, 2].map((i) => scaleTag(wallMs + i, 'origin', i))
  const mesh = new MeshOfSlots({ scaleInMs: 10_000 }, 'origin', ordered(...tags))
  mesh.members.push(
    member('dear-of-its-own', { priceMilli: 9000 }),
    member('old', { tag: tags[0]! }),
    member('new', { tag: tags[2]! }),
    member('dear', { tag: tags[1]!, priceMilli: 2000 }),
  )
  mesh.pass(300, () => mesh.obey())
  expect(mesh.orders.map(({ peer }) => peer)).toEqual(['dear', 'new', 'old'])
  expect(mesh.members.map(({ peer }) => peer)).toEqual(['origin', 'dear-of-its-own'])
})

it('ends one that has nothing to do before a dearer or a newer one that has', () => {
  const tags = [0, 1, 2].map((i) => scaleTag(wallMs + i, 'origin', i))
  const mesh = new MeshOfSlots({ scaleInMs: 10_000 }, 'origin', ordered(...tags))
  mesh.members.push(
    member('dear', { tag: tags[0]!, priceMilli: 2000, running: 1 }),
    member('idle', { tag: tags[1]! }),
    member('new', { tag: tags[2]!, waiting: 1 }),
  )
  mesh.pass(300, () => mesh.obey())
  expect(mesh.orders.map(({ peer }) => peer)).toEqual(['idle', 'dear', 'new'])
})

it('ends no peer that only says that it was started here, and does not count it', () => {
  const mesh = new MeshOfSlots({ scaleInMs: 10_000, peersMax: 1 })
  mesh.members.push(member('liar', { tag: scaleTag(wallMs, 'origin', 0) }), member('odd', { tag: 'mine' }))
  mesh.pass(60)
  expect(mesh.orders).toEqual([])
  mesh.need(9)
  mesh.pass(15)
  expect(mesh.orders.map(({ kind }) => kind)).toEqual(['grow'])
})

it('knows the peers that it has started however many orders came after theirs', () => {
  const tag = scaleTag(wallMs, 'origin', 0)
  const mesh = new MeshOfSlots({ scaleInMs: 10_000, logMax: 2, coolDownMs: 1000, peersMax: 9 }, 'origin', ordered(tag))
  mesh.members.push(member('first', { tag }))
  mesh.need(20)
  mesh.pass(20, () => mesh.obey())
  expect(mesh.orders.length).toBeGreaterThan(4)
  mesh.need(0)
  mesh.pass(300, () => mesh.obey())
  expect(mesh.members).toHaveLength(1)
})

it('does not count the free slots of a peer under pressure', () => {
  const mesh = new MeshOfSlots()
  mesh.members.push(member('roomy', { slots: 8 }))
  mesh.need(5)
  mesh.pass(15)
  expect(mesh.orders).toEqual([])
  mesh.members[1] = member('roomy', { slots: 8, running: 1, pressed: true })
  mesh.pass(15)
  expect(mesh.capacity.report(mesh.now)).toMatchObject({ slots: 3, needed: 6 })
  expect(mesh.orders.length).toBeGreaterThan(0)
})

it('passes over whoever only says that it can start others, once it has had its time', () => {
  const names = ['origin', 'other']
  const mesh = (self: string) => {
    const made = new MeshOfSlots({ answerMs: 60_000 }, self)
    made.members = names.map((name) => member(name, { scaler: true, running: 4 }))
    return made
  }
  const meshes = names.map(mesh)
  for (const each of meshes) each.pass(30)
  const waits = meshes.find(({ orders }) => orders.length === 0)!
  const acts = names.find((_, i) => meshes[i] !== waits)!
  expect(meshes.filter(({ orders }) => orders.length > 0)).toHaveLength(1)
  // A peer that comes meanwhile shows that the other one does it.
  waits.members.push(member('came', { tag: scaleTag(wallMs, acts, 0), slots: 1 }))
  waits.pass(50)
  expect(waits.orders).toEqual([])
  waits.pass(30)
  expect(waits.orders.length).toBeGreaterThan(0)
})

it('remembers over a restart how long a new peer took and what it brought, unless it is told otherwise since', () => {
  const config = { startMs: 30_000, slotsPerPeer: 1 }
  const before = new MeshOfSlots(config)
  before.need(2, 4)
  before.pass(30, () => before.obey())
  const learned = before.capacity.report(before.now)
  expect(learned.slotsPerPeer).toBe(2)
  expect(learned.startMs).toBeLessThan(config.startMs)
  const told = (changes: object, saved: unknown = before.saved) =>
    new MeshOfSlots({ ...config, ...changes }, 'origin', saved).capacity.report(0)
  expect(told({})).toMatchObject({ startMs: learned.startMs, slotsPerPeer: 2 })
  for (const changes of [{ startMs: 60_000 }, { slotsPerPeer: 4 }, { scaler: 'command' }])
    expect(told(changes)).toMatchObject({ ...config, ...changes, log: [{}, {}] })
  const { newPeers } = before.saved!
  for (const odd of [undefined, null, 7, {}, { ...newPeers, startMs: Number.NaN }, { ...newPeers, slots: 0 }])
    expect(told({}, { newPeers: odd })).toMatchObject(config)
})

it('gives what it has learned of demand to be kept now and then, and at its end; the next life goes on with it', () => {
  const mesh = new MeshOfSlots()
  mesh.pass(3600)
  expect(mesh.savedForecasts).toEqual([])
  mesh.need(2)
  mesh.pass(1800)
  expect(mesh.savedForecasts).toEqual([2, 2, 2])
  mesh.step({ type: 'leave' })
  expect(mesh.savedForecasts.length).toBe(4)
  const [last] = mesh.savedForecasts
  const after = new MeshOfSlots({}, 'origin', undefined, wallMs, last)
  expect(after.capacity.report(0)).toMatchObject({ soon: 2 })
  expect(new MeshOfSlots({}, 'origin', undefined, wallMs, 'odd').capacity.report(0).soon).toBeUndefined()
})

it('does by hand what it would do, where it does nothing by itself', () => {
  const mesh = new MeshOfSlots({ automatic: false })
  mesh.need(2, 4)
  mesh.pass(60)
  expect(mesh.orders).toEqual([])
  expect(mesh.capacity.report(mesh.now).decision).toMatchObject({ action: 'grow', code: 'short' })
  mesh.step({ type: 'scaleNow' })
  expect(mesh.orders.map(({ kind }) => kind)).toEqual(['grow', 'grow'])
})

it('neither looks nor acts where it can start nobody', () => {
  const mesh = new MeshOfSlots({ scaler: undefined })
  mesh.need(2, 4)
  mesh.pass(60)
  mesh.step({ type: 'scaleNow' })
  expect(mesh.orders).toEqual([])
  expect(mesh.capacity.nextWakeup()).toBeUndefined()
  expect(mesh.effects).toEqual([])
})
