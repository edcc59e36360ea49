import type { Accepted } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { ballot, ends, idOf, next, only, record, sent, told, trio, versionOf, vote } from './fixtures.ts'
import type { Keeper } from './keeper.ts'
import { lapsed, leaseMs, own, preparing, promised } from './recovery.ts'

describe('what is proposed', () => {
  const accept = (keeper: Keeper, from: string) => keeper.message(from, { t: 'committed', ...vote('a', own) })
  const committing = (accepted?: Accepted) => {
    const keeper = preparing({ attemptsMax: accepted ? 3 : 1 })
    promised(keeper, 'c1', accepted ? { accepted } : {})
    promised(keeper, 'c2')
    return keeper
  }

  test('is chosen with a majority, and told to custodians and origin', () => {
    const keeper = committing()
    expect([...accept(keeper, 'c2'), ...accept(keeper, 'mallory')]).toEqual([])
    const effects = accept(keeper, 'c3')
    expect(told(effects, 'chosen')).toEqual([...trio, 'origin'])
    expect(sent(effects, 'chosen')[3]!.message.decree).toMatchObject({ outcome: { kind: 'quarantined' } })
  })

  test('is said again to those that are silent, at longer and longer intervals', () => {
    const keeper = committing()
    accept(keeper, 'c2')
    expect(told(keeper.pass(500), 'commit')).toEqual(['c1', 'c3'])
    const said = told(keeper.pass(60_000), 'commit')
    expect(said.length).toBeGreaterThan(10)
    expect(said.length).toBeLessThan(60)
  })

  test('goes with its record, so that nobody lacks it', () => {
    const keeper = committing()
    const lacking = keeper.message('c3', { t: 'lacking', ...vote('a', own) })
    expect(sent(lacking, 'commit')).toMatchObject([{ to: 'c3', message: { record: record('a', { attemptsMax: 1 }) } }])
  })

  test('as the next custodians is stored by them once it is chosen, and then borne here under a ballot of its own', () => {
    const after = ['c1', 'c2', 'c4']
    const keeper = committing({ ballot: ballot(), decree: next(after) })
    accept(keeper, 'c1')
    const [store] = sent(accept(keeper, 'c3'), 'store')
    const later = record('a', {}, after, 2)
    expect(store!.message).toMatchObject({ record: later, ballot: ballot(4, 'c1') })
    const stored = { t: 'stored', ...vote('a', ballot(4, 'c1'), versionOf(2, after)) } as const
    expect(keeper.message('c4', stored)).toEqual([])
    const effects = keeper.message('c2', stored)
    expect(told(effects, 'moved')).toEqual([...trio, 'origin'])
    expect(only(effects, 'bear')).toMatchObject([{ record: later, ballot: ballot(4, 'c1') }])
  })

  test('as the next custodians is not borne again where the task must not start once more', () => {
    const after = ['c1', 'c2', 'c4']
    const keeper = preparing({ starts: 'at-most-once' })
    const kept = { starts: 'at-most-once' } as const
    promised(keeper, 'c1', { accepted: { ballot: ballot(), decree: next(after) }, begun: true })
    promised(keeper, 'c2')
    accept(keeper, 'c1')
    const [store] = sent(accept(keeper, 'c3'), 'store')
    expect(store!.message).toMatchObject({ record: record('a', kept, after, 2), begun: true })
    const stored = { t: 'stored', ...vote('a', ballot(4, 'c1'), versionOf(2, after)) } as const
    const effects = [...keeper.message('c4', stored), ...keeper.message('c2', stored)]
    expect(only(effects, 'bear')).toEqual([])
    expect(told(effects, 'prepare')).toEqual(['c1'])
  })

  test('of a version that a majority knew already is theirs to go on with', () => {
    const after = ['c1', 'c2', 'c4']
    const keeper = committing({ ballot: ballot(), decree: next(after) })
    accept(keeper, 'c1')
    accept(keeper, 'c3')
    const version = versionOf(2, after)
    const known = { version, custodians: after }
    const already = { t: 'already', ...vote('a', ballot(4, 'c1'), version), promised: ballot(3), known } as const
    const effects = [...keeper.message('c4', already), ...keeper.message('c2', already)]
    expect(only([...effects, ...keeper.pass(2_000)], 'bear')).toEqual([])
  })

  test('of a version that one knew already is theirs, too, where another is not heard of: who knew it is asked again', () => {
    const after = ['c1', 'c2', 'c4']
    const keeper = committing({ ballot: ballot(), decree: next(after) })
    accept(keeper, 'c1')
    accept(keeper, 'c3')
    const version = versionOf(2, after)
    const named = vote('a', ballot(4, 'c1'), version)
    const known = { version, custodians: after }
    const already = { t: 'already', ...named, promised: ballot(6, 'c2'), known } as const
    keeper.message('c1', { t: 'stored', ...named })
    // c4 may yet make it this peer's.
    expect(keeper.message('c2', already)).toEqual([])
    expect(told(keeper.pass(500), 'store')).toEqual(['c2', 'c4'])
    expect(told(keeper.message('c2', already), 'moved')).toEqual([...trio, 'origin'])
    expect(told(keeper.pass(20_000), 'store')).toEqual([])
  })

  test('of a version that is theirs is looked after here as well, where its lease ended before that was known', () => {
    const after = ['c1', 'c2', 'c4']
    const keeper = committing({ ballot: ballot(), decree: next(after) })
    accept(keeper, 'c1')
    const [store] = sent(accept(keeper, 'c3'), 'store')
    keeper.written('c1', store!.message)
    keeper.pass(leaseMs)
    const version = versionOf(2, after)
    const known = { version, custodians: after }
    const already = { t: 'already', ...vote('a', ballot(4, 'c1'), version), promised: ballot(3), known } as const
    for (const from of ['c2', 'c4']) keeper.message(from, already)
    const asked = sent(keeper.pass(400), 'leaseAsk')
    expect(asked.map(({ to, message }) => [to, message.version])).toEqual([
      ['c2', version],
      ['c4', version],
    ])
  })
})

describe('a proposal', () => {
  const refuse = (keeper: Keeper, from: string, higher = ballot(6, 'c3')) =>
    keeper.message(from, { t: 'refuse', ...vote('a', own), promised: higher, code: 'promised', leftMs: 0 })

  test('that one custodian refuses goes on with the others', () => {
    const keeper = preparing()
    refuse(keeper, 'c3')
    promised(keeper, 'c1')
    expect(only(promised(keeper, 'c2'), 'bear')).toHaveLength(1)
  })

  test('that a majority refuses ends, and is tried again later above what they promised', () => {
    const keeper = preparing()
    refuse(keeper, 'c3')
    refuse(keeper, 'c2')
    promised(keeper, 'c1')
    expect(only(promised(keeper, 'c3'), 'bear')).toEqual([])
    keeper.pass(500)
    const again = sent(lapsed(keeper, 'c2'), 'prepare')
    expect(again[0]!.message.ballot).toEqual(ballot(8, 'c1'))
  })

  test('ends when it hears that an outcome was chosen meanwhile', () => {
    const keeper = preparing()
    const effects = keeper.message('c2', { t: 'chosen', ...vote('a', ballot()), decree: ends() })
    expect(only(effects, 'closed')).toMatchObject([{ task: idOf('a'), outcome: { kind: 'succeeded' } }])
    keeper.write()
    expect(only(keeper.pass(9_000), 'send')).toEqual([])
  })
})
