import { emptyRequest, type GpuRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { filterCandidates } from '../src/filter.ts'
import { decideFit, defaultMarketConfig } from '../src/index.ts'
import { scoringOf } from '../src/scoring.ts'
import { isMulti, shapeKey } from '../src/shape.ts'
import { Members, noHost, offer, shape, terms, vector } from './fixtures.ts'

describe('whether a host can ever run it', () => {
  test.each([
    ['an executor that is not allowed', offer({ executors: ['process'] }), {}, 'executor-not-allowed', 'function'],
    ['a function that is not registered', offer({ functions: [] }), {}, 'function-unknown', 'noop'],
    [
      'a label with another value',
      offer({ labels: { zone: 'b' } }),
      { labels: { zone: 'a' } },
      'label-missing',
      'zone=b',
    ],
    ['a label that it lacks', offer(), { labels: { zone: 'a' } }, 'label-missing', '(none)'],
    ['more than it has', offer(), { request: { ...emptyRequest(), cpuMilli: 4001 } }, 'too-large', '4001'],
  ])('is answered never for %s, and why', (_, host, over, code, detail) => {
    const refusal = decideFit(host, shape(over))
    expect(refusal).toMatchObject({ code, never: true })
    expect(refusal?.detail).toContain(detail)
  })

  describe('with GPUs', () => {
    const gpus = [
      { model: 'Tesla T4', memoryBytes: 16 * 2 ** 30, count: 2 },
      { model: 'NVIDIA A100-SXM4-40GB', memoryBytes: 40 * 2 ** 30, count: 1 },
    ]
    const host = offer({ capacity: vector({ gpuMilli: [1000, 1000, 1000] }), gpus })
    const refusal = (gpu: GpuRequest, at = host) => decideFit(at, shape({ request: { ...emptyRequest(), gpu } }))

    test('names the memory that is short', () => {
      expect(refusal({ count: 2, milli: 1000, memoryBytes: 20e9 })).toEqual({
        code: 'too-large',
        never: true,
        detail: 'GPU memory 17.2 GB < 20 GB',
        shortage: { resource: 'gpuMemoryBytes', available: 16 * 2 ** 30, needed: 20e9 },
      })
    })

    test('says memory in the unit that suits it', () => {
      const small = offer({
        capacity: vector({ gpuMilli: [1000] }),
        gpus: [{ model: 'T', memoryBytes: 16e6, count: 1 }],
      })
      expect(refusal({ count: 1, milli: 1000, memoryBytes: 512e6 }, small)?.detail).toBe('GPU memory 16 MB < 512 MB')
    })

    test('names the models that are missing, and what is there', () => {
      expect(refusal({ count: 1, milli: 1, models: ['h100', 'h200'] })).toEqual({
        code: 'gpu-model-missing',
        never: true,
        detail: '1 of h100 or h200; it has 2 Tesla T4, 1 NVIDIA A100-SXM4-40GB',
      })
      const unknown = offer({ capacity: vector({ gpuMilli: [1000] }) })
      expect(refusal({ count: 1, milli: 1, models: ['t4'] }, unknown)?.detail).toContain('unknown model')
      expect(refusal({ count: 1, milli: 1, memoryBytes: 5 }, unknown)?.detail).toContain('not known')
    })

    test('takes a host that has enough of the right ones', () => {
      expect(refusal({ count: 1, milli: 1000, memoryBytes: 20e9, models: ['a100'] })).toBeUndefined()
      expect(refusal({ count: 3, milli: 1000, models: ['a100', 't4'] })).toBeUndefined()
      expect(refusal({ count: 4, milli: 1000 })?.detail).toBe('gpu: 4 needed, 3 there')
    })
  })

  test('is answered yes with exactly what it needs', () => {
    const over = { labels: { zone: 'a' }, request: { ...emptyRequest(), cpuMilli: 4000, slots: 4 } }
    expect(decideFit(offer({ labels: { zone: 'a', more: 'x' } }), shape(over))).toBeUndefined()
  })

  test('needs no registered function where the module travels along', () => {
    const module = { path: 'm.mjs', blob: { hash: '0'.repeat(64), sizeBytes: 1 }, mode: 0o644 }
    const work = { kind: 'function' as const, name: 'other', args: '[]', module }
    expect(decideFit(offer({ functions: [] }), shape({ work }))).toBeUndefined()
  })

  test('does not depend on drain or reach: those are for later', () => {
    expect(decideFit(offer({ draining: true }), shape())).toBeUndefined()
  })
})

describe('who can be asked', () => {
  test('is everybody else who could run it, is reachable and not draining; the rest has a reason each', () => {
    const members = new Members()
      .add('self')
      .add('a')
      .add('away', { reachable: false })
      .add('draining', { offer: offer({ draining: true }) })
      .add('liar')
      .add('none', { offer: noHost() })
      .add('unknown', { offer: undefined })
      .add('z')
    const { candidates, refused } = filterCandidates(members.candidates(), 'self', shape(), {
      ignored: (peer) => peer === 'liar',
    })
    expect(candidates.map(({ peer }) => peer)).toEqual(['a', 'z'])
    expect(refused.map(({ peer, refusal }) => [peer, refusal.code, refusal.never])).toEqual([
      ['away', 'not-reachable', false],
      ['draining', 'draining', false],
      ['liar', 'distrusted', false],
      ['none', 'executor-not-allowed', true],
    ])
  })
})

describe('tasks of one shape', () => {
  test('share their class, work, request, labels, tenant and objective, and nothing else', () => {
    const key = (over: Parameters<typeof shape>[0]) => shapeKey(shape(over))
    expect(key({ name: 'x', priority: 'low', timeoutMs: 5 })).toBe(key({}))
    const others = [
      key({ class: 'other' }),
      key({ work: { kind: 'process', argv: ['true'], env: {} } }),
      key({ request: { ...emptyRequest(), slots: 2 } }),
      key({ labels: { zone: 'a' } }),
      key({ tenant: 'y' }),
      key({ objective: 'pack' }),
    ]
    expect(new Set([...others, key({})]).size).toBe(7)
  })

  test('need more than one kind of resource when they ask for devices or named units', () => {
    expect(isMulti(shape())).toBe(false)
    expect(isMulti(shape({ request: { ...emptyRequest(), gpu: { count: 1, milli: 1 } } }))).toBe(true)
    expect(isMulti(shape({ request: { ...emptyRequest(), custom: { licence: 1 } } }))).toBe(true)
  })
})

describe('a score', () => {
  test('is lower for what starts sooner, fits better and costs less', () => {
    const score = (over: Parameters<typeof terms>[0]) => scoringOf(shape(), defaultMarketConfig).of(terms(over)).score
    expect(score({})).toBeLessThan(score({ startMs: 50 }))
    expect(score({ fragMilli: -100 })).toBeLessThan(score({}))
    expect(score({})).toBeLessThan(score({ priceMilli: 1 }))
  })

  test('counts what a cold worker takes to get warm as a later start', () => {
    const score = (over: Parameters<typeof terms>[0]) => scoringOf(shape(), defaultMarketConfig).of(terms(over)).score
    expect(score({ coldMs: 50 })).toBe(score({ startMs: 50 }))
    expect(score({ warm: true })).toBeLessThan(score({ coldMs: 50 }))
  })
})

describe('an expression over what a host is', () => {
  const host = () => offer({ labels: { zone: 'a', spot: 'yes' } })

  test('lets in who meets it, and names the part that another does not', () => {
    expect(decideFit(host(), shape({ where: 'zone in (a, b) && cores >= 4' }))).toBeUndefined()
    expect(decideFit(host(), shape({ where: 'zone in (a, b) && !spot' }))).toEqual({
      code: 'where-unmet',
      never: true,
      detail: '!spot: spot is yes',
    })
  })

  test('that does not parse, as only a faulty peer can send it, is refused and throws nothing', () => {
    expect(decideFit(host(), shape({ where: '((((' }))).toMatchObject({ code: 'where-invalid', never: true })
  })

  test('is part of the shape: tasks that ask for different hosts are not one lot', () => {
    expect(shapeKey(shape({ where: 'zone == a' }))).not.toBe(shapeKey(shape()))
    expect(shapeKey(shape({ where: 'zone == a' }))).toBe(shapeKey(shape({ where: 'zone == a' })))
  })

  test('is remembered parsed without growing for ever, whatever comes', () => {
    for (let i = 0; i < 3000; i++) decideFit(host(), shape({ where: `zone == z${i}` }))
    expect(decideFit(host(), shape({ where: 'zone == a' }))).toBeUndefined()
  })
})
