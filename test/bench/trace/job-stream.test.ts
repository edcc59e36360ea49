import { expect, test } from 'vitest'
import { streamOf } from './job-stream.ts'
import { runnableOn, sites } from './site.ts'
import type { Job } from './swf.ts'

const job = (over: Partial<Job>): Job => {
  return { id: 1, submitS: 0, waitedS: 0, runS: 10, processors: 1, limitS: 60, user: 3, partition: 2, ...over }
}

test('a wide job of KTH is a gang that its user submits, bound to a block of hosts only where nothing moves', () => {
  const jobs = [job({}), job({ submitS: 100, processors: 3 })]
  const on = streamOf(jobs, sites.KTH, { msPerS: 0.5, moves: true })
  expect(on.arrivals.map(({ atMs, node, draft: { spec } }) => [atMs, node, spec.gang?.size, spec.timeoutMs])).toEqual([
    [0, 3, undefined, 31],
    ...[0, 1, 2].map(() => [50, 3, 3, 31]),
  ])
  expect([...on.jobOf.values()]).toEqual([0, 1, 1, 1])
  const off = streamOf(jobs, sites.KTH, { msPerS: 0.5, moves: false })
  expect(off.arrivals.map(({ draft }) => draft.spec.labels)).toEqual([
    { block1: '1' },
    ...[0, 1, 2].map(() => ({ block4: '1' })),
  ])
})

test('every job of KTH has a home that is large enough for it', () => {
  const { hosts, home } = sites.KTH
  for (let processors = 1; processors <= 100; processors++) {
    for (let id = 0; id < 100; id++) {
      const [[name, block]] = Object.entries(home(job({ id, processors }))) as [[string, string]]
      const there = hosts.filter(({ labels }) => labels[name] === block).length
      expect(there, `${processors} in ${name} ${block}`).toBeGreaterThanOrEqual(processors)
    }
  }
})

test('a wide job of METACENTRUM is one task at its cluster, and left out where that is too small', () => {
  const { arrivals } = streamOf([job({ processors: 4 })], sites.METACENTRUM, { msPerS: 1, moves: false })
  expect(arrivals.map(({ node, draft }) => [node, draft.spec.request.slots, draft.spec.labels])).toEqual([
    [1, 4, { cluster: '2' }],
  ])
  expect(runnableOn(sites.METACENTRUM, [job({ processors: 17 }), job({ partition: 15 })])).toEqual([])
})
