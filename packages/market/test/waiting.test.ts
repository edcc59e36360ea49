import { emptyRequest, emptyVector, QuotaRoom, TenantShares } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { noHost, offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const wide = { ...emptyRequest(), cpuMilli: 2000 }

describe('tasks that nobody has room for', () => {
  test('wait, and are told so once with the decision', () => {
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b', 'c'])
    stall.noBid('p')
    const effects = stall.bid('q')
    expect(awards(effects)).toEqual([['q', ['a']]])
    expect(only(effects, 'waits')).toMatchObject([
      { tasks: ['b', 'c'], code: 'no-room', decision: { how: 'waiting', refusals: { 'no-room': 1 }, bidsTotal: 1 } },
    ])
    expect(stall.auctioneer.waiting).toBe(2)
    stall.pass(20)
    stall.noBid('p')
    expect(only(stall.noBid('q'), 'waits')).toEqual([])
  })

  test('are asked for again after four round trips, ever more rarely', () => {
    const stall = Stall.among('p')
    stall.members.rtt = 10
    stall.wait(['a'])
    const pauses: number[] = []
    for (let i = 0; i < 7; i++) {
      stall.noBid('p')
      pauses.push(stall.auctioneer.nextWakeup()! - stall.now)
      expect(asked(stall.pass(pauses.at(-1)!))).toEqual(['p'])
    }
    expect(pauses).toEqual([40, 80, 160, 320, 640, 1_000, 1_000])
  })

  test('are asked for at once when one more bid has room for all of them', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    expect(awards(stall.bid('p', { startMs: 30 }))).toEqual([])
    expect(stall.auctioneer.waiting).toBe(1)
  })

  test('wait without asking when nobody can be asked now', () => {
    const stall = new Stall()
    stall.members.add('away', { reachable: false })
    const effects = stall.wait(['a'])
    expect(asked(effects)).toEqual([])
    expect(only(effects, 'waits')).toMatchObject([
      { tasks: ['a'], code: 'no-room', decision: { how: 'waiting', refusals: { 'not-reachable': 1 } } },
    ])
    stall.members.add('away')
    stall.step({ type: 'changed' })
    expect(asked(stall.pass(25))).toEqual(['away'])
  })
})

describe('tasks that nobody can ever run', () => {
  test('wait with that reason, or fail where the caller asked for it, each peer counted in its decision', () => {
    const stall = new Stall()
    stall.members.add('p', { offer: offer({ functions: [] }) })
    stall.add('patient')
    stall.add('hasty', { failIfUnplaceable: true })
    const effects = stall.wake()
    expect(only(effects, 'waits')).toMatchObject([
      { tasks: ['patient'], code: 'unplaceable', decision: { how: 'unplaceable' } },
    ])
    const [failed] = only(effects, 'unplaceable')
    expect(failed).toMatchObject({
      task: 'hasty',
      message: "no host has the function 'noop'",
      decision: { how: 'unplaceable', refusals: { 'function-unknown': 1 } },
    })
    expect(stall.auctioneer.waiting).toBe(1)
  })

  test('do not fail while somebody is only away or busy', () => {
    const stall = new Stall()
    stall.members.add('away', { reachable: false })
    expect(only(stall.wait(['hasty'], { failIfUnplaceable: true }), 'unplaceable')).toEqual([])
    const own = new Stall({ host: offer() })
    own.local.inLine = 1
    expect(only(own.wait(['hasty'], { failIfUnplaceable: true }), 'unplaceable')).toEqual([])
  })

  test('are asked for when an advert makes them possible', () => {
    const stall = new Stall()
    stall.members.add('p', { offer: noHost() })
    stall.wait(['a'])
    stall.members.add('p')
    stall.step({ type: 'changed' })
    expect(asked(stall.pass(25))).toEqual(['p'])
  })

  test('are told once', () => {
    const stall = new Stall()
    expect(only(stall.wait(['a']), 'waits')).toHaveLength(1)
    expect(only(stall.pass(10_000), 'waits')).toEqual([])
  })
})

describe('a host that asks for work', () => {
  /** A stall where tasks wait because the only other host had no room. */
  function saturated(tasks: Parameters<Stall['add']>[]): Stall {
    const stall = Stall.among('p')
    for (const task of tasks) stall.add(...task)
    stall.wake()
    for (const { id } of stall.auctioneer.snapshot().auctions) stall.noBid('p', {}, id)
    return stall
  }

  test('gets what waits, the highest priority first over all kinds', () => {
    const stall = saturated([
      ['low', { priority: 'low' }],
      ['medium', {}],
      ['other', { class: 'other', priority: 'high' }],
    ])
    const effects = stall.wanted('p', { want: 9, count: 2 })
    expect(awards(effects)).toEqual([
      ['p', ['other']],
      ['p', ['medium']],
    ])
    expect(only(effects, 'award')[0]).toMatchObject({
      to: { peer: 'p', offeredMs: 7 },
      alternates: [],
      decision: { how: 'wanted', winner: 'p' },
    })
    expect(only(effects, 'send')).toMatchObject([{ to: 'p', message: { t: 'given', want: 9, count: 2, waiting: 1 } }])
    expect(only(effects, 'given')).toMatchObject([{ to: 'p', count: 2 }])
  })

  test('gets no more than fits into what it says is free, but for what it works on ahead', () => {
    const tasks = ['a', 'b', 'c', 'd'].map((name): [string, object] => [name, { request: wide }])
    const given = (aheadMs: number, runMs?: number) => {
      const stall = saturated(tasks)
      if (runMs !== undefined) stall.step({ type: 'duration', class: 'noop', runMs })
      return awards(stall.wanted('p', { free: vector(), count: 4, aheadMs, concurrent: 2 }))
    }
    expect(given(0, 10)).toEqual([['p', ['a', 'b']]])
    expect(given(5, 10)).toEqual([['p', ['a', 'b', 'c']]])
    expect(given(50, 10)).toEqual([['p', ['a', 'b', 'c', 'd']]])
    // The duration of the class is not known.
    expect(given(50)).toEqual([['p', ['a', 'b']]])
  })

  test('gets a long task ahead from a deep line only', () => {
    const given = (line: number) => {
      const stall = saturated(Array.from({ length: line }, (_, i): [string, object] => [`t${i}`, {}]))
      stall.step({ type: 'duration', class: 'noop', runMs: 100 })
      return awards(stall.wanted('p', { free: vector({ slots: 0 }), count: 4, aheadMs: 20, concurrent: 2 })).length
    }
    const hosts = saturated([]).members.candidates().length
    expect(given(2 * hosts - 1)).toBe(0)
    expect(given(2 * hosts)).toBe(1)
  })

  test('has one budget of work ahead for all kinds', () => {
    const stall = saturated([
      ['x1', { class: 'x' }],
      ['x2', { class: 'x' }],
      ['y1', { class: 'y' }],
      ['y2', { class: 'y' }],
    ])
    for (const name of ['x', 'y']) stall.step({ type: 'duration', class: name, runMs: 10 })
    const effects = stall.wanted('p', { free: vector({ slots: 0 }), aheadMs: 15, concurrent: 2 })
    expect(awards(effects).flatMap(([, tasks]) => tasks)).toHaveLength(3)
  })

  test('never overdraws it, however many kinds there are', () => {
    const stall = saturated(['x', 'x', 'y', 'y', 'y', 'z'].map((kind, i) => [`${kind}${i}`, { class: kind }]))
    for (const name of ['x', 'y', 'z']) stall.step({ type: 'duration', class: name, runMs: 10 })
    // Work ahead of 20 ms in two slots is four tasks of 10 ms: two of x use up half of it, two of y the rest.
    const effects = stall.wanted('p', { count: 9, free: vector({ slots: 0 }), aheadMs: 20, concurrent: 2 })
    expect(awards(effects).map(([, tasks]) => tasks.length)).toEqual([2, 2])
  })

  test('uses its free vector up over several kinds', () => {
    const stall = saturated([
      ['a', { request: wide }],
      ['b', { request: wide, class: 'other' }],
      ['c', { request: wide, class: 'third' }],
    ])
    expect(awards(stall.wanted('p')).flatMap(([, tasks]) => tasks)).toEqual(['a', 'b'])
  })

  test('gets only what it can run', () => {
    const stall = saturated([['a', {}]])
    stall.members.add('q', { offer: offer({ functions: [] }) })
    expect(only(stall.wanted('q'), 'send')).toMatchObject([{ message: { t: 'given', count: 0, waiting: 1 } }])
  })

  test('gets nothing when it is not known', () => {
    expect(awards(saturated([['a', {}]]).wanted('stranger'))).toEqual([])
  })

  test('gets it also when its last advert still says that it drains: now it asks', () => {
    const stall = saturated([['a', {}]])
    stall.members.add('q', { offer: offer({ draining: true }) })
    expect(awards(stall.wanted('q'))).toEqual([['q', ['a']]])
  })

  test('gets nothing of what is being auctioned, which does not count as waiting', () => {
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b'])
    expect(stall.auctioneer.waiting).toBe(0)
    expect(awards(stall.wanted('p'))).toEqual([])
    stall.bid('p', { count: 1 })
    expect(awards(stall.noBid('q'))).toEqual([['p', ['a']]])
    expect(stall.auctioneer.waiting).toBe(1)
  })

  test('gets no more for a device that is shared than its advert says of that device', () => {
    const stall = new Stall()
    const half = offer({ capacity: vector({ gpuMilli: [500] }) })
    stall.members.add('p', { reachable: false, offer: half })
    stall.wait(['a', 'b'], { request: { ...emptyRequest(), gpu: { count: 1, milli: 500 } } })
    stall.members.add('p', { offer: half })
    expect(awards(stall.wanted('p', { free: vector({ gpuMilli: [1000] }) }))).toEqual([['p', ['a']]])
  })

  test('gets nothing for an empty vector', () => {
    expect(awards(saturated([['a', {}]]).wanted('p', { free: emptyVector() }))).toEqual([])
  })
})

describe('tasks of which one alone is more than the quota of their tenant', () => {
  const shortage = { resource: 'cpuMilli', available: 2_000, needed: 4_000 }
  const over = { code: 'quota', never: true, shortage } as const

  test('fail, or wait with that reason, once every host that could run them has said so', () => {
    const stall = Stall.among('p', 'q')
    stall.add('patient')
    stall.add('hasty', { failIfUnplaceable: true })
    stall.wake()
    expect(only(stall.noBid('p', over), 'unplaceable')).toEqual([])
    const effects = stall.noBid('q', { ...over, shortage: { ...shortage, available: 3_000 } })
    const message = 'needs 4 CPUs; its tenant may have at most 3 CPUs on any of the 2 hosts that could run it (quota)'
    expect(only(effects, 'unplaceable')).toMatchObject([{ task: 'hasty', message }])
    expect(only(effects, 'waits')).toMatchObject([
      { tasks: ['patient'], code: 'unplaceable', decision: { how: 'unplaceable', reason: message } },
    ])
    expect(asked(stall.pass(10_000))).toEqual([])
  })

  test('do not fail while one that could run them is busy, away or silent', () => {
    const busy = Stall.among('p', 'q')
    busy.wait(['hasty'], { failIfUnplaceable: true })
    busy.noBid('p', over)
    expect(only(busy.noBid('q'), 'unplaceable')).toEqual([])
    expect(asked(busy.pass(25))).toEqual(['q'])
    const silent = Stall.among('p', 'q')
    silent.wait(['hasty'], { failIfUnplaceable: true })
    silent.noBid('p', over)
    expect(only(silent.pass(10_000), 'unplaceable')).toEqual([])
    const away = Stall.among('p')
    away.members.add('away', { reachable: false })
    away.wait(['hasty'], { failIfUnplaceable: true })
    expect(only(away.noBid('p', over), 'unplaceable')).toEqual([])
  })

  test('are asked for again when such a host comes back with another life', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    stall.noBid('p', over)
    stall.members.add('p', { incarnation: 2 })
    stall.step({ type: 'changed' })
    expect(asked(stall.pass(25))).toEqual(['p'])
  })

  test('fail where only this host could run them', () => {
    const stall = new Stall({ host: offer() })
    stall.local.theQuotas = new QuotaRoom({ '*': { tasks: 0 } }, new TenantShares())
    const [failed] = only(stall.wait(['hasty'], { failIfUnplaceable: true }), 'unplaceable')
    expect(failed?.message).toBe(
      'needs 1 task; its tenant may have at most 0 tasks on the host that could run it (quota)',
    )
  })

  test('of many hosts, fail once all were asked in turn', () => {
    const stall = Stall.among(...Array.from({ length: 40 }, (_, i) => `p${i}`))
    const said: string[] = []
    let effects = stall.wait(['hasty'], { failIfUnplaceable: true })
    while (asked(effects).length > 0) {
      const peers = asked(effects)
      said.push(...peers)
      effects = peers.flatMap((peer) => stall.noBid(peer, over))
      if (said.length < 40 && asked(effects).length === 0)
        effects.push(...stall.at(stall.auctioneer.nextWakeup()!).wake())
    }
    expect([said.length, new Set(said).size]).toEqual([40, 40])
    expect(only(effects, 'unplaceable')).toHaveLength(1)
  })
})

test('a host that what is near must be missing on says so of itself, not that it is busy', () => {
  const stall = new Stall({ host: offer() })
  stall.add('a', { near: [{ group: 'cache', required: true }] })
  const [waits] = only(stall.wake(), 'waits')
  expect(waits?.decision.refused).toMatchObject([{ peer: 'self', refusal: { code: 'not-near' } }])
})
