import { limits, majority } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { batonBatches } from '../src/baton-batches.ts'
import { BatonMemory } from '../src/baton-memory.ts'
import { decideNext, decideRetry, ownFailureCount } from '../src/decide-next.ts'
import { OtherSets } from '../src/other-sets.ts'
import { majorityTime } from '../src/quorum.ts'
import { storedBlobs } from '../src/stored-blobs.ts'
import { recordKey, voteKey } from '../src/stored-task.ts'
import { firstVersion, nextVersion, succeed, versionNumber } from '../src/version.ts'
import { attempt, ballot, baton, outcome, record, result, spec, versionOf } from './fixtures.ts'

describe('the memory of batons', () => {
  test('knows a ballot and those below it', () => {
    const memory = new BatonMemory(9, 1_000)
    memory.remember('a', ballot(2), 0)
    expect([1, 2, 3].map((counter) => memory.has('a', ballot(counter)))).toEqual([true, true, false])
    expect(memory.has('b', ballot(1))).toBe(false)
  })

  test('gives up what is old for what is new, and refuses when all of it is recent', () => {
    const memory = new BatonMemory(2, 1_000)
    expect([memory.remember('a', ballot(), 0), memory.remember('b', ballot(), 500)]).toEqual([true, true])
    expect(memory.remember('c', ballot(), 999)).toBe(false)
    expect(memory.remember('a', ballot(2), 999)).toBe(true)
    expect(memory.remember('c', ballot(), 1_500)).toBe(true)
    expect([memory.has('a', ballot(2)), memory.has('b', ballot())]).toEqual([true, false])
  })
})

describe('the sets that earlier submits of a key chose', () => {
  const keptBy = (custodians: string[], number = 1) => ({ version: versionOf(number, custodians), custodians })
  const [first, second] = [keptBy(['a', 'b', 'c']), keptBy(['a', 'd', 'e'])]

  test('stand where a majority of one says that it keeps the task, whatever is heard of another', () => {
    const sets = new OtherSets()
    expect([sets.note('a', first, true), sets.note('d', second, true), sets.note('f', first, true)]).toEqual([
      true,
      true,
      false,
    ])
    expect(sets.standing).toBeUndefined()
    expect(sets.silent()).toEqual(['a', 'b', 'c', 'e'])
    sets.note('c', first, true)
    expect(sets.standing).toEqual(first)
  })

  test('stand in a later version on the word of anybody', () => {
    const sets = new OtherSets()
    for (const peer of ['a', 'b']) sets.note(peer, first, true)
    const later = keptBy(['x', 'y', 'z'], 2)
    sets.note('q', later, false)
    expect(sets.standing).toEqual(later)
  })

  test('do not stand by one of their own that only points to them, until it has the task', () => {
    const sets = new OtherSets()
    expect([sets.note('a', first, true), sets.note('b', first, false)]).toEqual([true, false])
    expect(sets.standing).toBeUndefined()
    expect(sets.silent()).toEqual(['b', 'c'])
    sets.note('b', first, true)
    expect(sets.standing).toEqual(first)
  })

  test('are only so many', () => {
    const sets = new OtherSets()
    for (let i = 0; i < 100; i++) sets.note('a', keptBy(['a', `b${i}`, `c${i}`]), true)
    expect(sets.size).toBe(8)
  })
})

describe('a majority', () => {
  test('is more than half', () => {
    expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3])
  })

  test('has reached the time that most of them have reached', () => {
    expect(majorityTime([7])).toBe(7)
    expect(majorityTime([1, 9, 5])).toBe(5)
    expect(majorityTime([9, 1])).toBe(1)
    expect(majorityTime([4, 8, 2, 6, 0])).toBe(4)
    expect(majorityTime([])).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('batches of batons', () => {
  const batons = (n: number, args = '[]') =>
    Array.from({ length: n }, (_, i) =>
      baton('a', { record: { ...record('a', { work: { kind: 'function', name: 'f', args } }), version: i + 1 } }),
    )

  test('are none for none and one for few', () => {
    expect(batonBatches([])).toEqual([])
    expect(batonBatches(batons(3))).toHaveLength(1)
  })

  test('have no more than a message may carry, in order', () => {
    const batches = batonBatches(batons(limits.batonsPerMessageMax + 1), Number.POSITIVE_INFINITY)
    expect(batches.map((batch) => batch.length)).toEqual([limits.batonsPerMessageMax, 1])
    expect(batches.flat()).toEqual(batons(limits.batonsPerMessageMax + 1))
  })

  test('stay below half a frame, with a large one alone', () => {
    const large = batons(4, 'x'.repeat(60_000))
    expect(batonBatches(large, 300_000).map((batch) => batch.length)).toEqual([2, 2])
    expect(batonBatches(large, 10).map((batch) => batch.length)).toEqual([1, 1, 1, 1])
  })
})

describe('what comes after an attempt', () => {
  test('is decided by failures of its own for retries, and by all others for the limit', () => {
    const codes = ['exit', 'vanished', 'timeout', 'stopped', 'refused', 'lease-lost', 'checkpointed', 'checkpointed']
    const attempts = codes.map((code) => attempt(code))
    expect(ownFailureCount(attempts)).toBe(2)
    expect([2, 3].map((retries) => decideRetry(spec({ retries }), attempts))).toEqual([false, true])
    expect([3, 4].map((attemptsMax) => decideNext(spec({ attemptsMax }), attempts, false).choice)).toEqual([
      'quarantine',
      'again',
    ])
  })
})

describe('a version', () => {
  test('is a number that rises, and another one for every set of custodians', () => {
    const first = firstVersion(['c1', 'c2', 'c3'])
    const second = succeed(record('a'), ['c1', 'c2', 'c4'])
    expect([first, second.version].map(versionNumber)).toEqual([1, 2])
    expect(second.custodians).toEqual(['c1', 'c2', 'c4'])
    expect(firstVersion(['c1', 'c2', 'c4'])).not.toBe(first)
    expect(Number.isSafeInteger(nextVersion(2 ** 20 * 2 ** 32, ['c1']))).toBe(true)
  })
})

describe('the blobs of an entry in the store', () => {
  const blob = (letter: string) => ({ hash: letter.repeat(64), sizeBytes: 1 })
  const file = (path: string, letter: string) => ({ path, blob: blob(letter), mode: 0o644 })

  test('are those that the task reads, to be had from its origin and custodians', () => {
    const kept = record('a', { inputs: [file('in', 'a')] })
    expect(storedBlobs({ key: recordKey('a'), value: kept })).toEqual({
      task: kept.id,
      blobs: [blob('a')],
      from: ['origin', 'c1', 'c2', 'c3'],
    })
  })

  test('are those of its outcome, to be had from whoever ran it', () => {
    const ran = outcome({ result: result({ stdout: blob('b'), files: [file('out', 'c')] }) })
    const accepted = { ballot: ballot(), decree: { kind: 'outcome', outcome: ran } }
    expect(storedBlobs({ key: voteKey('a'), value: { accepted } })).toEqual({
      task: 'a',
      blobs: [blob('b'), blob('c')],
      from: ['worker'],
    })
  })

  test('are the newest checkpoint of a task that has not ended', () => {
    const left = [attempt('checkpointed', { checkpoint: file('at', 'd') }), attempt('vanished')]
    const later = attempt('checkpointed', { host: 'other', checkpoint: file('at', 'e') })
    const blobs = (attempts: unknown[]) => storedBlobs({ key: voteKey('a'), value: { promised: ballot(), attempts } })
    expect(blobs(left)).toEqual({ task: 'a', blobs: [blob('d')], from: ['worker'] })
    expect(blobs([...left, later])).toEqual({ task: 'a', blobs: [blob('e')], from: ['other'] })
  })

  test('are none where nothing is named', () => {
    for (const key of [recordKey('a'), voteKey('a'), 'member/p1'])
      for (const value of [undefined, record('a'), { promised: ballot(), attempts: [] }])
        expect(storedBlobs({ key, value })).toBeUndefined()
  })
})
