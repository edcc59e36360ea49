import { describe, expect, test } from 'vitest'
import { ballot, idOf, only, sent } from './fixtures.ts'
import { Keeper } from './keeper.ts'

describe('an outcome', () => {
  test('is acknowledged, and told to clients, only once the disk has it', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    const effects = keeper.commit('worker', 'a')
    expect(only(effects, 'persist')).toHaveLength(1)
    expect([...sent(effects, 'committed'), ...only(effects, 'closed')]).toEqual([])
    expect(keeper.view('a')).toMatchObject({ state: 'ending' })
    const after = keeper.write()
    expect(sent(after, 'committed')).toMatchObject([{ to: 'worker', message: { task: idOf('a'), ballot: ballot() } }])
    expect(only(after, 'closed')).toMatchObject([{ outcome: { kind: 'succeeded', host: 'worker' }, clients: [1] }])
    expect(keeper.view('a')).toMatchObject({ state: 'closed', outcome: { kind: 'succeeded' } })
  })

  test('that is committed twice under its ballot is confirmed twice and told once', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    // While it is being written the first commit's answer is still to come.
    expect(keeper.commit('worker', 'a')).toEqual([])
    keeper.write()
    const again = keeper.commit('worker', 'a', ballot(), { kind: 'failed', code: 'exit' })
    expect(sent(again, 'committed')).toMatchObject([{ to: 'worker' }])
    expect([...only(again, 'closed'), ...only(again, 'persist')]).toEqual([])
    expect(keeper.view('a')?.outcome?.kind).toBe('succeeded')
  })

  test('below the promise is fenced, before and after the end', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.giveUp('worker', 'a', ballot(), { code: 'lease-lost' })
    keeper.write()
    const fenced = { task: idOf('a'), ballot: ballot(1), promised: ballot(2), code: 'fenced' }
    expect(sent(keeper.commit('worker', 'a', ballot(1)), 'fenced')).toMatchObject([{ to: 'worker', message: fenced }])
    keeper.borneBy('other', 'a', ballot(2))
    keeper.commit('other', 'a', ballot(2))
    keeper.write()
    expect(sent(keeper.commit('worker', 'a', ballot(1)), 'fenced')).toMatchObject([{ message: fenced }])
    expect(keeper.view('a')?.outcome?.host).toBe('other')
  })

  test('of a task that is not kept here is fenced', () => {
    expect(sent(new Keeper().commit('worker', 'a'), 'fenced')).toMatchObject([{ message: { code: 'unknown' } }])
  })

  test('that the disk refused is not acknowledged, and is taken when it is committed again', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    const refused = keeper.refuse()
    expect([...sent(refused, 'committed'), ...only(refused, 'closed')]).toEqual([])
    expect(keeper.view('a')?.outcome).toBeUndefined()
    keeper.at(1000).commit('worker', 'a')
    expect(only(keeper.write(), 'closed')).toHaveLength(1)
  })

  test('that the disk refused and nobody commits again is run again after a lease', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    keeper.refuse()
    expect(only(keeper.pass(3_300), 'persist')).toHaveLength(1)
    expect(only(keeper.write(), 'bear')).toMatchObject([{ ballot: ballot(2) }])
  })

  test('carries the attempts that the custodian counted', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.giveUp('worker', 'a', ballot(), { code: 'lease-lost' })
    keeper.write()
    keeper.borneBy('other', 'a', ballot(2))
    keeper.commit('other', 'a', ballot(2))
    expect(only(keeper.write(), 'closed')[0]!.outcome.attempts).toMatchObject([{ host: 'worker', code: 'lease-lost' }])
  })
})

describe('a baton given up', () => {
  test('starts a new ballot, that nobody hears of before it is on disk', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { retries: 1 })
    keeper.borneBy('worker', 'a')
    const effects = keeper.giveUp('worker', 'a', ballot())
    expect(effects.map((e) => e.type)).toEqual(['persist'])
    const after = keeper.write()
    expect(only(after, 'recovered')).toMatchObject([{ ballot: ballot(2), code: 'exit' }])
    expect(only(after, 'bear')).toMatchObject([{ ballot: ballot(2), attempts: [{ code: 'exit' }], durable: true }])
  })

  test('under an older ballot changes nothing', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.giveUp('worker', 'a', ballot(1))
    keeper.write()
    expect(keeper.giveUp('worker', 'a', ballot(1))).toEqual([])
  })

  test('without a run is no attempt, however often', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 1 })
    for (let counter = 1; counter <= 5; counter++) {
      keeper.borneBy('worker', 'a', ballot(counter))
      keeper.giveUp('worker', 'a', ballot(counter), { ran: false, code: 'draining' })
      expect(only(keeper.write(), 'bear')).toMatchObject([{ ballot: ballot(counter + 1), attempts: [] }])
    }
  })

  test('too often is quarantined, with all its attempts', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 2 })
    keeper.borneBy('w1', 'a')
    keeper.giveUp('w1', 'a', ballot(1), { code: 'stopped' })
    keeper.write()
    keeper.borneBy('w2', 'a', ballot(2))
    keeper.giveUp('w2', 'a', ballot(2), { code: 'refused' })
    const [closed] = only(keeper.write(), 'closed')
    expect(closed?.outcome).toMatchObject({
      kind: 'quarantined',
      code: 'attempts-exhausted',
      ballot: ballot(3),
      attempts: [{ host: 'w1' }, { host: 'w2' }],
    })
  })

  test('after a failure of its own uses retries, not attempts', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 1, retries: 3 })
    for (let counter = 1; counter <= 3; counter++) {
      keeper.borneBy('worker', 'a', ballot(counter))
      keeper.giveUp('worker', 'a', ballot(counter), { code: 'exit' })
      expect(only(keeper.write(), 'bear')).toHaveLength(1)
    }
    keeper.borneBy('worker', 'a', ballot(4))
    keeper.giveUp('worker', 'a', ballot(4), { code: 'lease-lost' })
    expect(only(keeper.write(), 'closed')).toMatchObject([{ outcome: { kind: 'quarantined' } }])
  })

  test('whose new ballot the disk refused waits and is written again', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.giveUp('worker', 'a', ballot())
    expect(only(keeper.refuse(), 'bear')).toEqual([])
    expect(only(keeper.pass(1_000), 'persist')).toHaveLength(1)
    expect(only(keeper.write(), 'bear')).toMatchObject([{ ballot: ballot(2) }])
  })

  test('too often stays out of attempts when the disk refuses the quarantine', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 1 })
    keeper.borneBy('worker', 'a')
    keeper.giveUp('worker', 'a', ballot(), { code: 'stopped' })
    keeper.refuse()
    keeper.pass(1_000)
    const after = keeper.write()
    expect(only(after, 'bear')).toEqual([])
    expect(only(after, 'closed')).toMatchObject([{ outcome: { kind: 'quarantined' } }])
  })
})
