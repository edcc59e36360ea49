import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { Bidder, type BidderEffect, decideFit, defaultMarketConfig, Packing, ZoneClaims } from '../src/index.ts'
import { isMulti, shapeKey } from '../src/shape.ts'
import { shortfallText } from '../src/shortfall.ts'
import { Loads, Local, Members, offer, only, prng, shape, vector } from './fixtures.ts'
import { asked, Stall } from './stall.ts'

const gpu: ResourceRequest = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
const cpus: ResourceRequest = { ...emptyRequest(), cpuMilli: 3000 }
const either = { request: gpu, alternatives: [cpus] }
const withGpu = () => offer({ capacity: vector({ cpuMilli: 1000, gpuMilli: [1000] }) })
const withCpus = () => offer()
const small = () => offer({ capacity: vector({ cpuMilli: 1000 }) })

describe('a task that asks for a GPU, or else for three CPUs', () => {
  test('fits a host that has either; one that has neither says what it lacks of each', () => {
    expect(decideFit(withGpu(), shape(either))).toBeUndefined()
    expect(decideFit(withCpus(), shape(either))).toBeUndefined()
    expect(decideFit(small(), shape(either))).toMatchObject({
      code: 'too-large',
      detail: 'gpu: 1 needed, 0 there, or cpuMilli: 3000 needed, 1000 there',
    })
    expect(shortfallText(shape(either), [{ peer: 'p', offer: small() }])).toBe(
      'needs 1 GPU; no host has any; or instead: needs 3 CPUs; the largest host has 1 CPU: p',
    )
  })

  test('is of another shape than one without the choice', () => {
    expect(shapeKey(shape(either))).not.toBe(shapeKey(shape({ request: gpu })))
    expect(isMulti(shape({ request: cpus, alternatives: [gpu] }))).toBe(true)
  })

  function bidOf(host: ReturnType<typeof offer>, used?: ResourceRequest) {
    const local = new Local(host)
    if (used) local.start(used)
    const bearers = { waiting: () => [] }
    const packing = new Packing(defaultMarketConfig, local)
    const bidder = new Bidder(defaultMarketConfig, {
      prng: prng(),
      members: new Members(),
      local,
      bearers,
      loads: new Loads(),
      packing,
      claims: new ZoneClaims(defaultMarketConfig),
    })
    const out: BidderEffect[] = []
    const quote = {
      t: 'quote',
      lot: 1,
      shape: shape(either),
      count: 9,
      priority: 'medium',
      expectedMs: 0,
      expectedMsP90: 0,
    } as const
    bidder.step({ type: 'asked', from: 'asker', message: quote }, 0, out)
    return only(out, 'send')[0]?.message
  }

  test('gets a bid for what is preferred of what there is room for, and the bid says which', () => {
    const both = offer({ capacity: vector({ gpuMilli: [1000, 1000] }) })
    const first = bidOf(both)
    expect(first).toMatchObject({ t: 'bid', terms: { count: 2 } })
    expect(first?.t === 'bid' && 'alternative' in first.terms).toBe(false)
    expect(bidOf(both, { ...gpu, gpu: { count: 2, milli: 1000 } })).toMatchObject({
      terms: { count: 1, alternative: 1 },
    })
    expect(bidOf(withGpu(), { ...gpu })).toMatchObject({ t: 'noBid', refusal: { code: 'no-room' } })
  })

  test('goes to whoever has the GPU free, however well the CPUs of another would suit; they are its alternate', () => {
    const stall = new Stall()
    stall.members.add('g', { offer: withGpu() }).add('c')
    stall.wait(['a'], either)
    stall.bid('c', { alternative: 1, fragMilli: -1000 })
    const [award] = only(stall.bid('g', { fragMilli: 1000 }), 'award')
    expect(award).toMatchObject({ to: { peer: 'g' }, alternates: [{ peer: 'c', alternative: 1 }] })
    expect(award?.to).not.toHaveProperty('alternative')
    expect(award?.decision).not.toHaveProperty('alternative')
  })

  test('takes the CPUs at once where no GPU is free, and the decision says so', () => {
    const stall = new Stall()
    stall.members.add('g', { offer: withGpu() }).add('c')
    stall.wait(['a', 'b', 'd'], either)
    stall.bid('c', { alternative: 1, count: 1 })
    const effects = stall.bid('g', { count: 1 })
    expect(
      only(effects, 'award').map(({ to, tasks, decision }) => [to.peer, tasks, to.alternative, decision.alternative]),
    ).toEqual([
      ['g', ['a'], undefined, undefined],
      ['c', ['b'], 1, 1],
    ])
    expect(only(effects, 'waits')).toMatchObject([{ tasks: ['d'] }])
  })

  test('does not settle for CPUs here before whoever may have a GPU was asked', () => {
    const stall = new Stall({ host: withCpus() })
    stall.members.add('g', { offer: withGpu() })
    const effects = stall.wait(['a'], either)
    expect(only(effects, 'keep')).toEqual([])
    expect(asked(effects)).toEqual(['g'])
    expect(only(stall.noBid('g'), 'keep')).toMatchObject([
      { tasks: ['a'], alternative: 1, decision: { how: 'local', alternative: 1 } },
    ])
  })

  test('is kept here with the CPUs where nobody else is', () => {
    const stall = new Stall({ host: withCpus() })
    expect(only(stall.wait(['a', 'b'], either), 'keep')).toMatchObject([{ tasks: ['a'], alternative: 1 }])
  })

  test('that waits is given to a host that asks, as whatever that has', () => {
    const stall = new Stall()
    stall.members.add('p', { offer: offer({ capacity: vector({ gpuMilli: [1000] }) }) })
    stall.wait(['a', 'b', 'd'], either)
    stall.noBid('p')
    const effects = stall.wanted('p', { free: vector({ gpuMilli: [1000] }), count: 3 })
    expect(
      only(effects, 'award').map(({ tasks, to, decision }) => [tasks, to.alternative, decision.alternative]),
    ).toEqual([
      [['a'], undefined, undefined],
      [['b'], 1, 1],
    ])
  })

  test('is not given by a load stamp: that tells of slots only', () => {
    const stall = Stall.among('p')
    stall.step({ type: 'duration', class: 'noop', runMs: 0.1 })
    stall.loads.all.set('p', { slots: 9, saidMs: 1, heardMs: 0 })
    expect(only(stall.wait(['a'], either), 'award')).toEqual([])
    expect(only(stall.wait(['b']), 'award')).toHaveLength(1)
  })
})
