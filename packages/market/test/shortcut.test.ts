import { emptyRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

/** Peers p and q, a round trip of 5 ms away, have said that they have room for two; tasks of class noop take 1 ms. */
function shortTasks(runMs = 1): Stall {
  const stall = Stall.among('p', 'q')
  stall.step({ type: 'duration', class: 'noop', runMs })
  for (const peer of ['p', 'q']) stall.loads.all.set(peer, { slots: 2, saidMs: 77, heardMs: 0 })
  return stall
}

describe('tasks that are shorter than asking', () => {
  test('go to whoever said to have room, the others as alternates', () => {
    const effects = shortTasks().at(100).wait(['a'])
    expect(asked(effects)).toEqual([])
    const [award] = only(effects, 'award')
    expect(award).toMatchObject({ tasks: ['a'], decision: { how: 'load-stamp', by: 'self', winner: award!.to.peer } })
    // Each taker gets back when it made its load stamp.
    expect([award!.to, ...award!.alternates].map(({ offeredMs }) => offeredMs)).toEqual([77, 77])
    expect([award!.to.peer, ...award!.alternates.map(({ peer }) => peer)].sort()).toEqual(['p', 'q'])
    expect(award!.decision.reason).toContain('100 ms ago')
  })

  test('fill hosts evenly, and what is too much is asked for', () => {
    const stall = shortTasks()
    for (const name of ['a', 'b', 'c', 'd', 'e']) stall.add(name)
    const effects = stall.wake()
    expect(
      awards(effects)
        .map(([peer, tasks]) => [peer, tasks.length])
        .sort(),
    ).toEqual([
      ['p', 2],
      ['q', 2],
    ])
    expect(only(effects, 'send')).toMatchObject([{ message: { t: 'quote', count: 1 } }, { message: { count: 1 } }])
  })

  test('are counted until the host says more', () => {
    const stall = shortTasks()
    stall.wait(['a', 'b', 'c', 'd'])
    const effects = stall.wait(['e'])
    expect(awards(effects)).toEqual([])
    expect(asked(effects)).toEqual(['p', 'q'])
  })

  test('are asked for where nobody said anything of late', () => {
    expect(asked(shortTasks().at(1_001).wait(['a']))).toEqual(['p', 'q'])
  })

  test('stay here where there is room', () => {
    const stall = new Stall({ host: offer() })
    stall.members.add('p')
    stall.step({ type: 'duration', class: 'noop', runMs: 1 })
    stall.loads.all.set('p', { slots: 2, saidMs: 77, heardMs: 0 })
    expect(only(stall.wait(['a']), 'keep')).toHaveLength(1)
  })
})

test('longer tasks, and those of a class that never ran, are asked for', () => {
  expect(asked(shortTasks(1_000).wait(['a']))).toEqual(['p', 'q'])
  expect(asked(shortTasks().wait(['a'], { class: 'new' }))).toEqual(['p', 'q'])
})

test('tasks that need more than slots are asked for', () => {
  const stall = shortTasks()
  const capacity = vector({ custom: { licence: 1 } })
  stall.members.add('p', { offer: offer({ capacity }) })
  expect(asked(stall.wait(['a'], { request: { ...emptyRequest(), custom: { licence: 1 } } }))).toEqual(['p'])
})

test('a peer that cannot be reached is given nothing, whatever it said', () => {
  const stall = shortTasks()
  stall.members.add('p', { reachable: false })
  for (const name of ['a', 'b', 'c']) stall.add(name)
  expect(awards(stall.wake()).map(([peer]) => peer)).toEqual(['q'])
})
