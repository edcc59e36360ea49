import { limits, type TaskState } from '@souk/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeldSets } from '../src/held-sets.ts'
import { type Held, RenewalLink } from '../src/renewal-link.ts'
import { ballot, idOf } from './fixtures.ts'

const held = (name: string, state: TaskState = 'running', counter = 1): Held => ({
  task: idOf(name),
  version: 1,
  ballot: ballot(counter),
  state,
})
const names = (list: readonly { task: string }[]) => list.map(({ task }) => task[0])

describe('a renewal', () => {
  test('says all at first and then what changed', () => {
    const link = new RenewalLink()
    const [first] = link.renew([held('a'), held('b')], 1, 0)
    expect(first).toMatchObject({ seq: 1, base: 0, incarnation: 1, removes: [] })
    expect(names(first!.adds)).toEqual(['a', 'b'])
    const [second] = link.renew([held('b'), held('c')], 1, 1_000)
    expect(second).toMatchObject({ seq: 2, base: 1 })
    expect([names(second!.adds), names(second!.removes)]).toEqual([['c'], ['a']])
  })

  test('says something even when nothing changed, and nothing when there was nothing', () => {
    const link = new RenewalLink()
    expect(link.renew([], 1, 0)).toEqual([])
    link.renew([held('a')], 1, 0)
    expect(link.renew([held('a')], 1, 1_000)).toMatchObject([{ base: 1, adds: [], removes: [] }])
    expect(link.renew([], 1, 2_000)).toHaveLength(1)
    expect(link.renew([], 1, 3_000)).toEqual([])
  })

  test('names a task again when it does something else, or is held under another ballot', () => {
    const link = new RenewalLink()
    link.renew([held('a', 'queued')], 1, 0)
    expect(names(link.renew([held('a', 'running')], 1, 1_000)[0]!.adds)).toEqual(['a'])
    expect(link.renew([held('a', 'running', 2)], 1, 2_000)[0]!.adds).toEqual([held('a', 'running', 2)])
    expect(link.confirmedMs(idOf('a'))).toBeUndefined()
  })

  test('says all again where it was asked to', () => {
    const link = new RenewalLink()
    link.renew([held('a')], 1, 0)
    link.onRenewed(1, true)
    const [again] = link.renew([held('a')], 1, 1_000)
    expect(again).toMatchObject({ base: 0 })
    expect(names(again!.adds)).toEqual(['a'])
  })

  test('goes in several messages when it is long, each on top of the one before', () => {
    const many = Array.from({ length: limits.tasksPerMessageMax + 1 }, (_, i) => ({
      task: `t${i}`,
      version: 1,
      ballot: ballot(),
      state: 'running' as const,
    }))
    const messages = new RenewalLink().renew(many, 1, 0)
    expect(messages.map(({ seq, base, adds }) => [seq, base, adds.length])).toEqual([
      [1, 0, limits.tasksPerMessageMax],
      [2, 1, 1],
    ])
  })

  test('confirms a task from the time it was sent, if it named the task or came later', () => {
    const link = new RenewalLink()
    link.renew([held('a')], 1, 0)
    link.renew([held('a'), held('b')], 1, 1_000)
    expect(link.confirmedMs(idOf('a'))).toBeUndefined()
    link.onRenewed(1, false)
    expect([link.confirmedMs(idOf('a')), link.confirmedMs(idOf('b'))]).toEqual([0, undefined])
    link.onRenewed(2, false)
    link.onRenewed(1, false)
    expect([link.confirmedMs(idOf('a')), link.confirmedMs(idOf('b'))]).toEqual([1_000, 1_000])
  })

  test('of what is not known there is said again, counts from then on, and is taken back in the end', () => {
    const link = new RenewalLink()
    link.renew([held('a'), held('b')], 1, 0)
    link.onRenewed(1, false)
    link.unsay(idOf('a'))
    expect([link.confirmedMs(idOf('a')), link.confirmedMs(idOf('b'))]).toEqual([undefined, 0])
    expect(names(link.renew([held('a'), held('b')], 1, 1_000)[0]!.adds)).toEqual(['a'])
    link.onRenewed(2, false)
    expect(link.confirmedMs(idOf('a'))).toBe(1_000)
    link.unsay(idOf('a'))
    expect(names(link.renew([held('b')], 1, 2_000)[0]!.removes)).toEqual(['a'])
  })

  test('that starts from nothing again takes no confirmation back', () => {
    const link = new RenewalLink()
    link.renew([held('a')], 1, 0)
    link.onRenewed(1, false)
    link.reset()
    link.renew([held('a'), held('b')], 1, 1_000)
    expect([link.confirmedMs(idOf('a')), link.confirmedMs(idOf('b'))]).toEqual([0, undefined])
  })
})

describe('a custodian', () => {
  const round = fc.record({
    held: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 }),
    state: fc.constantFrom<TaskState>('queued', 'running'),
    there: fc.boolean(),
    back: fc.boolean(),
    restart: fc.constantFrom('nobody', 'nobody', 'nobody', 'custodian', 'connection'),
  })

  test('never believes more than was held, and after two answered rounds exactly that', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 30 }), (rounds) => {
        const link = new RenewalLink()
        let sets = new HeldSets(10)
        let healthy = 0
        let now = 0
        for (const { held: names, state, there, back, restart } of rounds) {
          now += 1_000
          if (restart === 'custodian') sets = new HeldSets(10)
          if (restart === 'connection') link.reset()
          const holds = names.map((name) => held(name, state))
          let known: { keys(): Iterable<string> } | undefined = new Map()
          const messages = link.renew(holds, 1, now)
          for (const message of messages) {
            known = there ? sets.apply('worker', message) : undefined
            if (there && back) link.onRenewed(message.seq, known === undefined)
          }
          if (!there || !back || restart === 'custodian') healthy = 0
          else if (messages.length > 0) healthy++
          // Whatever it takes for true is what was held in that very round.
          if (known) expect(new Set(known.keys())).toEqual(new Set(holds.map(({ task }) => task)))
          if (messages.length > 0 && healthy >= 2) expect(known).toBeDefined()
          // The bearer trusts only what a custodian that still knew the task has answered.
          for (const { task } of holds) if (healthy >= 2) expect(link.confirmedMs(task)).toBe(now)
        }
      }),
      { numRuns: 200 },
    )
  })
})
