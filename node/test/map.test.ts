import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '@souk/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fillWords, readItems } from '../src/map-items.ts'
import { itemKey, MapJournal } from '../src/map-journal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'souk-map-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const outcome = (kind: Outcome['kind'], task = 't'): Outcome => ({
  task,
  kind,
  code: 'x',
  message: '',
  files: [],
  droppedBytes: 0,
  runMs: 1,
  attempts: [],
  endedAt: '2026-01-01T00:00:00.000Z',
})

test('every {} is replaced by the item, and an item is appended where there is none', () => {
  expect(fillWords(['cp', '{}', '{}.bak'], 'a b')).toEqual(['cp', 'a b', 'a b.bak'])
  expect(fillWords(['echo'], 'x')).toEqual(['echo', 'x'])
})

test('items are the lines of a file, or the files of globs in order and once', () => {
  writeFileSync(join(folder, 'list'), 'one\n\ntwo three\n')
  writeFileSync(join(folder, 'b.txt'), '')
  writeFileSync(join(folder, 'a.txt'), '')
  expect(readItems({ file: 'list' }, folder)).toEqual(['one', 'two three'])
  expect(readItems({ glob: ['*.txt', 'a.*'] }, folder)).toEqual(['a.txt', 'b.txt'])
})

test('a glob that matches nothing and a file that is not there are errors that name their flag', () => {
  expect(() => readItems({ glob: ['*.png'] }, folder)).toThrowError(/--glob: \*\.png matches nothing in/)
  expect(() => readItems({ file: 'nope' }, folder)).toThrowError(/--file: nope cannot be read/)
  expect(() => readItems({ file: 'a', glob: ['b'] }, folder)).toThrowError(/not both/)
})

test('a journal that is opened again knows what succeeded, and hands nothing over twice', () => {
  const path = join(folder, 'done.jsonl')
  const first = new MapJournal(path)
  first.record('ok', outcome('succeeded', 'task-1'))
  const open = first.idempotencyKey('open')
  const again = new MapJournal(path)
  expect(again.done('ok')).toEqual(outcome('succeeded', 'task-1'))
  expect(again.done('open')).toBeUndefined()
  expect(again.idempotencyKey('open')).toBe(open)
})

test('what failed is done anew: under another idempotency key', () => {
  const path = join(folder, 'done.jsonl')
  const first = new MapJournal(path)
  const before = first.idempotencyKey('item')
  first.record('item', outcome('failed'))
  const again = new MapJournal(path)
  expect(again.done('item')).toBeUndefined()
  expect(again.idempotencyKey('item')).not.toBe(before)
})

test('a line that a crash cut short is as if it had not been written', () => {
  const path = join(folder, 'done.jsonl')
  new MapJournal(path).record('ok', outcome('succeeded'))
  appendFileSync(path, readFileSync(path, 'utf8').split('\n')[1]!.slice(0, 20))
  expect(new MapJournal(path).done('ok')).toBeDefined()
})

test('a file that is no journal is refused and left as it is', () => {
  const path = join(folder, 'mine.txt')
  writeFileSync(path, 'my notes\n')
  expect(() => new MapJournal(path)).toThrowError(/--resume: .*mine\.txt was not written by souk map/)
  expect(readFileSync(path, 'utf8')).toBe('my notes\n')
})

test('equal items are told apart by their number, unequal files by their content', () => {
  expect(itemKey(['a'], [], 0)).not.toBe(itemKey(['a'], [], 1))
  expect(itemKey(['a'], ['h1'], 0)).not.toBe(itemKey(['a'], ['h2'], 0))
  expect(itemKey(['a'], ['h1'], 0)).toBe(itemKey(['a'], ['h1'], 0))
})
