import { describe, expect, test } from 'vitest'
import { StoringWindow } from '../src/storing-window.ts'
import { Desk, storeOf } from './desk.ts'
import { idOf, only, told } from './fixtures.ts'

/** So many are stored at once to begin with. */
const first = new StoringWindow().size

const key = (i: number) => `flood-${i}x`

/** Many at once, of two clients in turn; who was sent a STORE. */
function flood(desk: Desk, count: number): string[] {
  const begun: string[] = []
  for (let i = 0; i < count; i++)
    if (told(desk.submit(key(i), {}, { client: i % 2, tag: i }), 'store').length > 0) begun.push(key(i))
  return begun
}

describe('more submits than can be stored in time', () => {
  test('wait for their turn: each answer lets the next one begin', () => {
    const desk = new Desk()
    const stores = [storeOf(desk.submit('first'))]
    const begun = flood(desk, 1_000)
    expect(begun).toHaveLength(first - 1)
    expect(desk.submitter.snapshot()).toMatchObject({ storing: first, queued: 1_001 - first })
    expect(told(desk.stored(['c1'], stores[0]!), 'store')).toEqual([])
    const next = desk.stored(['c2'], stores[0]!)
    expect(only(next, 'accepted')).toHaveLength(1)
    expect(storeOf(next).record.id).toBe(idOf(key(first - 1)))
  })

  test('are refused as busy after eight seconds, so that their clients hear of it before they give up', () => {
    const desk = new Desk({ submitMs: 60_000 })
    flood(desk, first + 44)
    expect(desk.pass(7_999)).toEqual([])
    const refused = only(desk.pass(1), 'refused')
    expect(refused.map(({ code }) => code)).toEqual(new Array(44).fill('busy'))
    expect(refused[0]).toMatchObject({ tag: first })
    expect(desk.submitter.snapshot()).toMatchObject({ storing: first, queued: 0 })
  })

  test('are forgotten with their client, and those of others stay', () => {
    const desk = new Desk()
    flood(desk, first + 44)
    desk.step({ type: 'gone', client: 1 })
    expect(desk.submitter.snapshot()).toMatchObject({ queued: 22 })
  })

  test('the same key among them is one task', () => {
    const desk = new Desk()
    flood(desk, first)
    desk.submit('twice', {}, { tag: 1_001 })
    desk.submit('twice', {}, { tag: 1_002 })
    const all = desk.pass(1_000)
    expect(told(all, 'store')).toHaveLength(3)
    const accepted = only(desk.stored(['c1', 'c2'], storeOf(all)), 'accepted')
    expect(accepted.map(({ tag }) => tag)).toEqual([1_001, 1_002])
  })
})

describe('the window', () => {
  test('is twice as wide after each round in time, if it is used', () => {
    const window = new StoringWindow()
    for (let i = 0; i < 1_000; i++) window.onAnswered(50, 10, i)
    expect(window.size).toBe(first)
    for (const wide of [2 * first, 4 * first, 8 * first]) {
      const round = window.size
      for (let i = 0; i < round; i++) window.onAnswered(50, round, 0)
      expect(window.size).toBe(wide)
    }
    for (let i = 0; i < 10_000; i++) window.onAnswered(50, window.size, i)
    expect(window.size).toBe(8_192)
  })

  test('grows by little once answers were late', () => {
    const window = new StoringWindow()
    for (let i = 0; i < 9 * first; i++) window.onAnswered(50, window.size, 0)
    window.onAnswered(500, window.size, 1_000)
    const shrunk = window.size
    expect(shrunk).toBe(Math.floor(0.7 * 10 * first))
    for (let i = 0; i < shrunk; i++) window.onAnswered(50, window.size, 2_000)
    expect(window.size).toBeGreaterThan(shrunk + 20)
    expect(window.size).toBeLessThan(shrunk + 40)
  })

  test('does not take far for late: what counts is how long answers wait behind others', () => {
    const window = new StoringWindow()
    for (let i = 0; i < 8 * first; i++) window.onAnswered(200, window.size, 0)
    expect(window.size).toBe(9 * first)
    window.onAnswered(270, window.size, 1_000)
    expect(window.size).toBeLessThan(9 * first)
  })

  test('forgets after a minute how near custodians once were', () => {
    const window = new StoringWindow()
    window.onAnswered(1, window.size, 0)
    for (let at = 1_000; at <= 61_000; at += 1_000) window.onAnswered(200, 1, at)
    const narrow = window.size
    window.onAnswered(200, window.size, 62_000)
    expect(window.size).toBeGreaterThan(narrow)
  })

  test('shrinks once for all answers that were late together, and stays wide enough to work', () => {
    const window = new StoringWindow()
    for (let i = 0; i < first; i++) window.onAnswered(5, first, 500)
    expect(window.size).toBe(2 * first)
    for (let i = 0; i < 100; i++) window.onAnswered(500, first, 1_000)
    expect(window.size).toBe(Math.floor(0.7 * 2 * first))
    for (let at = 2_000; at < 60_000; at += 1_000) window.onAnswered(500, first, at)
    expect(window.size).toBe(32)
  })
})
