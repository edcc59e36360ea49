import { describe, expect, test } from 'vitest'
import { easy, fcfs } from './central.ts'
import { boundedSlowdown } from './figures.ts'
import { sliceOf } from './slice.ts'
import type { Job } from './swf.ts'

/** [submit, run, processors, limit] */
const jobsOf = (...rows: [number, number, number, number?][]): Job[] =>
  rows.map(([submitS, runS, processors, limitS = runS], id) => {
    return { id, submitS, waitedS: 0, runS, processors, limitS, user: 1, partition: 1 }
  })

describe('first come, first served', () => {
  test('lets everybody wait for the first in line', () => {
    expect(fcfs(jobsOf([0, 100, 3], [1, 10, 4], [2, 10, 1]), [4])).toEqual([0, 100, 110])
  })

  test('fills the cluster that a job fits best', () => {
    expect(fcfs(jobsOf([0, 100, 2], [1, 100, 4], [2, 10, 2]), [4, 2])).toEqual([0, 1, 100])
  })

  test('refuses a job that is wider than every cluster', () => {
    expect(() => fcfs(jobsOf([0, 1, 5]), [4, 2])).toThrow('job 0 takes 5 processors; no cluster has over 4')
  })
})

describe('EASY backfilling', () => {
  test('starts a job that is over before the first in line has room', () => {
    expect(easy(jobsOf([0, 100, 3], [1, 10, 4], [2, 98, 1]), 4)).toEqual([0, 100, 2])
  })

  test('goes by limits, not by what jobs take: a job whose limit is longer waits', () => {
    expect(easy(jobsOf([0, 100, 3], [1, 10, 4], [2, 5, 1, 99]), 4)).toEqual([0, 100, 110])
  })

  test('starts a longer job on processors that the first in line leaves over, and no more than those', () => {
    const starts = easy(jobsOf([0, 100, 3], [1, 10, 4], [2, 500, 1], [3, 500, 1]), 5)
    expect(starts).toEqual([0, 100, 2, 110])
  })

  test('starts the first in line as soon as it has room, also before the limits of others', () => {
    expect(easy(jobsOf([0, 20, 4, 100], [1, 10, 4]), 4)).toEqual([0, 20])
  })
})

test('a slowdown is bounded below by one, and a short job counts as one of ten seconds', () => {
  expect(boundedSlowdown(jobsOf([0, 1, 1], [0, 100, 1]), [9, 100])).toBe((1 + 2) / 2)
})

test('a part of a log is where most was waited, with what ran then still to be done', () => {
  const jobs = jobsOf([0, 1_000, 1], [10, 5, 1], [100, 10, 1], [101, 10, 1], [300, 1, 1], [301, 1, 1])
  const { jobs: part, first } = sliceOf(jobs, [0, 0, 50, 50, 0, 0], 2)
  expect(first).toBe(1)
  expect(part.map(({ id, submitS, runS, limitS }) => [id, submitS, runS, limitS])).toEqual([
    [0, 100, 900, 900],
    [2, 100, 10, 10],
    [3, 101, 10, 10],
  ])
  expect(sliceOf(jobs, [], 6).first).toBe(0)
})
