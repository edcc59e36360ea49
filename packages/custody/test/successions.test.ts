import { describe, expect, test } from 'vitest'
import type { BearerEffect } from '../src/index.ts'
import { Carrier, proposed, renewing } from './carrier.ts'
import { ballot, decision, idOf, next, only, record, sent, told, trio, versionOf, vote } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

const after = ['c1', 'c2', 'c4']
/** What the next custodians are asked to store. */
const storeOf = (effects: BearerEffect[]) => sent(effects, 'store')[0]!.message
/** under which the bearer goes on in the next version */
const later = (peer: string) => ballot(3, peer)

/** A bearer whose task `a` runs, and whose custodian `c3` is gone for good; `c4` could take its place. */
function bereft(): Carrier {
  const carrier = new Carrier('worker', {}, { mesh: new TestMesh('c1', 'c2', 'c3', 'c4') })
  carrier.running('a')
  carrier.mesh.lose('c3')
  return carrier
}

describe('a custodian that is gone for good', () => {
  test('is replaced by a decree under the ballot of the bearer, said again to who has not accepted it', () => {
    const carrier = bereft()
    expect(proposed(carrier.pass(1_000, renewing(carrier, trio)))).toEqual(trio.map((to) => [to, next(after)]))
    carrier.committed(['c2'], 'a')
    expect(told(carrier.pass(1_000, renewing(carrier, trio)), 'commit')).toEqual(['c1', 'c3'])
  })

  test('is replaced once a majority accepted that: the next ones store the task under a new ballot', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    const stores = sent(carrier.committed(['c1', 'c2'], 'a'), 'store')
    expect(stores.map(({ to }) => to)).toEqual(after)
    const [{ message }] = stores as [(typeof stores)[0]]
    expect(message).toMatchObject({ record: record('a', {}, after, 2), ballot: later('worker') })
    expect(carrier.bearer.find(idOf('a'))).toMatchObject({ ballot: ballot(), record: record('a') })
    const effects = carrier.stored(['c4', 'c1'], message)
    expect(only(effects, 'succeeded')).toMatchObject([{ version: versionOf(2, after), custodians: after }])
    expect(told(effects, 'moved')).toEqual([...trio, 'origin'])
    expect(carrier.bearer.find(idOf('a'))).toMatchObject({ ballot: later('worker'), record: message.record })
  })

  test('hears why its task is where it is, as those before it have', () => {
    const carrier = bereft()
    const chosen = decision()
    carrier.step({ type: 'decided', tasks: [idOf('a')], decision: chosen })
    const before = sent(carrier.pass(1_000, renewing(carrier, trio)), 'decided')
    expect(before.map(({ to }) => to)).toEqual(trio)
    carrier.stored(['c1', 'c2'], storeOf(carrier.committed(['c1', 'c2'], 'a')))
    const notes = sent(carrier.pass(200, renewing(carrier, after)), 'decided')
    expect(notes.map(({ to }) => to)).toEqual(after)
    expect(notes[0]!.message).toMatchObject({ decision: chosen, tasks: [{ task: idOf('a'), ballot: later('worker') }] })
  })

  test('lets the run go on, whose outcome is the decree of the next version under the ballot of that', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    const store = storeOf(carrier.committed(['c1', 'c2'], 'a'))
    carrier.stored(['c1', 'c2'], store)
    expect(only(carrier.pass(20_000, renewing(carrier, after)), 'halt')).toEqual([])
    const commits = sent(carrier.ended('a'), 'commit')
    expect(commits.map(({ to }) => to)).toEqual(after)
    expect(commits[0]!.message).toMatchObject({ version: versionOf(2, after), ballot: later('worker') })
  })

  test('keeps the outcome waiting until the next version stands: under one ballot there is one decree', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    expect(told(carrier.ended('a'), 'commit')).toEqual([])
    const chosen = carrier.committed(['c1', 'c2'], 'a')
    expect(told(chosen, 'commit')).toEqual([])
    const decrees = proposed(carrier.stored(['c1', 'c2'], storeOf(chosen)))
    expect(decrees).toMatchObject(after.map((to) => [to, { kind: 'outcome' }]))
  })

  test('hears from a bearer that gives the task up, and so do those that come after, as soon as they may have it', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    carrier.committed(['c1', 'c2'], 'a')
    const given = sent(carrier.ended('a', { end: 'refused' }), 'giveUp')
    expect(given.map(({ to }) => to)).toEqual([...trio, ...after])
    expect(given[5]!.message).toMatchObject({ version: versionOf(2, after), ballot: later('worker'), ran: true })
  })

  test('keeps a placing waiting until then', () => {
    const carrier = new Carrier('origin', {}, { mesh: new TestMesh('c1', 'c2', 'c3', 'c4') })
    carrier.bear('a')
    carrier.mesh.lose('c3')
    carrier.pass(1_000, renewing(carrier, trio))
    expect(told(carrier.handOver('a', 'worker'), 'award')).toEqual([])
    const store = storeOf(carrier.committed(['c1', 'c2'], 'a'))
    const awards = sent(carrier.stored(['c1', 'c2'], store), 'award')
    expect(awards[0]!.message.batons).toMatchObject([{ ballot: later('origin'), record: store.record }])
  })

  test('is not replaced for a task that has its outcome, or is told to end, or that only its origin keeps', () => {
    const mesh = new TestMesh('c1', 'c2', 'c3', 'c4')
    const carrier = new Carrier('worker', {}, { mesh })
    for (const name of ['done', 'ending']) carrier.running(name)
    carrier.running('local', { record: record('local', { durability: 'local' }, ['c3']) })
    carrier.ended('done')
    carrier.fenced(['c1', 'c2'], 'ending')
    mesh.lose('c3')
    const decrees = proposed(carrier.pass(1_000, renewing(carrier, trio)))
    expect(decrees.filter(([, { kind }]) => kind === 'next')).toEqual([])
  })

  test('is replaced for so many tasks a second, and then for the others', () => {
    const carrier = new Carrier(
      'worker',
      { successionsPerSecondMax: 2 },
      { mesh: new TestMesh('c1', 'c2', 'c3', 'c4') },
    )
    for (const name of ['a', 'b', 'c']) carrier.running(name)
    carrier.mesh.lose('c3')
    const moved = (ms: number) =>
      new Set(sent(carrier.pass(ms, renewing(carrier, trio)), 'commit').map(({ message }) => message.task)).size
    expect([moved(1_000), moved(1_000)]).toEqual([2, 3])
  })
})

describe('the next version', () => {
  test('that a majority had already is not this bearer’s: its run is stopped', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    const store = storeOf(carrier.committed(['c1', 'c2'], 'a'))
    const known = { version: store.record.version, custodians: after }
    const already = {
      t: 'already',
      task: idOf('a'),
      version: store.record.version,
      ballot: later('worker'),
      promised: ballot(4, 'c1'),
    } as const
    expect(carrier.message('c1', { ...already, known })).toEqual([])
    const lost = carrier.message('c2', { ...already, known })
    expect(only(lost, 'halt')).toMatchObject([{ ballot: ballot(), code: 'fenced' }])
    // Whoever brought that version about may be gone: those before hear of it, this peer too, where it is one of them.
    expect(told(lost, 'moved')).toEqual([...trio, 'origin'])
    expect(told(carrier.ended('a', { end: 'stopped' }), 'stopped')).toEqual(after)
  })

  test('that one had already, and one that is dead since cannot make its own, is left to its custodians', () => {
    const carrier = bereft()
    carrier.pass(1_000, renewing(carrier, trio))
    const { record: after2, ballot: b } = storeOf(carrier.committed(['c1', 'c2'], 'a'))
    carrier.stored(['c1'], { t: 'store', record: after2, ballot: b, attempts: [] })
    const known = { version: after2.version, custodians: after }
    const vote = { task: idOf('a'), version: after2.version, ballot: b, promised: ballot(4, 'c2') }
    const already = () => carrier.message('c2', { t: 'already', ...vote, known })
    // c4 may yet have it under this ballot.
    expect(already()).toEqual([])
    expect(told(carrier.pass(1_000, renewing(carrier, trio)), 'store')).toEqual(['c2', 'c4'])
    expect(only(already(), 'halt')).toMatchObject([{ ballot: ballot(), code: 'fenced' }])
  })

  test('of a task that may have begun says so to those who learn of it', () => {
    const carrier = new Carrier('worker', {}, { mesh: new TestMesh('c1', 'c2', 'c3', 'c4') })
    carrier.award('a', { record: record('a', { starts: 'at-most-once' }) })
    carrier.admit('a')
    for (const peer of trio) carrier.message(peer, { t: 'begun', ...vote('a') })
    carrier.mesh.lose('c3')
    carrier.pass(1_000, renewing(carrier, trio))
    expect(sent(carrier.committed(['c1', 'c2'], 'a'), 'store')[0]!.message.begun).toBe(true)
  })

  test('has three custodians where there were few members and there are more now; its run goes on', () => {
    const mesh = new TestMesh('c1', 'worker')
    const carrier = new Carrier('worker', {}, { mesh })
    carrier.running('a', { record: record('a', {}, ['c1']) })
    carrier.bear('b', { record: record('b', {}, ['worker']), b: ballot(2, 'worker') })
    carrier.keep('b')
    carrier.pass(60_000, renewing(carrier, ['c1']))
    mesh.become('c1', 'c2', 'worker')
    carrier.pass(1_000, renewing(carrier, ['c1']))
    for (const [name, keeper, b] of [
      ['a', 'c1', ballot()],
      ['b', 'worker', ballot(2, 'worker')],
    ] as const) {
      const stores = sent(carrier.committed([keeper], name, b), 'store')
      expect(stores.map(({ to }) => to).sort()).toEqual(['c1', 'c2', 'worker'])
      carrier.stored(['c2', 'c1'], stores[0]!.message)
    }
    expect(only(carrier.pass(20_000, renewing(carrier, ['c1', 'c2'])), 'halt')).toEqual([])
  })

  test('stays away where nobody can take the place, until somebody can', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.mesh.lose('c3')
    expect(told(carrier.pass(3_000, renewing(carrier, trio)), 'commit')).toEqual([])
    carrier.mesh.become('c1', 'c2', 'c3', 'c4')
    expect(proposed(carrier.pass(1_000, renewing(carrier, trio)))[0]).toEqual(['c1', next(after)])
  })
})

describe('a custodian that drains', () => {
  const kept = record('a', {}, ['c1'])
  const proposedAfter = (mesh: TestMesh, given = kept) => {
    const carrier = new Carrier('worker', {}, { mesh })
    carrier.running('a', { record: given })
    return proposed(carrier.pass(1_000, renewing(carrier, given.custodians)))
  }

  test('hands over what it alone keeps, to one that can be reached and does not drain', () => {
    const mesh = new TestMesh('c1', 'c2')
    mesh.draining.add('c1')
    expect(proposedAfter(mesh)).toEqual([['c1', next(['c2'])]])
    for (const set of [mesh.away, mesh.draining]) {
      set.add('c2')
      expect(proposedAfter(mesh)).toEqual([])
      set.delete('c2')
    }
  })

  test('goes on keeping what others keep too: it may be back', () => {
    const mesh = new TestMesh('c1', 'c2', 'c3', 'c4')
    mesh.draining.add('c1')
    expect(proposedAfter(mesh, record('a'))).toEqual([])
  })
})
