import { expect, test } from 'vitest'
import { parseSwf } from './swf.ts'

const line = (fields: Record<number, number>): string =>
  Array.from({ length: 18 }, (_, i) => fields[i + 1] ?? -1).join(' ')

test('jobs come in the order they were submitted, without comments and without those that never ran', () => {
  const log = [
    '; MaxProcs: 4',
    line({ 1: 2, 2: 20, 3: 5, 4: 100, 5: 2, 9: 300, 12: 7, 16: 3 }),
    '',
    line({ 1: 3, 2: 10, 3: 0, 4: 0, 8: 4, 12: 8 }),
    line({ 1: 4, 2: 30, 4: -1, 5: 1 }),
    line({ 1: 5, 2: 30, 4: 10 }),
  ].join('\n')
  expect(parseSwf(log)).toEqual([
    { id: 3, submitS: 10, waitedS: 0, runS: 1, processors: 4, limitS: undefined, user: 8, partition: -1 },
    { id: 2, submitS: 20, waitedS: 5, runS: 100, processors: 2, limitS: 300, user: 7, partition: 3 },
  ])
})

test('a limit that was overrun counts as what was run', () => {
  expect(parseSwf(line({ 1: 1, 2: 0, 4: 61, 5: 1, 9: 60 }))[0]?.limitS).toBe(61)
})

test('a line of something else is refused with its number', () => {
  expect(() => parseSwf(`${line({ 1: 1, 2: 0, 4: 1, 5: 1 })}\nname,cpu`)).toThrow(
    "line 2 is no job: 18 numbers are needed, there is 'name,cpu'",
  )
})
