import { limits } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { CustodianEffect } from '../src/index.ts'
import { withEarlier } from '../src/with-earlier.ts'
import { ballot, decision, idOf, only, record, sent, versionOf, wallMs } from './fixtures.ts'
import { Keeper } from './keeper.ts'
import { TestMesh } from './test-mesh.ts'

const placed = (winner: string, afterMs: number) =>
  decision({ how: 'local', by: winner, winner, wallMs: wallMs + afterMs, reason: `${winner} has room` })

describe('the places that a task had before', () => {
  test('stay with the decision on the next one, oldest first, over decisions that found it none', () => {
    const waits = decision({ how: 'waiting', wallMs: wallMs + 50, reason: 'no room' })
    let kept = withEarlier(placed('a', 0), undefined)
    expect(kept.earlier).toBeUndefined()
    for (const next of [waits, placed('b', 100), placed('c', 200)]) kept = withEarlier(next, kept)
    expect(kept).toMatchObject({ winner: 'c', earlier: [{ winner: 'a', reason: 'a has room' }, { winner: 'b' }] })
  })

  test('are bounded, and a decision that is told again is none of them', () => {
    let kept = placed('p0', 0)
    for (let i = 1; i < 10; i++) kept = withEarlier(placed(`p${i}`, i), kept)
    expect(kept.earlier).toHaveLength(limits.placementsKeptMax)
    expect(kept.earlier!.at(-1)!.winner).toBe('p8')
    expect(withEarlier(placed('p9', 9), kept)).toEqual(kept)
  })
})

/** Its bearer says how it placed it. */
function sayPlaced(keeper: Keeper, winner: string, afterMs: number, from = winner): void {
  const tasks = [{ task: idOf('a'), ballot: ballot() }]
  keeper.message(from, { t: 'decided', tasks, decision: placed(winner, afterMs) })
}

test('what another custodian tells of a place is no newer than what its bearer said, and fills a gap', () => {
  const keeper = new Keeper()
  keeper.keep('a')
  sayPlaced(keeper, 'first', 0, 'c2')
  expect(keeper.view('a')?.decision).toMatchObject({ winner: 'first' })
  sayPlaced(keeper, 'third', 200)
  sayPlaced(keeper, 'second', 100, 'c2')
  const { winner, earlier = [] } = keeper.view('a')!.decision!
  expect([...earlier.map((place) => place.winner), winner]).toEqual(['first', 'second', 'third'])
})

test('a custodian tells of the place before the last, also after a restart', () => {
  const keeper = new Keeper()
  keeper.keep('a')
  sayPlaced(keeper, 'first', 0)
  sayPlaced(keeper, 'second', 100)
  keeper.pass(keeper.config.decisionSaveMs)
  keeper.write()
  expect(keeper.restarted().view('a')?.decision).toMatchObject({
    winner: 'second',
    earlier: [{ winner: 'first', by: 'first', how: 'local' }],
  })
})

describe('how a task was placed reaches whoever comes to keep it', () => {
  const later = { custodians: ['c1', 'c2', 'c4'], version: versionOf(2, ['c1', 'c2', 'c4']) }
  const told = (keeper: Keeper) => (effects: CustodianEffect[]) =>
    sent(effects, 'decided').map(({ to, message }) => ({ from: keeper.self, to, message }))

  test('of an open task from the first of those that keep it on, under the ballot that they store it under', () => {
    const next = { ...record('a'), ...later }
    const all = ['c1', 'c2'].flatMap((self) => {
      const keeper = new Keeper({}, { self })
      keeper.keep('a')
      sayPlaced(keeper, 'worker', 0)
      return told(keeper)(keeper.store('a', { record: next, b: ballot(3, 'worker') }))
    })
    expect(all).toMatchObject([{ from: 'c1', to: 'c4', message: { decision: { winner: 'worker' } } }])
    const newcomer = new Keeper({}, { self: 'c4' })
    newcomer.store('a', { record: next, b: ballot(3, 'worker') })
    newcomer.message('c1', all[0]!.message)
    expect(newcomer.view('a')?.decision?.winner).toBe('worker')
  })

  test('of a closed one with its copy', () => {
    const keeper = new Keeper({}, { mesh: new TestMesh('c1', 'c2', 'c3', 'c4') })
    keeper.keep('a')
    sayPlaced(keeper, 'worker', 0)
    keeper.close('a')
    keeper.mesh.lose('c3')
    const effects = keeper.pass(11_500)
    const newcomer = new Keeper({}, { self: 'c4' })
    for (const { to, message } of only(effects, 'send')) {
      if (to === 'c4' && (message.t === 'copy' || message.t === 'decided')) newcomer.message('c1', message)
    }
    expect(newcomer.view('a')).toMatchObject({ state: 'closed', decision: { winner: 'worker' } })
    expect(sent(effects, 'decided').map(({ to }) => to)).not.toContain('c2')
  })
})
