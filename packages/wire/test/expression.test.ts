import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Offer } from '../src/index.ts'
import {
  contradictionOf,
  type Expression,
  factsOf,
  faultText,
  meets,
  parseExpression,
  printExpression,
  unmetText,
} from '../src/index.ts'

// Thousands of expressions, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

// Text of an expression holds no control characters and no halves of characters.
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((s) => !/[\p{Cc}\p{Cs}]/u.test(s))
const name = fc.oneof(
  fc.constantFrom('zone', 'in', 'not', 'gpu.model', 'a b', '"', '\\'),
  text.filter((s) => s !== ''),
)
const numeral = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }).map(String), fc.constantFrom('16G', '1.5', '2Gi', '0'))
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({ kind: fc.constant('has' as const), name }, { noNullPrototype: true }),
  fc.record(
    { kind: fc.constant('compare' as const), name, operator: fc.constantFrom('==', '!=', '~', '!~'), value: text },
    { noNullPrototype: true },
  ),
  fc.record(
    { kind: fc.constant('compare' as const), name, operator: fc.constantFrom('<', '<=', '>', '>='), value: numeral },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      kind: fc.constant('in' as const),
      name,
      negated: fc.boolean(),
      values: fc.array(text, { minLength: 1, maxLength: 3 }),
    },
    { noNullPrototype: true },
  ),
)
const tree = fc
  .letrec<{ expression: Expression; leaf: Expression }>((tie) => ({
    leaf,
    expression: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      fc.record(
        {
          kind: fc.constantFrom('and' as const, 'or' as const),
          terms: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
        },
        { noNullPrototype: true },
      ),
      fc.record({ kind: fc.constant('not' as const), term: tie('expression') }, { noNullPrototype: true }),
    ),
  }))
  .expression.filter((each) => printExpression(each).length <= 1024)

function parsed(source: string): Expression {
  const result = parseExpression(source)
  if (!result.ok) throw new Error(faultText(source, result.fault))
  return result.expression
}

const host: Offer = {
  capacity: {
    cpuMilli: 8000,
    memoryBytes: 32e9,
    diskBytes: 0,
    networkMbps: 0,
    slots: 8,
    gpuMilli: [1000, 1000],
    custom: { licence: 2 },
  },
  gpus: [
    { model: 'NVIDIA A100-SXM4-80GB', memoryBytes: 80e9, count: 1 },
    { model: 'Tesla T4', memoryBytes: 16e9, count: 1 },
  ],
  labels: { zone: 'a', rack: '12', spot: 'no', ssd: 'yes', cores: 'a label of that name', 'two words': 'x' },
  executors: ['process'],
  functions: [],
  draining: false,
  custody: true,
  priceMilli: 1500,
  summary: '',
}
const facts = factsOf(host)
const holds = (source: string) => meets(parsed(source), facts)

describe('an expression', () => {
  test('printed and parsed again is the same tree', () => {
    fc.assert(
      fc.property(tree, (expression) => {
        expect(parsed(printExpression(expression))).toStrictEqual(expression)
      }),
      { numRuns: 500 },
    )
  })

  test('of any text parses or is refused at a place inside it, and never throws', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '!',
      '&&',
      '||',
      '==',
      '<',
      '~',
      ' in ',
      ' not ',
      'a',
      '8',
      '"',
      '\\',
      ',',
      '=',
    )
    const source = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((p) => p.join('')),
    )
    fc.assert(
      fc.property(source, (given) => {
        const result = parseExpression(given)
        if (result.ok) {
          meets(result.expression, facts)
          contradictionOf(result.expression, {})
          expect(parsed(printExpression(result.expression))).toStrictEqual(result.expression)
        } else {
          expect(result.fault.at).toBeGreaterThanOrEqual(0)
          expect(result.fault.at).toBeLessThanOrEqual(given.length)
          expect(faultText(given, result.fault)).toMatch(/\^$/)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['zone in (a, b) && gpu.model ~ "A100" && cores >= 8 && !spot', true],
    ['zone == a', true],
    ['zone == A', false],
    ['zone != b && nothing != b', true],
    ['nothing == b || nothing < 3 || nothing ~ x || nothing', false],
    ['nothing not in (b) && nothing !~ x', true],
    ['rack > 9 && rack < 12.5', true],
    ['zone > 1', false],
    ['memory >= 32G && memory < 32Gi', true],
    ['gpu.model ~ "a100*80gb"', true],
    ['gpu.model ~ "80gb*a100"', false],
    ['gpu.model == "Tesla T4" && gpu.memory >= 80G', true],
    ['gpu.model !~ t4', false],
    ['licence >= 2 && licence == 2', true],
    ['ssd && !spot && !nothing', true],
    ['executor == process && !function', true],
    ['price <= 1.5', true],
    ['"two words" == x', true],
    ['cores == "a label of that name"', false],
    ['constructor || __proto__', false],
    ['!(zone == a || zone == b) || slots in (7, 8)', true],
  ])('%s is %s of that host', (source, expected) => {
    expect(holds(source)).toBe(expected)
  })

  test.each([
    ['', 0, 'the end instead of a label'],
    ['zone = a', 5, '= is no sign of an expression; write =='],
    ['zone == a & spot', 10, 'write &&'],
    ['zone == a and spot', 10, "write && for 'and'"],
    ['zone ==', 7, 'the end instead of a value'],
    ['zone == "a', 8, 'never closed'],
    ["zone == 'a'", 8, 'write "double quotes"'],
    ['cores >= many', 9, "'many' is no number"],
    ['(zone == a', 10, 'instead of ) for the ( at character 1'],
    ['zone in a', 8, 'instead of a list'],
    ['zone in (a b)', 11, 'instead of , or )'],
    ['zone not (a)', 9, "instead of 'in'"],
    ['a b', 2, 'one too many'],
    ['a && || b', 5, 'instead of a label'],
    ['in == 3', 0, "'in' instead of a label"],
    ['a == \u0007', 5, 'a control character'],
    [`${'('.repeat(20)}a${')'.repeat(20)}`, 16, 'nested deeper than 16'],
    [`a in (${Array(200).fill('b').join(',')})`, 260, 'more than 128'],
    ['x'.repeat(1025), 1024, '1025 characters'],
  ])('%s does not parse at %i: %s', (source, at, message) => {
    const result = parseExpression(source)
    expect(result).toMatchObject({ ok: false, fault: { at } })
    expect(!result.ok && result.fault.message).toContain(message)
  })

  test('that does not parse is shown with a caret under the place', () => {
    const source = 'zone = a && spot'
    const result = parseExpression(source)
    expect(!result.ok && faultText(source, result.fault).split('\n')).toEqual([
      '= is no sign of an expression; write == (at character 6)',
      '  zone = a && spot',
      '       ^',
    ])
    const long = `${'a && '.repeat(50)}= b`
    const far = parseExpression(long)
    const [, shown, caret] = (far.ok ? '' : faultText(long, far.fault)).split('\n')
    expect(shown!.length).toBeLessThan(100)
    expect(shown![caret!.length - 1]).toBe('=')
  })

  test('that a host does not meet names the part, and what the host has instead', () => {
    expect(unmetText(parsed('ssd && zone in (b, c) && cores >= 8'), facts)).toBe('zone in (b, c): zone is a')
    expect(unmetText(parsed('nothing == x'), facts)).toBe('nothing == x: nothing is not there')
    expect(unmetText(parsed('cores > 8 || gpus > 2'), facts)).toBe('cores > 8 || gpus > 2: cores is 8, gpus is 2')
    expect(unmetText(parsed('ssd'), facts)).toBeUndefined()
  })
})

describe('a contradiction', () => {
  test.each([
    ['a == 1 && a == 2', 'a == 1 and a == 2'],
    ['a == 1 && x && a != 1', 'a == 1 and a != 1'],
    ['a && !a', 'a and !a'],
    ['cores > 8 && cores < 4', 'cores > 8 and cores < 4'],
    ['cores < 0', 'cores < 0'],
    ['cores == eight', 'cores == eight'],
    ['a in (x, y) && a in (z)', 'a in (x, y) and a in (z)'],
    ['a == x && a ~ y', 'a == x and a ~ y'],
    ['(a == 1 || a == 2) && a == 3', 'a == 1 and a == 3'],
    ['gpu.model ~ a && gpu.model !~ a && gpu.model == a', 'gpu.model == a'],
    ['!(a != 1) && a == 2', '!a != 1 and a == 2'],
  ])('is seen in %s', (source, expected) => {
    expect(contradictionOf(parsed(source), {})).toContain(expected.split(' and ').at(-1))
    expect(contradictionOf(parsed(source), {})).toBeDefined()
  })

  test('is seen between an expression and the labels beside it', () => {
    expect(contradictionOf(parsed('zone == b'), { zone: 'a' })).toBe('zone == a and zone == b')
    expect(contradictionOf(parsed('zone == a'), { zone: 'a' })).toBeUndefined()
  })

  test.each([
    'a == 1 || a == 2',
    'gpu.model == x && gpu.model == y',
    'a != 1 && a != 2 && !a',
    'x > 1 && x < 3 && x != 2',
    'a ~ x && a ~ y',
    'a == 2 && a == 2.0',
    'cores >= 8 && cores <= 8',
    'a not in (x) && a in (x, y)',
  ])('is not claimed of %s', (source) => {
    expect(contradictionOf(parsed(source), {})).toBeUndefined()
  })

  test('is not looked for without end: what would take too long may hold', () => {
    const many = Array.from({ length: 45 }, (_, i) => `a != ${i}`).join(' && ')
    const pairs = Array.from({ length: 6 }, (_, i) => `(a > ${60 + i} || a > ${70 + i})`).join(' && ')
    expect(contradictionOf(parsed(`${many} && ${pairs} && a < 50`), {})).toBeUndefined()
    expect(contradictionOf(parsed(`${many} && a > 60 && a < 50`), {})).toBe('a > 60 and a < 50')
  })

  test('is never claimed of what some host meets', () => {
    const small = fc.constantFrom('1', '2', 'x', '')
    const names = fc.constantFrom('a', 'b', 'gpu.model', 'cores')
    const term: fc.Arbitrary<Expression> = fc.oneof(
      names.map((n): Expression => ({ kind: 'has', name: n })),
      fc
        .tuple(names, fc.constantFrom('==' as const, '!=' as const, '~' as const, '!~' as const), small)
        .map(([n, operator, value]): Expression => ({ kind: 'compare', name: n, operator, value })),
      fc
        .tuple(names, fc.constantFrom('<' as const, '>=' as const), fc.constantFrom('1', '2'))
        .map(([n, operator, value]): Expression => ({ kind: 'compare', name: n, operator, value })),
      fc
        .tuple(names, fc.boolean(), fc.array(small, { minLength: 1, maxLength: 2 }))
        .map(([n, negated, values]): Expression => ({ kind: 'in', name: n, negated, values })),
    )
    const negatable = fc.tuple(term, fc.boolean()).map(([t, no]): Expression => (no ? { kind: 'not', term: t } : t))
    const some = fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(negatable, { minLength: 2, maxLength: 4 }))
      .map(([kind, terms]): Expression => ({ kind, terms }))
    const labels = fc.dictionary(fc.constantFrom('a', 'b'), small, { noNullPrototype: true })
    const models = fc.array(small, { maxLength: 2 })
    fc.assert(
      fc.property(some, labels, models, fc.integer({ min: 0, max: 3 }), (expression, given, gpus, cores) => {
        const one: Offer = {
          ...host,
          labels: given,
          capacity: { ...host.capacity, cpuMilli: 1000 * cores },
          gpus: gpus.map((model) => ({ model, memoryBytes: 0, count: 1 })),
        }
        if (meets(expression, factsOf(one))) expect(contradictionOf(expression, {})).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })
})
