import { Capacity, type CapacityEffect, type CapacityMember, defaultCapacityConfig } from '@souk/scaling'
import { expect, test } from 'vitest'
import { forecastersView } from '../src/forecasters-view.ts'

const dayMs = 24 * 3_600_000
const bucketMs = 300_000
const slots = 4
const wallMs = 0
const startMs = 600_000

/** Slots needed at a time of the day: 2 at night, 12 about noon. */
function neededAt(ms: number): number {
  const wave = (1 - Math.cos((2 * Math.PI * ms) / dayMs)) / 2
  return 2 + Math.round(10 * wave)
}

test('a mesh grows before the wave of a day, and shrinks after it, once it has seen some, over a restart too', () => {
  const members: CapacityMember[] = []
  const member = (peer: string, tag: string | undefined): CapacityMember => {
    const rest = { alive: true, draining: false, running: 0, waiting: 0, pressed: false, priceMilli: 0 }
    return { ...rest, peer, tag, slots, scaler: tag === undefined }
  }
  members.push(member('first', undefined))
  const config = { ...defaultCapacityConfig, scaler: 'local', slotsPerPeer: slots, bucketMs, startMs, peersMax: 5 }
  const born = () =>
    new Capacity(
      { ...config, answerMs: 2 * startMs, scaleInMs: 1_800_000, judgeMs: 3_600_000 },
      { self: 'first', view: { members: () => members }, forecasters: forecastersView(bucketMs) },
    )
  let capacity = born()
  let kept: { saved: unknown; forecast: unknown } = { saved: undefined, forecast: undefined }
  const coming: { atMs: number; tag: string }[] = []
  const shortMs: number[] = []
  const mostPeers: number[] = []
  const fewestPeers: number[] = []
  const carryOut = (effects: readonly CapacityEffect[], now: number): void => {
    for (const effect of effects) {
      if (effect.type === 'save') kept = { ...kept, saved: effect.saved }
      if (effect.type === 'saveForecast') kept = { ...kept, forecast: effect.forecast }
      if (effect.type !== 'scale') continue
      const { kind, peerTag, peer } = effect.intent
      if (kind === 'grow') coming.push({ atMs: now + startMs, tag: peerTag })
      else
        members.splice(
          members.findIndex((each) => each.peer === peer),
          1,
        )
    }
  }
  const step = bucketMs / 5
  capacity.step({ type: 'start', wallMs, ...kept }, 0, [])
  for (let now = step; now <= 8 * dayMs; now += step) {
    for (const { tag } of coming.filter(({ atMs }) => atMs <= now)) members.push(member(`new-${tag}`, tag))
    coming.splice(0, coming.length, ...coming.filter(({ atMs }) => atMs > now))
    const day = Math.floor(now / dayMs)
    const needed = neededAt(now)
    members[0]!.running = needed
    if (needed > members.length * slots) shortMs[day] = (shortMs[day] ?? 0) + step
    mostPeers[day] = Math.max(mostPeers[day] ?? 0, members.length)
    fewestPeers[day] = Math.min(fewestPeers[day] ?? 99, members.length)
    const effects: CapacityEffect[] = []
    if (now === 6 * dayMs) {
      capacity.step({ type: 'leave' }, now, effects)
      carryOut(effects, now)
      capacity = born()
      capacity.step({ type: 'start', wallMs: wallMs + now, ...kept }, now, effects)
    }
    capacity.step({ type: 'wake' }, now, effects)
    carryOut(effects, now)
  }
  // Before the daily wave was learned, slots were short for a while: so learning is worth something.
  expect(shortMs[1]).toBeGreaterThan(0)
  // Twelve slots are three peers; on the last days the wave is known, and there is no shortage and little surplus.
  for (const day of [5, 6, 7]) {
    expect(shortMs[day] ?? 0).toBe(0)
    expect(mostPeers[day]).toBeGreaterThanOrEqual(3)
    expect(mostPeers[day]).toBeLessThanOrEqual(4)
    expect(fewestPeers[day]).toBeLessThanOrEqual(2)
  }
})
