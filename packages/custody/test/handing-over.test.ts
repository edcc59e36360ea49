import { describe, expect, test } from 'vitest'
import { Carrier, proposed, renewing } from './carrier.ts'
import { ballot, baton, idOf, only, record, sent, taker, told, trio } from './fixtures.ts'
import { TestMesh } from './test-mesh.ts'

describe('a baton of this peer', () => {
  test('is for market to place', () => {
    expect(only(new Carrier('origin').bear('a'), 'waiting')).toMatchObject([{ record: record('a') }])
  })

  test('goes nowhere before its record is on disk, and then as market said', () => {
    const carrier = new Carrier('origin')
    for (const name of ['a', 'b', 'c']) carrier.bear(name, { durable: false })
    expect(carrier.handOver('a', 'worker', { alternates: ['w2'] })).toEqual([])
    expect(carrier.keep('b')).toEqual([])
    expect(carrier.step({ type: 'unplaceable', task: idOf('c'), message: 'nobody has a GPU' })).toEqual([])
    expect(sent(carrier.step({ type: 'durable', task: idOf('a') }), 'award')).toMatchObject([
      { to: 'worker', message: { batons: [{ path: ['origin'], incarnation: 1, alternates: [{ peer: 'w2' }] }] } },
    ])
    expect(only(carrier.step({ type: 'durable', task: idOf('b') }), 'take')).toMatchObject([
      { ballot: ballot(), attempt: 1, leased: true },
    ])
    expect(proposed(carrier.step({ type: 'durable', task: idOf('c') }))).toMatchObject(
      trio.map((to) => [to, { outcome: { kind: 'failed', code: 'unplaceable', message: 'nobody has a GPU' } }]),
    )
  })

  test('that is void is withdrawn, and what market said of it forgotten', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a', { durable: false })
    carrier.handOver('a', 'worker')
    expect(carrier.step({ type: 'void', task: idOf('a'), ballot: ballot(3) })).toEqual([])
    expect(carrier.step({ type: 'void', task: idOf('a'), ballot: ballot() })).toEqual([
      { type: 'withdrawn', task: idOf('a') },
    ])
    expect(carrier.step({ type: 'durable', task: idOf('a') })).toEqual([])
  })

  test('that was void is no reason to refuse what its custodians recovered under a lower ballot', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a', { durable: false, b: ballot(5) })
    carrier.step({ type: 'void', task: idOf('a'), ballot: ballot(5) })
    expect(only(carrier.bear('a', { b: ballot(4) }), 'waiting')).toHaveLength(1)
    expect(carrier.state('a')).toBe('waiting')
  })

  test('is handed over once', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    expect(sent(carrier.handOver('a', 'worker'), 'award')).toHaveLength(1)
    expect([...carrier.handOver('a', 'other'), ...carrier.keep('a')]).toEqual([])
  })

  test('is handed over again only to the same life of the same peer, until that one has accepted', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    const [first] = sent(carrier.handOver('a', 'worker'), 'award')
    const connected = (peer: string, incarnation: number) =>
      sent(carrier.step({ type: 'connected', peer, incarnation }), 'award')
    expect(connected('other', 1)).toEqual([])
    expect(connected('worker', 2)).toEqual([])
    expect(connected('worker', 1)).toEqual([first])
    carrier.message('worker', { t: 'accept', tasks: [{ task: idOf('a'), ballot: ballot() }] })
    expect(connected('worker', 1)).toEqual([])
  })

  test('is handed over again only while its lease runs, also where this peer alone keeps the task', () => {
    for (const over of [{}, { record: record('a', {}, ['origin']) }]) {
      const carrier = new Carrier('origin')
      carrier.bear('a', over)
      carrier.handOver('a', 'worker')
      const againAt = (now: number) =>
        sent(carrier.at(now).step({ type: 'connected', peer: 'worker', incarnation: 1 }), 'award').length
      expect([againAt(2_800), againAt(2_900)]).toEqual([1, 0])
    }
  })

  test('that nobody answered is forgotten after two leases: its custodians have moved on', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    carrier.handOver('a', 'worker')
    carrier.pass(6_000)
    expect(carrier.state('a')).toBe('handed')
    carrier.pass(300)
    expect(carrier.state('a')).toBeUndefined()
  })

  test('says how old its lease is: what its custodians last confirmed', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    carrier.pass(2_400, renewing(carrier, ['c1', 'c3']))
    expect(sent(carrier.handOver('a', 'worker'), 'award')[0]!.message.batons).toMatchObject([{ leaseAgeMs: 400 }])
    const silent = new Carrier('origin')
    silent.bear('a')
    silent.pass(2_400, renewing(silent, ['c1']))
    expect(sent(silent.handOver('a', 'worker'), 'award')[0]!.message.batons).toMatchObject([{ leaseAgeMs: 2_400 }])
  })

  test('says how old its lease was when its takers were chosen, for all of them, however late it leaves', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a', { durable: false })
    carrier.at(100).handOver('a', 'worker')
    const leaving = carrier.at(900).step({ type: 'durable', task: idOf('a') })
    const again = carrier.at(1_500).step({ type: 'connected', peer: 'worker', incarnation: 1 })
    const batons = [...sent(leaving, 'award'), ...sent(again, 'award')].flatMap(({ message }) => message.batons)
    expect(batons.map(({ leaseAgeMs }) => leaseAgeMs)).toEqual([100, 100])
    const passed = new Carrier('worker').at(500)
    passed.award('a', { leaseAgeMs: 100, offeredMs: 200, alternates: [taker('w2')] })
    expect(sent(passed.admit('a', 'refuse'), 'award')[0]!.message.batons).toMatchObject([{ leaseAgeMs: 100 }])
  })

  test('that this peer alone keeps has a lease only from when its taker is chosen', () => {
    const carrier = new Carrier('origin', {}, { mesh: new TestMesh('origin') })
    carrier.bear('a', { record: record('a', {}, ['origin']) })
    carrier.pass(9_000)
    expect(sent(carrier.handOver('a', 'worker'), 'award')[0]!.message.batons).toMatchObject([{ leaseAgeMs: 0 }])
  })

  test('whose lease has run out meanwhile is nobody’s to place', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    carrier.pass(2_850)
    expect(carrier.handOver('a', 'worker')).toEqual([{ type: 'withdrawn', task: idOf('a') }])
  })

  test('travels with its like in one message', () => {
    const carrier = new Carrier('origin')
    for (const name of ['a', 'b']) carrier.bear(name)
    const to = { peer: 'worker', incarnation: 1, offeredMs: 0 }
    const effects = carrier.step({ type: 'handOver', tasks: [idOf('a'), idOf('b')], to, alternates: [] })
    expect(sent(effects, 'award').map(({ message }) => message.batons.length)).toEqual([2])
  })

  test('is given up by a peer that leaves, and no other is taken', () => {
    const carrier = new Carrier('origin')
    carrier.bear('waiting')
    const effects = carrier.step({ type: 'leave' })
    expect(only(effects, 'withdrawn')).toEqual([{ type: 'withdrawn', task: idOf('waiting') }])
    expect(told(effects, 'giveUp')).toEqual(trio)
    expect(carrier.bear('a')).toEqual([])
  })
})

describe('a baton from another peer', () => {
  test('is admitted, queued, and accepted to whoever gave it', () => {
    const carrier = new Carrier('worker')
    expect(only(carrier.award('a'), 'offered')).toMatchObject([
      { from: 'origin', baton: { record: { id: idOf('a') } } },
    ])
    const effects = carrier.admit('a')
    expect(only(effects, 'take')).toMatchObject([{ attempt: 1, leased: true }])
    expect(sent(effects, 'accept')).toEqual([
      { to: 'origin', message: { t: 'accept', tasks: [{ task: idOf('a'), ballot: ballot() }] } },
    ])
  })

  test('is accepted to whoever passed it on', () => {
    const carrier = new Carrier('worker')
    carrier.award('a', { path: ['origin', 'w1'], bounces: 1 }, 'w1')
    expect(told(carrier.admit('a'), 'accept')).toEqual(['w1'])
  })

  test('is accepted again when it comes again', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const effects = carrier.award('a')
    expect(effects.map((e) => e.type)).toEqual(['send'])
    expect(sent(effects, 'accept')).toHaveLength(1)
  })

  test.each([
    ['for another life of this peer', { incarnation: 2 }, 'origin', 'old-incarnation'],
    ['that this peer is on the path of', { path: ['worker', 'origin'] }, 'origin', 'on-path'],
    ['that does not come from whoever had it last', {}, 'w2', 'forged-path'],
    ['without a path', { path: [] }, 'origin', 'forged-path'],
  ])('%s is not taken and not answered', (_, over, from, code) => {
    const effects = new Carrier('worker').award('a', over, from)
    expect(effects).toEqual([{ type: 'rejected', from, code }])
  })

  test.each([
    ['that the origin began, from another peer', { path: ['mallory'] }],
    ['in the name of another origin', { path: ['mallory'], ballot: ballot(1, 'mallory') }],
    ['of a first version, begun by no custodian', { path: ['w2'], ballot: ballot(3, 'w2') }],
  ])('%s, is forged', (_, over) => {
    const effects = new Carrier('worker').award('a', over, over.path[0])
    expect(effects).toMatchObject([{ type: 'rejected', code: 'forged-ballot' }])
  })

  test('may be begun by a custodian, and in a later version by any bearer', () => {
    const carrier = new Carrier('worker')
    expect(only(carrier.award('a', { path: ['c2'], ballot: ballot(2, 'c2') }, 'c2'), 'offered')).toHaveLength(1)
    const later = { record: record('b', {}, trio, 2), path: ['w2'], ballot: ballot(3, 'w2') }
    expect(only(carrier.award('b', later, 'w2'), 'offered')).toHaveLength(1)
  })

  test('that was here before is not taken again, a later ballot is', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    carrier.committed(trio, 'a')
    expect(carrier.award('a')).toEqual([{ type: 'rejected', from: 'origin', code: 'borne-before' }])
    expect(only(carrier.award('a', { ballot: ballot(5) }), 'offered')).toHaveLength(1)
  })

  test('that was passed on does not come back', () => {
    const carrier = new Carrier('w1')
    carrier.award('a', { alternates: [taker('w2')] })
    carrier.admit('a', 'refuse')
    const back = carrier.award('a', { path: ['origin', 'w1', 'w2'], bounces: 2 }, 'w2')
    expect(only(back, 'offered')).toEqual([])
  })

  test('is refused while too many recent ones are remembered', () => {
    const carrier = new Carrier('worker', { batonMemoryMax: 1, batonMemoryMs: 1_000 })
    carrier.award('a')
    const refused = carrier.award('b')
    expect(sent(refused, 'giveUp')[0]).toMatchObject({ message: { code: 'memory-full', ran: false } })
    expect(only(carrier.at(1_000).award('c'), 'offered')).toHaveLength(1)
  })

  test('is refused by a peer that leaves', () => {
    const carrier = new Carrier('worker')
    carrier.step({ type: 'leave' })
    expect(sent(carrier.award('a'), 'giveUp')[0]).toMatchObject({ message: { code: 'stopping', ran: false } })
  })
})

describe('a bounce', () => {
  const alternates = ['w2', 'w3'].map(taker)

  test('passes the baton on to the next alternate, and tells nobody else', () => {
    const carrier = new Carrier('w1')
    carrier.award('a', { alternates })
    const effects = carrier.admit('a', 'refuse')
    expect(sent(effects, 'award')).toMatchObject([
      { to: 'w2', message: { batons: [{ path: ['origin', 'w1'], bounces: 1, alternates: [{ peer: 'w3' }] }] } },
    ])
    expect(only(effects, 'bounced')).toMatchObject([{ to: 'w2', refusal: { code: 'no-room' } }])
    expect(effects.map(({ type }) => type)).toEqual(['bounced', 'send'])
    expect(carrier.state('a')).toBe('handed')
  })

  test('is none of a peer that does not know yet whether its disk is an old one: it may have had the baton', () => {
    const mesh = new TestMesh()
    mesh.heardFromMajority = false
    const carrier = new Carrier('worker', {}, { mesh })
    expect(carrier.award('a')).toMatchObject([{ type: 'rejected', code: 'not-sure-of-itself' }])
    mesh.heardFromMajority = true
    expect(only(carrier.award('a'), 'offered')).toHaveLength(1)
  })

  test('goes round those who had it and this peer itself', () => {
    const carrier = new Carrier('w1')
    const lives = ['origin', 'w1', 'w3'].map(taker)
    carrier.award('a', { alternates: lives })
    expect(sent(carrier.admit('a', 'refuse'), 'award').map(({ to }) => to)).toEqual(['w3'])
  })

  test('is the second at most: then the baton is given up', () => {
    const carrier = new Carrier('w3')
    const path = ['origin', 'w1', 'w2']
    carrier.award('a', { path, bounces: 2, alternates: [taker('w4')] }, 'w2')
    const effects = carrier.admit('a', 'refuse')
    expect(sent(effects, 'award')).toEqual([])
    expect(only(effects, 'givenUp')).toMatchObject([{ code: 'no-room' }])
    expect(told(effects, 'giveUp')).toEqual(trio)
    expect(sent(effects, 'giveUp')[0]).toMatchObject({ message: { ran: false, refusal: { code: 'no-room' } } })
    expect(carrier.state('a')).toBeUndefined()
  })

  test('without alternates gives the baton up', () => {
    const carrier = new Carrier('w1')
    carrier.award('a')
    expect(sent(carrier.admit('a', 'refuse'), 'giveUp')[0]).toMatchObject({ message: { ran: false } })
  })

  test('does not lose sight of an older run that is still ending here', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const [handed] = sent(carrier.award('a', { ballot: ballot(5), alternates }), 'award')
    expect(handed?.message.batons[0]).toMatchObject(
      baton('a', { ballot: ballot(5), path: ['origin', 'worker'], bounces: 1, alternates: [alternates[1]!] }),
    )
    expect(only(carrier.fenced(['c1', 'c2'], 'a'), 'halt')).toMatchObject([{ ballot: ballot(1), code: 'fenced' }])
    expect(sent(carrier.ended('a', { end: 'stopped' }), 'stopped')[0]).toMatchObject({ message: { ballot: ballot(1) } })
  })

  test('without alternates does not lose sight of it either', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(sent(carrier.award('a', { ballot: ballot(5) }), 'giveUp')[0]).toMatchObject({
      message: { code: 'stopping' },
    })
    expect(carrier.state('a')).toBe('running')
  })
})
