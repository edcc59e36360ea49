import { describe, expect, test } from 'vitest'
import { ballot, ends, idOf, only, outcome, record, sent, told, trio, versionOf, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'
import { TestMesh } from './test-mesh.ts'

const after = ['c2', 'c3', 'c4']
const moved = { t: 'moved', task: idOf('a'), version: versionOf(2, after), custodians: after } as const

function keeping(config = {}): Keeper {
  const keeper = new Keeper(config)
  keeper.keep('a')
  return keeper
}

describe('a chosen outcome', () => {
  test('that was accepted here is known without being said again', () => {
    const keeper = keeping()
    keeper.commit('worker', 'a')
    keeper.write()
    const effects = keeper.message('worker', { t: 'chosen', ...vote('a') })
    expect(only(effects, 'closed')).toMatchObject([{ outcome: { kind: 'succeeded', host: 'worker' } }])
    keeper.write()
    expect(keeper.restarted().view('a')).toMatchObject({ state: 'closed', outcome: { host: 'worker' } })
  })

  test('that was not accepted here must be said, and is asked for when the lease is over', () => {
    const keeper = keeping()
    expect(keeper.message('c2', { t: 'chosen', ...vote('a') })).toEqual([])
    expect(told(keeper.pass(3_300), 'leaseAsk')).toEqual(['c2', 'c3'])
    const effects = keeper.message('c2', { t: 'chosen', ...vote('a'), decree: ends({ message: 'done' }) })
    expect(only(effects, 'closed')).toMatchObject([{ outcome: { message: 'done' } }])
    keeper.write()
    expect(keeper.restarted().view('a')?.outcome?.message).toBe('done')
  })

  test('is told once, and of another version not at all', () => {
    const keeper = keeping()
    const chosen = { t: 'chosen', ...vote('a', ballot(), versionOf(2)), decree: ends() } as const
    expect(keeper.message('worker', chosen)).toEqual([])
    expect(only(keeper.close('a'), 'closed')).toHaveLength(1)
    expect(only(keeper.close('a'), 'closed')).toEqual([])
  })

  test('needs no lease any more', () => {
    const keeper = keeping()
    keeper.close('a')
    expect(only(keeper.pass(9_000), 'send')).toEqual([])
  })

  test('is told to a peer whose clients wait, and what is not known here as well', () => {
    const keeper = keeping()
    keeper.keep('b')
    keeper.close('a')
    const effects = keeper.message('origin', { t: 'await', tasks: ['a', 'b', 'c'].map(idOf) })
    expect(sent(effects, 'chosen')).toMatchObject([{ to: 'origin', message: { decree: { kind: 'outcome' } } }])
    expect(sent(effects, 'unknown')).toMatchObject([{ to: 'origin', message: { tasks: [idOf('c')] } }])
    expect(effects).toHaveLength(2)
  })
})

describe('a task that others keep now', () => {
  test('leaves a pointer to them here, on disk', () => {
    const keeper = keeping()
    keeper.cancel('reader', 'a')
    const effects = keeper.message('c2', moved)
    expect(sent(effects, 'moved')).toMatchObject([{ to: 'reader', message: moved }])
    keeper.write()
    const next = keeper.restarted()
    for (const answer of [
      next.cancel('reader', 'a'),
      next.message('reader', { t: 'query', ask: 1, task: idOf('a'), watch: false }),
      next.message('origin', { t: 'await', tasks: [idOf('a')] }),
    ])
      expect(answer).toMatchObject([{ type: 'send', message: moved }])
    expect(next.custodian.find(idOf('a'))).toBeUndefined()
    expect(only(next.pass(9_000), 'send')).toEqual([])
  })

  test('stays where this peer is one of them, and where it is old news', () => {
    const keeper = keeping()
    keeper.message('worker', { ...moved, custodians: trio })
    keeper.message('worker', { ...moved, version: versionOf(1) })
    expect(keeper.view('a')?.state).toBe('waiting')
  })

  test('may come back here in a later version', () => {
    const keeper = keeping()
    keeper.message('worker', moved)
    const later = record('a', {}, ['c1', 'c2', 'c3'], 3)
    keeper.store('a', { record: later, b: ballot(5, 'worker') })
    expect(told(keeper.write(), 'stored')).toEqual(['worker'])
    expect(keeper.view('a')).toMatchObject({ state: 'waiting', record: later })
  })
})

describe('a copy of a closed task', () => {
  const copy = (custodians = ['c1', 'c2', 'c4']) =>
    ({ t: 'copy', record: record('a', {}, custodians, 2), ballot: ballot(), outcome: outcome() }) as const

  test('closes it here, whether it was known or not, and is confirmed once it is on disk', () => {
    for (const keeper of [new Keeper(), keeping()]) {
      const effects = keeper.message('c2', copy())
      expect(only(effects, 'closed')).toHaveLength(1)
      expect(told(effects, 'stored')).toEqual([])
      expect(told(keeper.write(), 'stored')).toEqual(['c2'])
      expect(keeper.restarted().view('a')).toMatchObject({ state: 'closed', record: copy().record })
    }
  })

  test('is there as a closed one when it comes again after the disk refused it', () => {
    const keeper = new Keeper()
    keeper.message('c2', copy())
    expect(told(keeper.refuse(), 'stored')).toEqual([])
    keeper.message('c2', copy())
    expect(told(keeper.write(), 'stored')).toEqual(['c2'])
    expect(keeper.restarted().view('a')).toMatchObject({ state: 'closed', record: copy().record })
  })

  test('is the answer to a commit of the version before, whose bearer has nothing left to bear', () => {
    const keeper = new Keeper()
    keeper.message('c2', copy())
    keeper.write()
    const effects = keeper.message('c4', { t: 'commit', ...vote('a'), decree: ends() })
    expect(told(effects, 'copy')).toEqual(['c4'])
    expect(sent(effects, 'fenced')).toMatchObject([{ to: 'c4', message: { ballot: ballot(), final: true } }])
  })

  test('is nothing for a peer that is none of its custodians', () => {
    expect(new Keeper().message('c2', copy(after))).toEqual([])
  })

  /** `c1` has closed task `a`, and learns that `c3` is gone, where `c4` could take its place. */
  function bereft(self = 'c1'): Keeper {
    const keeper = new Keeper({}, { self, mesh: new TestMesh('c1', 'c2', 'c3', 'c4') })
    keeper.keep('a')
    keeper.close('a')
    keeper.mesh.lose('c3')
    return keeper
  }

  test('goes from the first custodian that is left to the others, again until they have it', () => {
    const keeper = bereft()
    const copies = sent(keeper.pass(11_500), 'copy')
    expect(new Set(copies.map(({ to }) => to))).toEqual(new Set(['c2', 'c4']))
    const { record: later } = copies[0]!.message
    expect(later).toMatchObject({ custodians: ['c1', 'c2', 'c4'], version: versionOf(2, ['c1', 'c2', 'c4']) })
    const stored = { t: 'stored', ...vote('a', ballot(), later.version) } as const
    keeper.message('c4', stored)
    expect(new Set(told(keeper.pass(2_500), 'copy'))).toEqual(new Set(['c2']))
    expect(keeper.view('a')?.record.custodians).toEqual(trio)
    keeper.message('c2', stored)
    expect(keeper.view('a')?.record).toEqual(later)
    expect(told(keeper.pass(30_000), 'copy')).toEqual([])
  })

  test('goes from the next one where the first does not see to it: it may have missed the task', () => {
    const next = bereft('c2')
    expect(told(next.pass(14_500), 'copy')).toEqual([])
    expect(new Set(told(next.pass(15_000), 'copy'))).toEqual(new Set(['c1', 'c4']))
  })

  test('goes from nobody else where that was done', () => {
    const next = bereft('c2')
    next.pass(11_500)
    next.message('c1', copy())
    expect(told(next.pass(30_000), 'copy')).toEqual([])
  })

  test('goes to those that are left where nobody can take the place', () => {
    const keeper = new Keeper({}, { self: 'c1', mesh: new TestMesh('c1', 'c2', 'c3') })
    keeper.keep('a')
    keeper.close('a')
    keeper.mesh.lose('c3')
    const copies = sent(keeper.pass(11_500), 'copy')
    expect(new Set(copies.map(({ to }) => to))).toEqual(new Set(['c2']))
    const { record: same } = copies[0]!.message
    expect(same.custodians).toEqual(trio)
    keeper.message('c2', { t: 'stored', ...vote('a', ballot(), same.version) })
    expect(told(keeper.pass(30_000), 'copy')).toEqual([])
  })

  test('goes to those that are left where the mesh has become smaller: who would keep it alone may have missed it', () => {
    // `c1` has left the membership: of two members one keeps what is new.
    const mesh = new TestMesh('c2', 'c3')
    const keeper = new Keeper({}, { self: 'c3', mesh })
    keeper.keep('a')
    keeper.close('a')
    mesh.lose('c1')
    const copies = sent(keeper.pass(16_500), 'copy')
    expect(new Set(copies.map(({ to }) => to))).toEqual(new Set(['c2']))
    const { record } = copies[0]!.message
    expect(record.custodians).toEqual(trio)
    // `c2` has never heard of it, and takes it.
    const missed = new Keeper({}, { self: 'c2', mesh })
    missed.message('c3', copies[0]!.message)
    expect(missed.view('a')).toMatchObject({ state: 'closed', record })
  })

  test('goes nowhere where nobody is gone', () => {
    const keeper = keeping()
    keeper.close('a')
    expect(told(keeper.pass(30_000), 'copy')).toEqual([])
  })
})

describe('a closed task', () => {
  test('loses its result when that was kept long enough, then it is known for a while how it ended, then nothing', () => {
    const keeper = keeping({ keepMs: 100_000, tombstoneMs: 100_000 })
    keeper.keep('open')
    keeper.close('a')
    keeper.pass(90_000)
    expect(keeper.view('a')?.outcome?.result).toBeDefined()
    keeper.pass(30_000)
    expect(keeper.view('a')).toMatchObject({
      state: 'closed',
      outcome: { kind: 'succeeded', code: 'ok' },
      timeline: [],
    })
    expect(keeper.view('a')?.outcome?.result).toBeUndefined()
    keeper.write()
    expect(keeper.restarted().view('a')?.outcome).not.toHaveProperty('result')
    // Its key starts nothing new while that is known.
    expect(told(keeper.store('a', { b: ballot(3) }), 'already')).toHaveLength(1)
    keeper.pass(100_000)
    keeper.write()
    expect(keeper.view('a')).toBeUndefined()
    expect(keeper.view('open')).toBeDefined()
    expect([...keeper.disk.keys()].filter((key) => key.endsWith(idOf('a')))).toEqual([])
  })

  test('is forgotten where there are too many, the oldest first, on disk too', () => {
    const keeper = new Keeper({ tombstonesMax: 2 })
    for (const name of ['a', 'b', 'c']) {
      keeper.keep(name)
      keeper.at(keeper.now + 10).close(name)
    }
    const states = (of: Keeper) => ['a', 'b', 'c'].map((name) => of.view(name)?.state)
    keeper.pass(10_000)
    keeper.write()
    expect(states(keeper)).toEqual([undefined, 'closed', 'closed'])
    expect(states(keeper.restarted())).toEqual([undefined, 'closed', 'closed'])
  })
})

describe('a pointer', () => {
  test('points on where its task was kept elsewhere once more', () => {
    const keeper = keeping()
    keeper.message('c2', moved)
    const further = ['c3', 'c4', 'c5']
    const again = { ...moved, version: versionOf(3, further), custodians: further }
    keeper.message('c3', again)
    expect(sent(keeper.cancel('reader', 'a'), 'moved')).toMatchObject([{ message: again }])
  })

  test('is not made by somebody who has nothing to do with the task', () => {
    const keeper = keeping()
    expect(keeper.message('stranger', { ...moved, custodians: ['c3', 'c4', 'c5'] })).toMatchObject([
      { type: 'rejected', from: 'stranger', code: 'not-concerned' },
    ])
    expect(keeper.view('a')).toBeDefined()
  })
})
