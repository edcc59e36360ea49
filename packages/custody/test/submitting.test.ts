import { describe, expect, test } from 'vitest'
import { chooseCustodians } from '../src/index.ts'
import { Desk, storeOf } from './desk.ts'
import { ballot, idOf, keepers, only, outcome, sent, told, trio, versionOf, vote } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

describe('a submit', () => {
  test('goes to every custodian at once, while the local bearer has it placed', () => {
    const effects = new Desk().submit('a')
    const custodians = chooseCustodians(idOf('a'), keepers(...trio), 3)
    expect(told(effects, 'store')).toEqual(custodians)
    expect(storeOf(effects)).toMatchObject({
      ballot: ballot(),
      record: { version: versionOf(1, custodians), custodians, origin: 'origin' },
    })
    expect(only(effects, 'bear')).toMatchObject([{ ballot: ballot(), durable: false, attempts: [] }])
    expect(only(effects, 'accepted')).toEqual([])
  })

  test('is accepted once a majority has it, and not again with the last one', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a', {}, { client: 7, tag: 3 }))
    expect(desk.stored(['c3'], store)).toEqual([])
    expect(desk.stored(['c1'], store)).toEqual([
      { type: 'durable', task: idOf('a') },
      { type: 'accepted', client: 7, tag: 3, task: idOf('a') },
    ])
    expect(desk.stored(['c2'], store)).toEqual([])
  })

  test('is not accepted by one custodian that says it twice, nor by a stranger, nor under another ballot', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.stored(['c1', 'c1', 'mallory'], store)
    desk.stored(['c2', 'c3'], { record: store.record, ballot: ballot(3) })
    expect(desk.submitter.snapshot()).toEqual({ storing: 1, awaited: 0, queued: 0 })
  })

  test('that a majority knew before is accepted, but not borne here', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.already(['c1'], store)
    const effects = desk.already(['c2'], store)
    expect(only(effects, 'accepted')).toHaveLength(1)
    expect(only(effects, 'void')).toEqual([{ type: 'void', task: idOf('a'), ballot: ballot() }])
    expect(only(effects, 'durable')).toEqual([])
  })

  test('that one custodian knew before is borne here only if the others stored it under this ballot', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.stored(['c1'], store)
    expect(only(desk.stored(['c3'], store), 'durable')).toHaveLength(1)
    const other = new Desk()
    other.stored(['c1'], storeOf(other.submit('a')))
    expect(other.already(['c2'], store).map(({ type }) => type)).toEqual(['void', 'accepted'])
  })

  test('that one of its custodians keeps with others is asked of those too, and accepted once a majority of them has it', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    const others = ['c1', 'c4', 'c5']
    const known = { version: versionOf(1, others), custodians: others }
    const already = { t: 'already', ...vote('a'), promised: ballot(2, 'c1'), known } as const
    const asked = desk.message('c1', already)
    expect(sent(asked, 'store')).toEqual([
      { to: 'c4', message: store },
      { to: 'c5', message: store },
    ])
    // c2 only points there: it keeps nothing itself.
    expect(desk.message('c2', already)).toEqual([])
    expect(only(desk.message('c5', already), 'accepted')).toHaveLength(1)
    // Two that stored it as this submit chose them would be a second task.
    expect(told(desk.stored(['c2', 'c3'], store), 'drop')).toEqual(['c2', 'c3'])
  })

  test('that others keep, too few of whom have said so, is asked of the silent ones again when it is said again', () => {
    const desk = new Desk()
    desk.submit('a')
    const others = ['c1', 'c4', 'c5']
    const known = { version: versionOf(1, others), custodians: others }
    desk.message('c1', { t: 'already', ...vote('a'), promised: ballot(2, 'c1'), known })
    desk.pass(1_000)
    expect(told(desk.submit('a'), 'store')).toEqual(['c1', 'c3', 'c2', 'c4', 'c5'])
  })

  test('that too many refuse is refused with what they said, and dropped by who has it', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a', {}, { client: 7, tag: 3 }))
    const full = {
      t: 'unstored',
      task: idOf('a'),
      version: 1,
      ballot: ballot(),
      code: 'disk-full',
      message: 'no space',
    }
    desk.stored(['c1'], store)
    expect(desk.message('c2', { ...full, t: 'unstored' })).toEqual([])
    const effects = desk.message('c3', { ...full, t: 'unstored' })
    expect(only(effects, 'refused')).toMatchObject([{ client: 7, tag: 3, code: 'disk-full', message: 'no space' }])
    expect(only(effects, 'void')).toHaveLength(1)
    expect(told(effects, 'drop')).toEqual(['c1'])
  })

  test('without a majority in a second is unknown, and dropped wherever it was stored if it comes to nothing', () => {
    const desk = new Desk()
    desk.stored(['c2'], storeOf(desk.submit('a', {}, { client: 7, tag: 3 })))
    expect(desk.pass(999)).toEqual([])
    const effects = desk.pass(1)
    expect(only(effects, 'refused')).toMatchObject([{ client: 7, tag: 3, code: 'unknown' }])
    expect(told(effects, 'drop')).toEqual([])
    const after = desk.pass(10_000)
    expect(only(after, 'void')).toHaveLength(1)
    expect(told(after, 'drop')).toEqual(['c2'])
    expect(desk.pass(60_000)).toEqual([])
  })

  test('that was given up is dropped by a custodian whose answer comes after', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.pass(11_000)
    expect(sent(desk.stored(['c3'], store), 'drop')).toMatchObject([{ to: 'c3', message: { ballot: ballot() } }])
  })

  test('that was accepted is kept also by a custodian whose answer comes after all is over', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.stored(['c1', 'c2'], store)
    desk.step({ type: 'closed', task: idOf('a'), outcome: outcome() })
    expect(desk.stored(['c3'], store)).toEqual([])
  })

  test('is refused while too many are waited for, until one is over', () => {
    const desk = new Desk({ submitsMax: 1 })
    desk.accepted('a')
    expect(only(desk.submit('b'), 'refused')).toMatchObject([{ code: 'too-many-tasks' }])
    desk.step({ type: 'closed', task: idOf('a'), outcome: outcome() })
    expect(told(desk.submit('b'), 'store')).toHaveLength(3)
  })
})

describe('custodians', () => {
  test('are one where there are two members, and the peer itself where the caller asks for its disk alone', () => {
    const small = new Desk({}, new TestMesh('origin', 'c1'))
    expect(storeOf(small.submit('a')).record.custodians).toHaveLength(1)
    for (const durability of ['local', 'none'] as const)
      expect(told(new Desk().submit('a', { durability }), 'store')).toEqual(['origin'])
  })

  test('of which too few can be reached are not asked: how many there are goes by members', () => {
    const desk = new Desk()
    desk.mesh.away.add('c1').add('c3')
    const effects = desk.submit('a')
    expect(only(effects, 'refused')).toMatchObject([{ code: 'no-quorum' }])
    expect(only(effects, 'refused')[0]!.message).toMatch(/2 of this task's 3 custodians/)
    expect(effects).toHaveLength(1)
    expect(only(desk.submit('a', { durability: 'local' }), 'refused')).toEqual([])
  })

  test('that are slow to answer are asked all the same', () => {
    const desk = new Desk()
    for (const peer of ['c1', 'c3']) {
      desk.mesh.away.add(peer)
      desk.mesh.slow.add(peer)
    }
    expect(told(desk.submit('a'), 'store')).toHaveLength(3)
  })

  test('are asked when one of three cannot be reached', () => {
    const desk = new Desk()
    desk.mesh.away.add('c1')
    expect(told(desk.submit('a'), 'store')).toHaveLength(3)
  })

  test('that there are none of refuse what is to be safe', () => {
    const mesh = new TestMesh()
    mesh.become()
    mesh.size = 2
    expect(only(new Desk({}, mesh).submit('a'), 'refused')).toMatchObject([{ code: 'no-custodian' }])
  })
})

describe('a draw', () => {
  const five = ['p1', 'p2', 'p3', 'p4', 'p5']
  const [first] = chooseCustodians(idOf('a'), keepers(...five), 3)
  const desk = () => {
    const mesh = new TestMesh(...five)
    mesh.away.add(first!)
    return new Desk({}, mesh)
  }

  test('is repeated for a key that nobody can say again, until all its custodians are there', () => {
    const { record } = storeOf(desk().submit('a', {}, { drawable: true }))
    expect(record.id).not.toBe(idOf('a'))
    expect(record.id.slice(0, -1)).toBe(idOf('a').slice(0, -1))
    expect(record.custodians).not.toContain(first)
  })

  test('takes a majority that is there where no key leads to more', () => {
    const few = desk()
    for (const peer of five.slice(0, 3)) few.mesh.away.add(peer)
    const { record } = storeOf(few.submit('a', {}, { drawable: true }))
    expect(record.custodians.filter((peer) => few.mesh.fresh(peer))).toHaveLength(2)
  })

  test('is final for a key that the caller may say again', () => {
    expect(storeOf(desk().submit('a')).record.id).toBe(idOf('a'))
  })

  test('is refused where the client would rather have another key, and all could be there', () => {
    expect(only(desk().submit('a', {}, { choosy: true }), 'refused')).toMatchObject([{ code: 'key-unlucky' }])
    const few = new Desk()
    few.mesh.away.add('c1')
    expect(told(few.submit('a', {}, { choosy: true }), 'store')).toHaveLength(3)
  })
})
