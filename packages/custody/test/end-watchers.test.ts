import { describe, expect, test } from 'vitest'
import type { CustodianEffect } from '../src/index.ts'
import { Carrier } from './carrier.ts'
import { idOf, only, sent, trio, versionOf, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const a = idOf('a')
const watch = (keeper: Keeper, names = ['a'], from = 'bearer') =>
  keeper.message(from, { t: 'watch', tasks: names.map(idOf) })
const told = (effects: CustodianEffect[]) =>
  sent(effects, 'ends').map(({ to, message: { ended, open, unknown } }) => ({ to, ended, open, unknown }))
const succeeded = { task: a, kind: 'succeeded', code: 'ok' }

describe('a bearer that watches for the end of a task', () => {
  test('hears of each whether it has ended, once its outcome is chosen and not when it is only accepted', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.keep('b')
    keeper.close('b')
    keeper.commit('worker', 'a')
    keeper.write()
    const [answer] = told(watch(keeper, ['a', 'b', 'c']))
    expect(answer).toMatchObject({ to: 'bearer', ended: [{ task: idOf('b') }], open: [a], unknown: [idOf('c')] })
    const effects = keeper.message('worker', { t: 'chosen', ...vote('a') })
    expect(told(effects)).toEqual([{ to: 'bearer', ended: [succeeded], open: [], unknown: [] }])
  })

  test('is told once however often it asks, and not after a minute', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.keep('b')
    for (const _ of trio) watch(keeper, ['a', 'b'])
    expect(told(keeper.close('a'))).toHaveLength(1)
    expect(told(keeper.at(60_000).close('b'))).toEqual([])
  })

  test('over the limit gets its answer and no more', () => {
    const keeper = new Keeper({ watchersMax: 1 })
    keeper.keep('a')
    watch(keeper, ['a'], 'one')
    expect(told(watch(keeper, ['a'], 'two'))).toMatchObject([{ to: 'two', open: [a] }])
    expect(told(keeper.close('a')).map(({ to }) => to)).toEqual(['one'])
  })

  test('is told where the task went, now and when that happens', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    watch(keeper)
    const custodians = ['c2', 'c3', 'c4']
    const moved = { t: 'moved' as const, task: a, version: versionOf(2, custodians), custodians }
    expect(sent(keeper.message('c2', moved), 'moved')).toMatchObject([{ to: 'bearer', message: moved }])
    expect(sent(watch(keeper), 'moved')).toMatchObject([{ to: 'bearer', message: moved }])
  })

  test('makes its custodian say so to whoever ends the task, who then tells it at once that this is chosen', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    watch(keeper)
    keeper.commit('worker', 'a')
    const [committed] = sent(keeper.write(), 'committed')
    expect(committed!.message.awaited).toBe(true)
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    carrier.message('c1', committed!.message)
    const chosen = only(carrier.message('c2', { t: 'committed', ...vote('a') }), 'send').filter(
      ({ message }) => message.t === 'chosen',
    )
    const inHaste = chosen.filter(({ along }) => !along).map(({ to }) => to)
    expect(inHaste).toEqual(['c1', 'origin'])
  })
})

test('a baton whose task waits for something that will not come ends without a run, once its record is on disk', () => {
  const carrier = new Carrier('origin')
  carrier.bear('a', { durable: false })
  const message = 'task b ended otherwise'
  expect(carrier.step({ type: 'stranded', task: a, code: 'dependency', message })).toEqual([])
  const commits = sent(carrier.step({ type: 'durable', task: a }), 'commit')
  expect(commits.map(({ to }) => to)).toEqual(trio)
  expect(commits[0]!.message.decree).toMatchObject({ outcome: { kind: 'cancelled', code: 'dependency', message } })
})
