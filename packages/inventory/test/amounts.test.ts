import { expect, test } from 'vitest'
import { parseBytes, parseCount, parseCpuMilli, parseMbps } from '../src/index.ts'

test.each([
  ['4', 4000],
  ['0.5', 500],
  ['500m', 500],
  ['1.2345', 1234],
  ['0', 0],
])('%s CPUs are %i thousandths', (text, milli) => expect(parseCpuMilli(text)).toBe(milli))

test.each([
  ['1024', 1024],
  ['8G', 8e9],
  ['8GB', 8e9],
  ['512M', 512e6],
  ['1.5g', 1.5e9],
  ['2Gi', 2 * 2 ** 30],
  ['2 GiB', 2 * 2 ** 30],
  ['100B', 100],
  ['1T', 1e12],
])('%s is %i bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

test('network is in Mbit/s', () => {
  expect(parseMbps('100')).toBe(100)
  expect(parseMbps('10G')).toBe(10_000)
})

test.each(['', 'many', '-1', '1e9', '4x', '1..5', '0x10', 'NaN', '99999999T'])(
  '%j is no amount, and the error says so',
  (text) => {
    for (const parse of [parseCpuMilli, parseBytes, parseMbps, parseCount]) {
      expect(() => parse(text)).toThrowError(
        expect.objectContaining({ code: 'amount-invalid', message: expect.stringContaining(`'${text}'`) }),
      )
    }
  },
)

test('a count is whole', () => {
  expect(parseCount('12')).toBe(12)
  expect(() => parseCount('1.5')).toThrowError(/'1.5' is not an amount of a count/)
})
