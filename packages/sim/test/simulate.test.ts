import { describe, expect, it } from 'vitest'
import { profileOf, profiles, type SimOptions, simulate } from '../src/index.ts'
import { ToyPeer, toySubject } from './toy-peer.ts'

const optionsOf = (profile: string, over: Partial<SimOptions> = {}): SimOptions => ({
  seed: 1,
  peers: 3,
  tasks: 60,
  profile: profileOf(profile)!,
  subject: toySubject(),
  ...over,
})

/** A toy peer keeps its tasks alone: no disk may be lost, and its clients must stay with it. */
function soundIn(name: string, over: Partial<SimOptions> = {}): SimOptions {
  const profile = profileOf(name)!
  const { faults, workload } = profile
  const { torn: _torn, ...killWrites } = faults.killWrites
  const shares = { anyPeer: false, gangChance: 0, localChance: 0, noneChance: 0, atMostOnceChance: 0, expireChance: 0 }
  const gentle = { ...profile, faults: { ...faults, killWrites }, workload: { ...workload, ...shares } }
  return optionsOf(name, { profile: gentle, without: ['bit-flip', 'rollback', 'loss', 'leave'], ...over })
}

const found = (options: SimOptions) => simulate(options).violations.map(({ invariant }) => invariant)

for (const { name } of profiles) {
  it(`finds nothing wrong with a sound peer in the ${name} profile, and everything ends`, () => {
    const result = simulate(soundIn(name))
    expect(result.violations).toEqual([])
    expect(result.closed).toBe(60)
  })

  it(`gives the same trace hash twice in the ${name} profile`, () => {
    const options = optionsOf(name, { seed: 5 })
    expect(simulate(options).traceHash).toBe(simulate(options).traceHash)
  })
}

it('gives another trace hash for another seed', () => {
  expect(simulate(optionsOf('calm')).traceHash).not.toBe(simulate(optionsOf('calm', { seed: 2 })).traceHash)
})

it('shows by the trace hash that a machine uses something besides its seed', () => {
  ToyPeer.global = 0
  const options = optionsOf('calm', { subject: toySubject('reads-a-global') })
  expect(simulate(options).traceHash).not.toBe(simulate(options).traceHash)
})

it('sends the same through the real codec', () => {
  const plain = simulate(optionsOf('crashes'))
  const encoded = simulate(optionsOf('crashes', { codec: true }))
  expect(encoded.violations).toEqual([])
  expect(encoded.traceHash).toBe(plain.traceHash)
  expect(encoded.counters.bytes).toBeGreaterThan(0)
})

it('leaves out the faults it is told to', () => {
  const result = simulate(optionsOf('crashes', { without: ['crash'] }))
  expect(result.plan.faults).toEqual([])
  expect(result.counters.crashes).toBe(0)
})

it('does not take a task for stuck that has only just come, long after the one before it', () => {
  const { workload, ...rest } = profileOf('calm')!
  const classes = [{ ...workload.classes[0]!, duration: { kind: 'fixed', ms: 20_000 } as const }]
  const shape = { ...workload, classes, spanMsMin: 4_000_000, batchMax: 1, cancelChance: 0 }
  const plan = { faults: [], endMs: 3000 }
  const { violations, closed } = simulate(optionsOf('calm', { profile: { ...rest, workload: shape }, tasks: 4, plan }))
  expect(violations).toEqual([])
  expect(closed).toBe(4)
})

describe('catches a peer that', () => {
  it('answers before the disk does', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
    // Only a crash between the answer and the flush shows it, so the disk is slow.
    const profile = { ...profileOf('crashes')!, diskMsMedian: 300 }
    const subject = toySubject('acks-before-disk')
    const all = seeds.flatMap((seed) => found(optionsOf('crashes', { seed, profile, subject, tasks: 200 })))
    expect(all).toContain('I2')
  })

  it('forgets its tasks when it starts again', () => {
    const subject = toySubject('forgets-at-start')
    expect(found(optionsOf('crashes', { subject, tasks: 200 }))).toContain('I2')
  })

  it('runs a task twice', () => {
    expect(found(optionsOf('calm', { subject: toySubject('runs-twice') }))).toContain('I5')
  })

  it('starts more than fits', () => {
    expect(found(optionsOf('burst', { subject: toySubject('runs-everything-at-once') }))).toContain('I6')
  })

  it('closes a task twice', () => {
    expect(found(optionsOf('calm', { subject: toySubject('closes-twice') }))).toContain('I1')
  })

  it('never ends its tasks', () => {
    expect(found(optionsOf('calm', { subject: toySubject('never-closes') }))).toContain('I13')
  })

  it('throws, and says on what', () => {
    const { violations } = simulate(optionsOf('calm', { subject: toySubject('throws-on-ping') }))
    expect(violations).toMatchObject([{ kind: 'crash', detail: expect.stringContaining("input 'frame' [ping]") }])
  })

  it('asks to be woken and does nothing, for ever', () => {
    const { violations } = simulate(optionsOf('calm', { subject: toySubject('turns-in-place') }))
    expect(violations).toMatchObject([{ kind: 'crash', detail: expect.stringContaining('wakes in a row') }])
  })
})
