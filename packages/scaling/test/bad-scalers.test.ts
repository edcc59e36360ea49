import { expect, it } from 'vitest'
import { scaleTag } from '../src/capacity/scale-intent.ts'
import { MeshOfSlots, member, ordered, wallMs } from './mesh-of-slots.ts'

const hourS = 3600
const config = { startsPerHour: 6, peersMax: 3, answerMs: 30_000, coolDownMs: 5_000 }

/** Much more is needed than there will ever be. */
function starved(saved?: unknown, startWallMs = wallMs): MeshOfSlots {
  const mesh = new MeshOfSlots(config, 'origin', saved, startWallMs)
  mesh.need(2, 500)
  return mesh
}

it('asks a scaler that hangs no more often than its budget of an hour, and less and less often', () => {
  const mesh = starved()
  mesh.pass(hourS)
  expect(mesh.orders.length).toBeGreaterThan(1)
  expect(mesh.orders.length).toBeLessThanOrEqual(config.startsPerHour)
  expect(mesh.judged.every(({ judgement, code }) => judgement === 'failed' && code === 'absent')).toBe(true)
})

it('does not believe a scaler that says it has, where no peer comes', () => {
  const mesh = starved()
  mesh.pass(3 * hourS, () => {
    for (const { id } of mesh.orders) mesh.step({ type: 'scaled', intent: id, code: 'done' })
  })
  expect(mesh.orders.length).toBeLessThanOrEqual(3 * config.startsPerHour)
  expect(mesh.judged.length).toBeGreaterThan(0)
  expect(mesh.judged.every(({ judgement }) => judgement === 'failed')).toBe(true)
})

it('keeps to its most peers where a scaler starts more than it was told to', () => {
  const mesh = starved()
  mesh.pass(hourS, () => {
    for (const { id, peerTag } of mesh.orders) {
      if (mesh.members.some(({ tag }) => tag === peerTag)) continue
      for (const i of [1, 2, 3]) mesh.members.push(member(`${id}-${i}`, { tag: peerTag, slots: 1 }))
    }
  })
  expect(mesh.orders.length).toBeLessThanOrEqual(config.peersMax)
})

it('counts what was started before a restart', () => {
  const before = starved()
  before.pass(hourS / 2)
  const count = before.orders.length
  const after = starved(before.saved)
  after.now = before.now
  after.pass(60)
  expect(count + after.orders.length).toBeLessThanOrEqual(config.startsPerHour)
  expect(after.capacity.report(after.now).log.length).toBe(count + after.orders.length)
})

it('has no other budget where the clock was set back or forward before a restart', () => {
  const before = starved()
  before.pass(hourS / 2)
  expect(before.orders).toHaveLength(config.startsPerHour)
  for (const hours of [-2, -24 * 365]) {
    const after = starved(before.saved, wallMs + hours * hourS * 1000)
    after.pass(hourS - 60)
    expect(after.orders).toEqual([])
    // Not for ever, or for as long as the clock was wrong.
    after.pass(120)
    expect(after.orders.length).toBeGreaterThan(0)
  }
  const ahead = starved(before.saved, wallMs + 24 * hourS * 1000)
  ahead.pass(hourS - 60)
  expect(ahead.orders.length).toBeLessThanOrEqual(config.startsPerHour)
})

it.each([
  ['more starts than its log has room for', { startsPerHour: 40, logMax: 8 }],
  ['ends that fail and fill its log', { startsPerHour: 9, logMax: 4 }],
])('keeps to its budget through %s, over a restart too', (_, bounds) => {
  const flaky = { ...config, ...bounds, coolDownMs: 1_000, scaleInMs: 1_000 }
  const lifeS = hourS / 2 - 30
  const mesh = new MeshOfSlots(flaky)
  const live = (life: MeshOfSlots): string[] => {
    const done = new Set<string>()
    life.pass(lifeS, () => {
      // For half a minute much is needed, then nothing; peers break a minute after the first of them came.
      life.need(2, life.now % 60_000 < 30_000 ? 500 : 0)
      if (life.now % 60_000 === 0) life.members = life.members.slice(0, 1)
      for (const { id, kind, peerTag } of life.orders) {
        if (done.has(id)) continue
        done.add(id)
        if (kind === 'grow') life.members.push(member(`new-${id}`, { tag: peerTag, slots: 1 }))
        life.step({ type: 'scaled', intent: id, code: kind === 'grow' ? 'done' : 'failed' })
      }
    })
    return life.orders.map(({ kind }) => kind)
  }
  const kinds = [...live(mesh), ...live(new MeshOfSlots(flaky, 'origin', mesh.saved, wallMs + mesh.now))]
  expect(kinds).toContain('shrink')
  expect(kinds.filter((kind) => kind === 'grow')).toHaveLength(bounds.startsPerHour)
})

it('asks less and less often for the end of a peer that does not end, and starts others meanwhile', () => {
  const tag = scaleTag(wallMs - 2 * hourS * 1000, 'origin', 0)
  const mesh = new MeshOfSlots({ ...config, scaleInMs: 10_000 }, 'origin', ordered(tag))
  mesh.members.push(member('stays', { tag }))
  mesh.pass(hourS, () => {
    for (const { id } of mesh.orders) mesh.step({ type: 'scaled', intent: id, code: 'not-drained' })
  })
  expect(mesh.orders.every(({ kind }) => kind === 'shrink')).toBe(true)
  expect(mesh.orders.length).toBeGreaterThan(3)
  expect(mesh.orders.length).toBeLessThan(12)
  mesh.need(9)
  mesh.pass(15)
  expect(mesh.orders.at(-1)).toMatchObject({ kind: 'grow' })
})

it('ends peers that idle though none could be started for long', () => {
  const tag = scaleTag(wallMs - 2 * hourS * 1000, 'origin', 0)
  const mesh = new MeshOfSlots({ ...config, scaleInMs: 10_000 }, 'origin', ordered(tag))
  mesh.members.push(member('idles', { tag }))
  mesh.need(9)
  mesh.pass(hourS / 2, () => {
    for (const { id } of mesh.orders) mesh.step({ type: 'scaled', intent: id, code: 'failed' })
  })
  mesh.need(0)
  mesh.pass(60)
  expect(mesh.orders.at(-1)).toMatchObject({ kind: 'shrink' })
})

it('counts the peer of an order that failed half-way, and starts none in its place where there may be no more', () => {
  const mesh = starved()
  mesh.pass(3 * hourS, () => {
    for (const { id, peerTag } of mesh.orders) {
      if (mesh.members.some(({ tag }) => tag === peerTag)) continue
      // It has started the peer, and then says that it could not.
      mesh.step({ type: 'scaled', intent: id, code: 'failed' })
      mesh.members.push(member(`new-${id}`, { tag: peerTag, slots: 1 }))
    }
  })
  expect(mesh.orders).toHaveLength(config.peersMax)
  expect(mesh.judged.map(({ judgement }) => judgement)).toEqual(Array.from(mesh.orders, () => 'failed'))
  expect(mesh.capacity.report(mesh.now)).toMatchObject({ grown: config.peersMax, decision: { code: 'at-most' } })
})

it.each([1e9, Number.NaN, -1, Number.POSITIVE_INFINITY])(
  'stays within its bounds where %d is foretold or told',
  (odd) => {
    const mesh = new MeshOfSlots(config)
    mesh.forecaster.says = () => odd
    mesh.members.push(member('liar', { running: odd, waiting: odd }))
    mesh.pass(3 * hourS, () => mesh.obey())
    expect(mesh.orders.filter(({ kind }) => kind === 'grow').length).toBeLessThanOrEqual(3 * config.startsPerHour)
    expect(mesh.members.length).toBeLessThanOrEqual(2 + config.peersMax)
  },
)

it('neither grows nor shrinks where nothing ever comes, nor after a single task', () => {
  const mesh = new MeshOfSlots(config)
  mesh.pass(hourS)
  mesh.need(1)
  mesh.pass(1)
  mesh.need(0)
  mesh.pass(hourS)
  expect(mesh.orders).toEqual([])
})

it('counts what others have started, by the tags of those that are there, also once their starter is gone', () => {
  const tags = [0, 1].map((i) => scaleTag(wallMs, 'other', i))
  const mesh = starved()
  mesh.members.push(member('other', { scaler: true, alive: false }))
  mesh.members.push(...tags.map((tag) => member(`new-${tag}`, { tag, running: 2 })))
  const { grown, startsLeft } = mesh.capacity.report(mesh.now + 60_000)
  expect(grown).toBe(tags.length)
  expect(startsLeft).toBe(config.startsPerHour - tags.length)
})

it('grows though peers claim to be started by one that can start nobody', () => {
  const tags = [0, 1, 2, 3].map((i) => scaleTag(wallMs, 'other', i))
  const mesh = starved()
  mesh.members.push(member('other'), ...tags.map((tag) => member(`new-${tag}`, { tag, running: 2 })))
  expect(mesh.capacity.report(mesh.now)).toMatchObject({ grown: 0, startsLeft: config.startsPerHour })
  mesh.pass(10)
  expect(mesh.orders.length).toBeGreaterThan(0)
})

it('decides nothing once the mesh lets it invite nobody, and says so', () => {
  const mesh = starved()
  mesh.members[0]!.scaler = false
  mesh.pass(60)
  expect(mesh.orders).toEqual([])
  expect(mesh.capacity.report(mesh.now).decision).toEqual({ action: 'stay', peers: 0, code: 'no-admin' })
})

it('reads no log but its own kind', () => {
  for (const saved of [undefined, null, 7, 'x', []]) expect(starved(saved).capacity.report(0).log).toEqual([])
  for (const log of [undefined, null, 7, 'x', [], [null, 7, {}, { intent: { id: 1 } }], { length: 3 }]) {
    expect(starved({ log }).capacity.report(0).log).toEqual([])
  }
})

it('goes on when a scaler answers what nobody has asked', () => {
  const mesh = starved()
  for (const intent of ['', 'unknown']) mesh.step({ type: 'scaled', intent, code: 'done' })
  mesh.pass(10)
  expect(mesh.orders.length).toBeGreaterThan(0)
})
