import { bytes, cpuMilli, networkMbps, requestAmounts } from '@souk/client'
import { expect, test } from 'vitest'

test('CPUs are read as thousandths', () => {
  expect([2, 0.5, '500m', '1.5', 0].map((amount) => cpuMilli(amount))).toEqual([2000, 500, 500, 1500, 0])
})

test('bytes are read with decimal and binary units', () => {
  expect([1024, '512M', '2Gi', '1.5k', '3 GB', '10b'].map((amount) => bytes(amount))).toEqual([
    1024,
    512e6,
    2 ** 31,
    1500,
    3e9,
    10,
  ])
})

test('a fraction of a unit is rounded up, and no rounding error counts as one', () => {
  expect(cpuMilli('0.0001')).toBe(1)
  expect(cpuMilli(0.1 + 0.2)).toBe(300)
  expect(networkMbps('1.1G')).toBe(1100)
})

test('what is no amount is refused with its field', () => {
  for (const amount of ['', 'lots', '-1', '1X', '1e9', Number.NaN, -1, Number.POSITIVE_INFINITY, '99999999T']) {
    expect(() => bytes(amount), String(amount)).toThrow(
      expect.objectContaining({ code: 'amount-invalid', path: '/request/memory' }),
    )
  }
  expect(() => requestAmounts({ gpu: 1.5 })).toThrow(expect.objectContaining({ path: '/request/gpu' }))
})

test('nothing said is one CPU and one slot', () => {
  expect(requestAmounts()).toEqual({
    cpuMilli: 1000,
    memoryBytes: 0,
    diskBytes: 0,
    networkMbps: 0,
    slots: 1,
    gpu: { count: 0, milli: 0 },
    custom: {},
  })
})

test('GPUs are whole devices or a share of one', () => {
  expect(requestAmounts({ gpu: 2 }).gpu).toEqual({ count: 2, milli: 1000 })
  expect(requestAmounts({ gpu: 0.25 }).gpu).toEqual({ count: 1, milli: 250 })
})

test('however small a share is, it is some of a device, and never a zero with a sign', () => {
  for (const gpu of [1e-3, 1e-9, Number.MIN_VALUE])
    expect(requestAmounts({ gpu }).gpu).toStrictEqual({ count: 1, milli: 1 })
  expect(cpuMilli('0.0000000001')).toBe(1)
})

test('GPUs of a kind are one form, however they are written', () => {
  const gpu = { share: 0.5, memory: '20G', models: ['H100', ' a100', 'A100'] }
  const amounts = { count: 1, milli: 500, memoryBytes: 20e9, models: ['a100', 'h100'] }
  expect(requestAmounts({ gpu }).gpu).toEqual(amounts)
  expect(requestAmounts({ gpu: { count: 3 } }).gpu).toEqual({ count: 3, milli: 1000 })
  expect(requestAmounts({ gpu: { count: 0 } }).gpu).toEqual({ count: 0, milli: 0 })
})

test.each([
  [{ count: 1.5 }, '/request/gpu/count'],
  [{ count: -1 }, '/request/gpu/count'],
  [{ count: 0, models: ['A100'] }, '/request/gpu/count'],
  [{ share: 0 }, '/request/gpu/share'],
  [{ share: 1.01 }, '/request/gpu/share'],
  [{ share: Number.NaN }, '/request/gpu/share'],
  [{ memory: '20 bananas' }, '/request/gpu/memory'],
  [{ models: ['A100', '--'] }, '/request/gpu/models/1'],
  [{ models: new Array(17).fill('A100') }, '/request/gpu/models'],
])('GPUs as in %j are refused at that place', (gpu, path) => {
  expect(() => requestAmounts({ gpu })).toThrow(expect.objectContaining({ code: 'amount-invalid', path }))
})
