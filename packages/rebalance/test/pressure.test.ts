import { describe, expect, test } from 'vitest'
import { Pressure } from '../src/pressure.ts'
import { defaultPressureConfig } from '../src/pressure-config.ts'

const config = { ...defaultPressureConfig, readingsMin: 2, calmMs: 5_000, readingMsMax: 30_000 }
const short = { memoryFreeShare: 0.01 }
const well = { memoryFreeShare: 0.5 }
const between = { memoryFreeShare: 0.05 }

describe('pressure', () => {
  test.each([
    [{ memoryFreeShare: 0.02 }, 'memory-pressure', '2 % of memory left'],
    [{ memoryStallShare: 0.4 }, 'memory-pressure', 'stands still for memory 40 % of the time'],
    [{ diskFreeBytes: 2 ** 20 }, 'disk-pressure', '1 MiB of disk left'],
    [{ lagMs: 2_000 }, 'overload', 'the event loop is 2000 ms late'],
  ])('is named by what there is too much or too little of: %o', (readings, code, text) => {
    const pressure = new Pressure(config)
    pressure.note(readings, 0)
    expect(pressure.note(readings, 1_000)).toBe('began')
    expect(pressure.cause).toMatchObject({ code, detail: expect.stringContaining(text) })
  })

  test('begins with so many readings in a row, not with one, nor with some here and there', () => {
    const pressure = new Pressure(config)
    const seen = [short, well, short, between, short].map((readings, i) => pressure.note(readings, 1_000 * i))
    expect(seen).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(pressure.note(short, 5_000)).toBe('began')
  })

  test('ends when all was well for a while, and what is in between begins the while anew', () => {
    const pressure = new Pressure(config)
    for (const atMs of [0, 1_000]) pressure.note(short, atMs)
    const seen = [2_000, 5_900].map((atMs) => pressure.note(well, atMs))
    expect([...seen, pressure.note(between, 6_000), pressure.note(well, 10_900)]).toEqual(Array(4).fill(undefined))
    expect(pressure.note(well, 11_000)).toBe('ended')
    expect(pressure.cause).toBeUndefined()
  })

  test('of one kind goes on while another ends, and is over where nothing is measured any more', () => {
    const pressure = new Pressure(config)
    for (const atMs of [0, 1_000]) pressure.note({ ...short, diskFreeBytes: 0 }, atMs)
    for (const atMs of [2_000, 8_000]) pressure.note({ ...well, diskFreeBytes: 0 }, atMs)
    expect(pressure.cause).toMatchObject({ code: 'disk-pressure' })
    expect(pressure.staleMs).toBe(38_000)
    expect(pressure.forget(37_999)).toBeUndefined()
    expect(pressure.forget(38_000)).toBe('ended')
    expect(pressure.staleMs).toBeUndefined()
  })
})
