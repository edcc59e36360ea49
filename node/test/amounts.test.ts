import { expect, test } from 'vitest'
import { parseBytes, parseCount, parseDurationMs, parseHostPort, parseMilli, parsePairs } from '../src/amounts.ts'

test('amounts are read as people write them', () => {
  expect(parseBytes('--mem', '8G')).toBe(8e9)
  expect(parseBytes('--mem', '512Mi')).toBe(512 * 2 ** 20)
  expect([parseBytes('--mem', '4096B'), parseBytes('--disk', '0')]).toEqual([4096, 0])
  expect(parseMilli('--cpu', '500m')).toBe(500)
  expect(parseMilli('--cpu', '1.5')).toBe(1500)
  expect(parseDurationMs('--timeout', '250ms')).toBe(250)
  expect(parseDurationMs('--timeout', '2h')).toBe(7_200_000)
  expect(parseDurationMs('--timeout', '10')).toBe(10_000)
})

test('a wrong amount is an error of usage that names its flag and what was seen', () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => parseBytes('--mem', 'lots'), /--mem.*'lots'/],
    [() => parseBytes('--mem', '4'), /--mem: '4' has no unit; write it like 512M or 8G/],
    [() => parseDurationMs('--ttl', '0', 1_000), /--ttl: '0' is shorter than 1000 ms; write it like 15m/],
    [() => parseMilli('--cpu', '2 apples'), /--cpu.*'2 apples'/],
    [() => parseDurationMs('--timeout', '5y'), /--timeout: '5y' has the unknown unit 'y'/],
    [() => parseCount('--retries', '-1', 0, 10), /--retries: '-1' is not a whole number from 0 to 10/],
    [() => parseCount('--retries', '', 0, 10), /--retries/],
    [() => parsePairs('--env', ['NOPE'], false), /--env: 'NOPE' is not of the form key=value/],
    [() => parseHostPort('--listen', 'x:y', '0.0.0.0'), /--listen: 'x:y' is not ADDRESS:PORT/],
    [() => parseHostPort('--listen', ':70000', '0.0.0.0'), /--listen: '70000'/],
  ]
  for (const [call, message] of wrong)
    expect(call).toThrowError(expect.objectContaining({ exitCode: 64, message: expect.stringMatching(message) }))
})

test('a value may itself hold an equals sign, and only lists of pairs split at commas', () => {
  expect(parsePairs('--env', ['A=b=c', 'D=1,E=2'], false)).toEqual({ A: 'b=c', D: '1,E=2' })
  expect(parsePairs('--label', ['a=1,b=2', 'c=3'], true)).toEqual({ a: '1', b: '2', c: '3' })
})

test('an address is host and port, a port alone, or an IPv6 address in brackets', () => {
  expect(parseHostPort('--listen', '127.0.0.1:70', 'any')).toEqual({ host: '127.0.0.1', port: 70 })
  expect(parseHostPort('--listen', '70', 'any')).toEqual({ host: 'any', port: 70 })
  expect(parseHostPort('--listen', '[::1]:70', 'any')).toEqual({ host: '::1', port: 70 })
})
