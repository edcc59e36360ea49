import { gangNonce, taskId } from '@souk/wire'
import { expect, test } from 'vitest'
import { bytesText, durationText, shortName, shortPeer, shortTask } from '../src/print/amount-text.ts'
import { coloursFor } from '../src/print/colours.ts'
import { drainText } from '../src/print/drain-text.ts'
import { keepingLines } from '../src/print/keeping-text.ts'
import { pairs, table } from '../src/print/table.ts'
import { vectorText } from '../src/print/vector-text.ts'

test('columns are as wide as their widest cell, numbers to the right, colours without width', () => {
  const { green } = coloursFor(true, {})
  const text = table(
    [{ title: 'name' }, { title: 'n', align: 'right' }],
    [
      ['amber', '7'],
      [green('bo'), '1234'],
    ],
  )
  expect(text).toBe(`name      n\namber     7\n${green('bo')}     1234`)
})

test('a row is one line, and its columns stand where its titles do, whatever is in it', () => {
  const text = table(
    [{ title: 'name' }, { title: 'state' }],
    [
      ['a\nb\nc', 'ok'],
      ['d\te', 'ok'],
    ],
  )
  expect(text).toBe('name     state\na\\nb\\nc  ok\nd e      ok')
})

test('a narrow terminal: columns give way in their order, cut while that says something, then left out', () => {
  const at = (widthMax: number) =>
    table(
      [{ title: 'id' }, { title: 'name', yields: 1, least: 6 }, { title: 'n', align: 'right', yields: 2 }],
      [['a1', 'seventeen letters', '12345']],
      (t) => t,
      widthMax,
    ).split('\n')[1]
  expect(at(28)).toBe('a1  seventeen letters  12345')
  expect(at(27)).toBe('a1  seventeen letters')
  expect(at(20)).toBe('a1  seventeen lette…')
  expect(at(10)).toBe('a1  seven…')
  expect(at(9)).toBe('a1')
  expect(at(1)).toBe('a1')
  expect(at(Infinity)).toBe(at(28))
})

test('a narrow terminal: a column that stays is cut to its least, then the next gives way; none is cut inside a character', () => {
  const at = (widthMax: number) =>
    table(
      [
        { title: 'i', yields: 9, least: 4, stays: true },
        { title: 'n', yields: 1 },
      ],
      [['ab\u{1f600}\u{1f600}', '12345']],
      (t) => t,
      widthMax,
    ).split('\n')[1]
  expect(at(12)).toBe('ab\u{1f600}…  12345')
  expect(at(11)).toBe('ab…   12345')
  expect(at(10)).toBe('ab…')
})

test('a narrow terminal: a value goes on below itself, and what has no blanks stays whole', () => {
  const rows = [
    ['offers', '4 cpu, 8 GB memory'],
    ['at', 'a-very-long-address\nb'],
  ] as const
  expect(pairs(rows, '  ', 24)).toBe(
    '  offers  4 cpu, 8 GB\n          memory\n  at      a-very-long-address\n          b',
  )
  expect(pairs(rows)).toContain('offers  4 cpu, 8 GB memory\n')
})

test('an id is shortened to what tells its task from others: of the members of a gang that is all of it', () => {
  expect(shortTask(taskId('a'.repeat(23)))).toBe('aaaaaaaa')
  const members = [0, 1].map((rank) => taskId(gangNonce('a'.repeat(23), rank), 0, true))
  expect(new Set(members.map(shortTask)).size).toBe(2)
  expect(shortName('x'.repeat(100))).toBe(`${'x'.repeat(39)}…`)
})

test('colours are for terminals, and NO_COLOR or a dumb terminal turns them off', () => {
  expect(coloursFor(true, {}).red('x')).not.toBe('x')
  expect(coloursFor(false, {}).red('x')).toBe('x')
  expect(coloursFor(true, { NO_COLOR: '1' }).red('x')).toBe('x')
  expect(coloursFor(true, { NO_COLOR: '' }).red('x')).not.toBe('x')
  expect(coloursFor(true, { TERM: 'dumb' }).red('x')).toBe('x')
})

test('durations and sizes are in the units that a person would choose', () => {
  expect([0.4, 12.3, 3400, 80_000, 7_500_000, 90_000_000].map(durationText)).toEqual([
    '0.4 ms',
    '12 ms',
    '3.4 s',
    '1 m 20 s',
    '2 h 5 m',
    '1 d 1 h',
  ])
  expect([340, 1500, 8e9].map(bytesText)).toEqual(['340 B', '1.5 kB', '8 GB'])
})

test('an offer is one line without what it does not have', () => {
  expect(
    vectorText({
      cpuMilli: 1500,
      memoryBytes: 8e9,
      slots: 4,
      gpuMilli: [1000],
      networkMbps: 0,
      custom: { licence: 2 },
    }),
  ).toBe('1.5 cpu, 8 GB, 4 slots, 1 gpu, 2 licence')
})

test('a peer is told by the end of its id', () => {
  expect(shortPeer('12D3KooWAApS52cQEAApBhdsZBZvVnZs8Vcj5Uu4i21xfjDxW1FR')).toBe('12D3..W1FR')
})

test('status says by how many tasks are kept, and what is weaker than a person may expect', () => {
  const five = { members: 6, keepers: 5, custodians: 3 as const, here: true, heardFromMajority: true }
  expect(keepingLines(five)).toEqual(['3 of 5 peers that keep custody'])
  expect(keepingLines({ ...five, keepers: 2, custodians: 1 })).toEqual([
    '1 of 2 peers that keep custody',
    'one: with three peers that keep custody a task survives the loss of one',
  ])
  const silent = { ...five, heardFromMajority: false }
  expect(keepingLines(silent)[1]).toBe('it does not vote until it has heard from a majority of members (4 of 6)')
  expect(keepingLines({ ...silent, here: false })).toHaveLength(1)
})

test('a drain says what is left, and only that', () => {
  const over = {
    state: 'draining',
    forMs: 1,
    waiting: 0,
    running: 0,
    runningOnce: 0,
    passing: 0,
    held: 0,
    moved: 0,
  } as const
  expect(drainText({ ...over, handedOver: 200, stopped: 0 })).toBe('200 handed over')
  expect(drainText({ ...over, running: 3, runningOnce: 1, leftMs: 60_000, handedOver: 0, stopped: 0 })).toBe(
    '0 handed over, 3 running (2 stopped in 1 m; 1 that starts at most once may end)',
  )
  expect(drainText({ ...over, waiting: 1, passing: 2, held: 3, handedOver: 4, stopped: 5, moved: 6 })).toBe(
    '4 handed over, 1 waiting yet, 2 under way, 6 asked for a checkpoint, to go on elsewhere, 5 stopped, to run elsewhere, 3 held: only this peer keeps them, or no other of their keepers can be reached',
  )
})
