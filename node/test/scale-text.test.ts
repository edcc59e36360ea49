import type { Scale, ScalePlan } from '@souk/client'
import { expect, test } from 'vitest'
import { coloursFor } from '../src/print/colours.ts'
import { scaleLogText, scalePlanText } from '../src/print/scale-text.ts'

const plan: ScalePlan = {
  automatic: true,
  needed: 3,
  slots: 4,
  comingSlots: 0,
  startMs: 30_000,
  slotsPerPeer: 2,
  grown: 0,
  peersMax: 3,
  startsLeft: 9,
  classes: [],
  action: 'stay',
  peers: 0,
  code: 'enough',
  reason: 'the slots that there are will do',
  log: [],
}
const text = (here: Partial<ScalePlan>): string => {
  const seen: Scale = { at: '2026-01-01T00:00:00.000Z', scalers: [], here: { ...plan, ...here } }
  return scalePlanText(seen, (peer) => peer, coloursFor(false, {}))
}

test('a plan says what all peers together have and expect of each class', () => {
  const render = {
    class: 'function/render',
    peers: 12,
    present: 4,
    runMs: 30_000,
    perSecond: 0.2049,
    soon: 9.64,
    later: 10,
  }
  const shown = text({ classes: [render, { class: 'odd\u001b', peers: 1, present: 1, soon: 1, later: 1 }] })
  expect(shown).toMatch(/class +peers +now +a second +takes +in 30 s +in 1 m/)
  expect(shown).toMatch(/function\/render +12 +4 +0\.2 +30 s +9\.6 +10/)
  expect(shown).toMatch(/odd\\u001b +1 +1 +- +- +1 +1/)
})

test('a plan without any says nothing of classes', () => {
  expect(text({})).not.toContain('class')
})

test('a log tells times of this host, and the day of those that are long ago', () => {
  const entry = { intent: 'i', kind: 'grow', why: 'short', state: 'judged', code: 'done', judgement: 'right' } as const
  const local = (day: number) => new Date(2026, 0, day, 14, 5, 6).toISOString()
  const log = [local(3), local(9)].map((at) => ({ ...entry, at }))
  const shown = scaleLogText({ at: local(9), scalers: [], here: { ...plan, log } }, coloursFor(false, {}))
  expect(shown).toMatch(/01-03 14:05:06 +grow/)
  expect(shown).toMatch(/^ *14:05:06 +grow/m)
})
