import { emptyRequest } from '@souk/kernel'
import { limits, type Refusal } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { type KnownHost, replay, whatWouldHelp } from '../src/index.ts'
import { groupRefusals } from '../src/reasons.ts'
import { noHost, offer, only, shape, vector } from './fixtures.ts'
import { Stall } from './stall.ts'

const host = (peer: string, over: Partial<KnownHost> = {}): KnownHost => {
  return { peer, reachable: true, offer: offer(), ...over }
}
const cpus = (n: number) => offer({ capacity: vector({ cpuMilli: 1000 * n }) })

describe('reasons', () => {
  test('put refusals together that say the same, with the host that comes closest and the soonest time', () => {
    const busy = (etaMs?: number): Refusal => {
      return { code: 'no-room', never: false, detail: '1 running', ...(etaMs === undefined ? {} : { etaMs }) }
    }
    const small = (available: number, resource = 'memoryBytes'): Refusal => {
      return { code: 'too-large', never: true, detail: '', shortage: { resource, available, needed: 9 } }
    }
    const all = [busy(900), small(3), busy(), small(5), busy(400), small(1, 'cpuMilli'), small(4)]
    expect(groupRefusals(all.map((refusal, i) => ({ peer: `p${i}`, refusal })))).toMatchObject([
      { code: 'no-room', never: false, peers: 3, etaMs: 400 },
      { code: 'too-large', never: true, peers: 3, shortage: { resource: 'memoryBytes', available: 5, needed: 9 } },
      { code: 'too-large', peers: 1, shortage: { resource: 'cpuMilli' } },
    ])
  })

  test('tell labels apart by what is wanted, not by what a host has instead', () => {
    const lacks = (detail: string) => ({
      peer: 'p',
      refusal: { code: 'label-missing' as const, never: true, detail },
    })
    const groups = groupRefusals([lacks('zone=a, has zone=b'), lacks('zone=a, has zone=c'), lacks('ssd=yes, has ssd=')])
    expect(groups.map(({ peers, detail }) => [peers, detail.split(',')[0]])).toEqual([
      [2, 'zone=a'],
      [1, 'ssd=yes'],
    ])
  })

  test('are bounded, whatever hosts say', () => {
    const refusals = Array.from({ length: 100 }, (_, i) => {
      return { peer: `p${i}`, refusal: { code: 'function-unknown' as const, never: true, detail: `f${i}` } }
    })
    expect(groupRefusals(refusals)).toHaveLength(limits.reasonsMax)
  })

  test('of this host itself are told with what an auction came to', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    const [award] = only(stall.bid('p'), 'award')
    expect(award?.decision).toMatchObject({ winner: 'p', refused: [{ peer: 'self', refusal: { never: true } }] })
  })

  test('name what it must be near or apart from where nothing else stands in the way', () => {
    const waits = (codes: Refusal['code'][]) => {
      const stall = Stall.among('p', 'q')
      stall.wait(['a'])
      const effects = codes.flatMap((code, i) => stall.noBid(['p', 'q'][i]!, { code, detail: 'no cache is there' }))
      return only(effects, 'waits')[0]?.decision.reason
    }
    expect(waits(['not-near', 'not-near'])).toContain('what it must be near or apart from stands in the way')
    expect(waits(['not-near', 'no-room'])).toContain('no room now at 2 of 2 peers')
  })

  test('stand in the decision about tasks that wait', () => {
    const stall = Stall.among('p', 'q')
    stall.members.add('small', { offer: cpus(1) })
    stall.wait(['a'], { request: { ...emptyRequest(), cpuMilli: 2000 } })
    const effects = [...stall.noBid('p', { etaMs: 70 }), ...stall.noBid('q', { etaMs: 40 })]
    expect(only(effects, 'waits')[0]?.decision.reasons).toMatchObject([
      { code: 'no-room', peers: 2, etaMs: 40 },
      // this peer itself
      { code: 'executor-not-allowed', peers: 1 },
      { code: 'too-large', peers: 1, shortage: { resource: 'cpuMilli', available: 1000, needed: 2000 } },
    ])
  })
})

describe('what would help', () => {
  const help = (over: Parameters<typeof shape>[0], ...hosts: KnownHost[]) => whatWouldHelp(shape(over), hosts, [])

  test('where hosts are busy: to wait, for as long as the soonest said; where they drain or are away, to see to that', () => {
    const reasons = groupRefusals([
      { peer: 'p', refusal: { code: 'no-room', never: false, etaMs: 40_000, detail: '' } },
      { peer: 'q', refusal: { code: 'no-room', never: false, etaMs: 70_000, detail: '' } },
    ])
    const hosts = [
      host('p'),
      host('q'),
      host('away', { reachable: false }),
      host('drained', { offer: offer({ draining: true }) }),
      host('never', { offer: noHost() }),
    ]
    expect(whatWouldHelp(shape(), hosts, reasons)).toEqual([
      { code: 'wait', hosts: 2, peers: ['p', 'q'], etaMs: 40_000 },
      { code: 'undrain', hosts: 1, peers: ['drained'] },
      { code: 'reach', hosts: 1, peers: ['away'] },
    ])
  })

  test('where its tenant holds as much as it may: another quota, and to wait only where that is not for ever', () => {
    const quota = (peer: string, never: boolean) => ({ peer, refusal: { code: 'quota', never, detail: '' } as const })
    const hosts = [host('p'), host('q')]
    const raise = { code: 'raise-quota', hosts: 2, peers: [] }
    expect(whatWouldHelp(shape(), hosts, groupRefusals([quota('p', false), quota('q', true)]))).toEqual([
      { code: 'wait', hosts: 2, peers: ['p', 'q'] },
      raise,
    ])
    expect(whatWouldHelp(shape(), hosts, groupRefusals([quota('p', true), quota('q', true)]))).toEqual([raise])
    const shortage = { resource: 'cpuMilli', available: 2_000, needed: 4_000 }
    const short = ['p', 'q'].map((peer) => ({ peer, refusal: { ...quota(peer, true).refusal, shortage } }))
    expect(whatWouldHelp(shape(), hosts, groupRefusals(short))).toEqual([
      { ...raise, what: 'cpuMilli' },
      { code: 'ask-less', what: 'cpuMilli', atMost: 2_000, hosts: 2, peers: [] },
    ])
  })

  test('where what it must be near is nowhere: that, and not to wait', () => {
    const said = { code: 'not-near', never: false, detail: 'no cache is there' } as const
    const reasons = groupRefusals(['p', 'q'].map((peer) => ({ peer, refusal: said })))
    expect(whatWouldHelp(shape(), [host('p'), host('q')], reasons)).toEqual([
      { code: 'untie', what: 'no cache is there', hosts: 2, peers: [] },
    ])
    expect(whatWouldHelp(shape(), [host('p'), host('q'), host('r')], reasons)[0]).toMatchObject({ code: 'wait' })
  })

  test('of those that start together: to wait only where all hosts that can be asked are large enough for all', () => {
    const two = (peer: string, over: Partial<KnownHost> = {}) => host(peer, { offer: cpus(2), ...over })
    const hosts = [two('p'), two('q'), two('away', { reachable: false })]
    const one = shape({ request: { ...emptyRequest(), cpuMilli: 1000 } })
    const help = (size: number) => whatWouldHelp(one, hosts, [], size).map(({ code }) => code)
    expect(help(4)).toEqual(['wait', 'reach'])
    expect(help(6)).toEqual(['reach'])
    expect(help(7)).toEqual(['reach', 'add-host'])
  })

  test('where none is large enough: to ask for no more than the largest have that lack nothing else', () => {
    const eight = [host('a', { offer: cpus(8) }), host('b', { offer: cpus(8) }), host('c', { offer: cpus(2) })]
    const labelled = host('d', { offer: { ...cpus(32), executors: [] } })
    expect(help({ request: { ...emptyRequest(), cpuMilli: 64_000 } }, ...eight, labelled)).toEqual([
      { code: 'ask-less', what: 'cpuMilli', atMost: 8_000, hosts: 2, peers: ['a', 'b'] },
      { code: 'add-host', hosts: 0, peers: [] },
    ])
  })

  test('of devices and declared units too, but not of what no host has any of', () => {
    const lab = host('lab', { offer: offer({ capacity: vector({ gpuMilli: [1000, 1000], custom: { matlab: 3 } }) }) })
    const request = { ...emptyRequest(), gpu: { count: 4, milli: 1000 } }
    expect(help({ request }, lab)[0]).toMatchObject({ code: 'ask-less', what: 'gpu', atMost: 2, hosts: 1 })
    const licences = { ...emptyRequest(), custom: { matlab: 5 } }
    expect(help({ request: licences }, lab)[0]).toMatchObject({ code: 'ask-less', what: 'matlab', atMost: 3 })
    const none = { ...emptyRequest(), custom: { telescope: 1 } }
    expect(help({ request: none }, lab)).toEqual([{ code: 'add-host', hosts: 0, peers: [] }])
  })

  test('of devices: fewer of them, or less memory each, or any model, each only where that alone is enough', () => {
    const gpus = [{ model: 'Tesla T4', memoryBytes: 16e9, count: 4 }]
    const lab = host('lab', { offer: offer({ capacity: vector({ gpuMilli: [1000, 1000, 1000, 1000] }), gpus }) })
    const asking = (gpu: object) =>
      help({ request: { ...emptyRequest(), gpu: { count: 1, milli: 1000, ...gpu } } }, lab)
    const one = { hosts: 1, peers: ['lab'] }
    const addHost = { code: 'add-host', hosts: 0, peers: [] }
    expect(asking({ memoryBytes: 20e9 })).toEqual([
      { code: 'ask-less', what: 'gpuMemoryBytes', atMost: 16e9, ...one },
      addHost,
    ])
    expect(asking({ models: ['A100', 'H100'] })).toEqual([{ code: 'other-gpu', what: 'A100 or H100', ...one }, addHost])
    expect(asking({ count: 8, models: ['T4'] })).toEqual([
      { code: 'ask-less', what: 'gpu', atMost: 4, ...one },
      addHost,
    ])
    expect(asking({ count: 8, memoryBytes: 20e9 })).toEqual([addHost])
  })

  test('of each thing that will do, less of that', () => {
    const alternatives = [{ ...emptyRequest(), gpu: { count: 1, milli: 1000 }, cpuMilli: 1000 }]
    const over = { request: { ...emptyRequest(), cpuMilli: 16_000 }, alternatives }
    expect(help(over, host('p', { offer: cpus(8) }))).toEqual([
      { code: 'ask-less', what: 'cpuMilli', atMost: 8_000, hosts: 1, peers: ['p'] },
      { code: 'add-host', hosts: 0, peers: [] },
    ])
  })

  test('without an expression; and what busy hosts said of quotas and of what must be near or apart', () => {
    const attic = host('attic', { offer: offer({ labels: { site: 'attic' } }) })
    expect(help({ where: "site = 'cellar'" }, attic)[0]).toMatchObject({
      code: 'without-where',
      what: "site = 'cellar'",
    })
    const said = (code: 'quota' | 'not-apart', detail: string): Refusal => ({ code, never: false, detail })
    const reasons = groupRefusals([
      { peer: 'p', refusal: said('quota', 'slots: team holds 4 of 4 there, needs 1') },
      { peer: 'q', refusal: said('not-apart', 'db is there') },
    ])
    expect(whatWouldHelp(shape(), [attic], reasons).slice(1)).toEqual([
      { code: 'raise-quota', hosts: 1, peers: [] },
      { code: 'untie', what: 'db is there', hosts: 1, peers: [] },
    ])
  })

  test('without a label, with a function or with a kind of work allowed, each by the hosts where that is all', () => {
    const attic = host('attic', { offer: offer({ labels: { site: 'attic' } }) })
    expect(help({ labels: { site: 'cellar' } }, attic)[0]).toEqual({
      code: 'without-label',
      what: 'site=cellar',
      hosts: 1,
      peers: ['attic'],
    })
    expect(help({ work: { kind: 'function', name: 'sum', args: '[]' } }, attic)[0]).toMatchObject({
      code: 'add-function',
      what: 'sum',
    })
    const calls = host('calls', { offer: offer({ executors: ['function'] }) })
    expect(help({ work: { kind: 'process', argv: ['true'], env: {} } }, calls)[0]).toMatchObject({
      code: 'allow-executor',
      what: 'process',
      peers: ['calls'],
    })
  })

  test('is another host where one change is not enough', () => {
    const request = { ...emptyRequest(), cpuMilli: 64_000 }
    expect(help({ request, labels: { zone: 'a' } }, host('p'))).toEqual([{ code: 'add-host', hosts: 0, peers: [] }])
    expect(help({ request })).toEqual([{ code: 'add-host', hosts: 0, peers: [] }])
  })
})

describe('a replay', () => {
  const stall = Stall.among('near', 'cheap', 'later')
  stall.wait(['a'])
  const effects = [
    ...stall.bid('near', { fragMilli: 100, priceMilli: 2_000 }),
    ...stall.bid('cheap', { fragMilli: 600 }),
    ...stall.bid('later', { startMs: 10 }),
  ]
  const { decision } = only(effects, 'award')[0]!

  test('with the weights of the decision gives its scores and its winner', () => {
    const again = replay(decision, decision.weights)
    expect(again).toMatchObject({ winner: 'cheap', changed: false })
    expect(decision.winner).toBe('cheap')
    for (const bid of decision.bids) {
      expect(again.bids.find(({ peer }) => peer === bid.peer)?.score).toBeCloseTo(bid.score)
    }
  })

  test('with others says who would have won and by how much; a bid that could not start at once never', () => {
    const again = replay(decision, { fragmentation: 1 })
    expect(again).toMatchObject({ winner: 'near', changed: true })
    expect(again.margin).toBeCloseTo(0.5)
    expect(again.bids.at(-1)?.peer).toBe('later')
    expect(replay(decision, {})).toMatchObject({ winner: 'cheap', changed: false })
  })

  test('of a decision without bids has no winner, and changes nothing about the one that it had', () => {
    expect(replay({ bids: [] }, { start: 1 })).toMatchObject({ winner: undefined, changed: false, margin: 0 })
    expect(replay({ bids: [], winner: 'near' }, { start: 1 })).toMatchObject({ winner: undefined, changed: false })
  })
})
