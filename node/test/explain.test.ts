import type { Outcome, TaskDetail } from '@souk/client'
import { emptyRequest } from '@souk/kernel'
import type { Decision } from '@souk/wire'
import { expect, test } from 'vitest'
import { peerNames } from '../src/peer-names.ts'
import { coloursFor } from '../src/print/colours.ts'
import { runUsageText } from '../src/print/run-usage-text.ts'
import { taskHeadText } from '../src/print/task-head-text.ts'
import { ash, at, decided, elm, explain, id, oak, terms } from './explained.ts'

test('an auction is shown with its bids, weights and margin, peers by their names', () => {
  const text = explain(
    {
      ...decided,
      winner: ash,
      bids: [
        { peer: ash, terms, score: 0.1, parts: { start: 0, fragmentation: 0.5, price: 0 }, afterMs: 6.2 },
        {
          peer: elm,
          terms: { ...terms, startMs: 2000, finishMs: { p50: 3000, p90: 4500 } },
          score: 0.35,
          parts: { start: 0.25, fragmentation: 0.5, price: 0 },
          afterMs: 12,
        },
      ],
      bidsTotal: 2,
      margin: 0.25,
      objective: 'balanced',
      weights: { start: 1, fragmentation: 0.2 },
      refusals: { 'no-room': 1 },
      refused: [{ peer: oak, refusal: { code: 'no-room', never: false, etaMs: 1200, detail: '2 running, 0 queued' } }],
    },
    {
      state: 'running',
      bearer: ash,
      timeline: [
        { at: '2026-11-24T09:00:00.012Z', peer: oak, event: 'awarded', detail: ash },
        { at: '2026-11-24T09:00:01.500Z', peer: oak, event: 'running', detail: `on ${ash}` },
      ],
    },
  )
  expect(text).toBe(`g8t0vk0dzkgxcb2af02yed1q  running
  submitted  2026-11-24T09:00:00.000Z to oak
  kept by    oak
  borne by   ash, under ballot 1.ABoak1.3

placed by auction on ash: best of the bids
  decided by oak in 12 ms, when all had answered; it had waited 1 s for room
  3 of 3 candidates asked, 2 bids
  as it was 10 s ago, by bids that were up to 5.8 ms old

  bid of  starts in  done in p50    p90  takes  in use  price/h  warm  answered in  start  fragmentation  score
  ash       at once            -      -      1    25 %        0  no         6.2 ms      0            0.1    0.1
  elm           2 s          3 s  4.5 s      1    25 %        0  no          12 ms   0.25            0.1   0.35
  balanced: start 1, fragmentation 0.2; the lowest score wins, here by 0.25

  refused
    1 host: no room now
      oak  2 running, 0 queued; in about 2 s

timeline
   after  what             noted by
  +12 ms  awarded  ash     oak
  +1.5 s  running  on ash  oak`)
})

test('a task that had a place before shows where it was and why it left', () => {
  const move = { code: 'memory-pressure', from: elm, reason: '2 % of memory left' }
  const text = explain({ ...decided, winner: ash, move }, { state: 'queued', bearer: ash, timeline: [] })
  expect(text).toContain('placed by auction on ash')
  expect(text).toContain('\n  moved from elm (memory-pressure): 2 % of memory left\n')
})

test('a task that fits nowhere is shown with what each host lacks, hosts alike together, and what would help', () => {
  const tooLarge = (there: number) =>
    ({ code: 'too-large', never: true, detail: `cpuMilli: 64000 needed, ${there} there` }) as const
  const text = explain({
    ...decided,
    how: 'unplaceable',
    asked: 0,
    candidates: 0,
    closed: 'none',
    reason: 'no peer that is known could ever run it',
    refusals: { 'too-large': 5, 'label-missing': 1 },
    refused: [
      { peer: oak, refusal: tooLarge(500) },
      { peer: ash, refusal: tooLarge(2000) },
      { peer: elm, refusal: tooLarge(2000) },
      { peer: id('fir1'), refusal: { code: 'label-missing', never: true, detail: 'site=a, has site=b' } },
    ],
  })
  expect(text).toContain(`
  refused
    5 hosts: too small for it
      oak       64 cpu needed, it has 0.5 cpu; never
      ash, elm  64 cpu needed, it has 2 cpu; never
      2 more
    1 host: without the label
      12D3..fir1  site=a, has site=b; never
`)
  expect(text).toContain('no host can ever run it as it stands: no peer that is known could ever run it')
  expect(text).toMatch(/what would help\n {2}ask for less .*\n {2}drop the --label/)
})

test('a task that was run again is shown with the run that did not count', () => {
  const attempts = [{ host: elm, code: 'lease', message: 'its bearer was not heard from for a whole lease' }]
  const text = explain(undefined, { attempts: attempts as unknown as TaskDetail['attempts'] })
  expect(text).toContain('runs that did not become the outcome\n  elm  its bearer was not heard from')
  expect(text).toContain('not decided yet')
})

test('a task placed where it was submitted, and one that a host fetched, say so in a line', () => {
  const local = { ...decided, how: 'local', asked: 0, winner: oak, reason: 'this host has room' } as const
  expect(explain(local)).toContain(
    'placed where it was submitted on oak: this host has room, so nobody else was asked\n',
  )
  const wanted = { ...decided, how: 'wanted', asked: 0, winner: ash, decisionMs: 3600, auctionMs: 0 } as const
  expect(explain(wanted)).toContain(
    'placed when a host had room on ash: it waited with oak until then\n  decided by oak; it had waited 3.6 s for room\n  as it was 10 s ago',
  )
})

test('who keeps a task is told by name, with who of them is away and whether the others are enough', () => {
  const seen = (...away: string[]) =>
    peerNames([
      { id: oak, name: 'oak', connected: !away.includes(oak) },
      { id: ash, name: 'ash', connected: !away.includes(ash) },
      { id: elm, name: 'elm', connected: !away.includes(elm) },
    ])
  const detail = {
    id: 'g8t0vk0dzkgxcb2af02yed1q',
    state: 'running',
    ballot: '4.eLm1.2',
    bearer: ash,
    origin: oak,
    custodians: [elm, oak, ash],
    version: 2,
    submittedAt: '2026-11-24T09:00:00.000Z',
  } as unknown as TaskDetail
  const text = (...away: string[]) => taskHeadText(detail, seen(...away), coloursFor(false, {}))
  expect(text()).toBe(`g8t0vk0dzkgxcb2af02yed1q  running
  submitted  2026-11-24T09:00:00.000Z to oak
  kept by    elm, oak, ash; version 2 of who keeps it
  borne by   ash, under ballot 4.eLm1.2`)
  expect(text(oak)).toContain('kept by    elm, oak (away), ash; version 2')
  expect(text(oak)).not.toContain('cannot end')
  expect(text(oak, elm)).toContain('1 of 3 can be asked: it cannot end until most can')
})

test('what a run used is told next to the memory that it asked for', () => {
  expect(runUsageText({ cpuMs: 1234, memoryBytesPeak: 64e6 }, 128e6)).toBe('1.2 s of CPU, at most 64 MB of 128 MB')
  expect(runUsageText({ cpuMs: 5, memoryBytesPeak: 64e6 }, 0)).toBe('5 ms of CPU, at most 64 MB')
  expect(runUsageText({ cpuMs: 5 }, 128e6)).toBe('5 ms of CPU')
})

test('a task placed by a load stamp says that nobody was asked, and how old the stamp was', () => {
  const stamped: Decision = { ...decided, how: 'load-stamp', asked: 0, candidates: 0, closed: 'none', winner: ash }
  stamped.reason = 'it said 12 ms ago that it has room, and such tasks are shorter than asking'
  const text = explain(stamped)
  expect(text).toContain('placed without asking on ash: it said 12 ms ago that it has room')
  expect(text).toContain('decided by oak')
})

test('what a task asks for that is not as usual: kinds of devices, labels, company and terms', () => {
  const gpu = { count: 2, milli: 1000, models: ['A100', 'H100'], memoryBytes: 40e9 }
  const spec = {
    request: { ...emptyRequest(), cpuMilli: 1000, gpu },
    labels: { site: 'attic' },
    gang: { id: 'g', size: 3, rank: 1 },
    ...{ priority: 'high', tenant: 'lab', objective: 'pack', deadlineMs: 600_000, expectedMs: 30_000 },
  } as unknown as TaskDetail['spec']
  const text = explain(decided, { spec })
  expect(text).toContain('asks for       2 gpu of model A100 or H100 with 40 GB, 1 cpu')
  expect(text).toContain('of hosts that  have site=attic')
  expect(text).toContain('company        one of 3 that start together, rank 1')
  expect(text).toContain(
    'on terms       priority high, tenant lab, objective pack, wanted within 10 m, expected to take 30 s',
  )
  const plain = { request: { ...emptyRequest(), cpuMilli: 1000 }, priority: 'medium', tenant: 'default' }
  expect(explain(decided, { spec: plain as unknown as TaskDetail['spec'] })).not.toContain('asks for')
})

test('what a task asks for, which of it the host gives, and which of it another lacks', () => {
  const request = (over: object) => ({ ...emptyRequest(), ...over })
  const spec = {
    request: request({ gpu: { count: 1, milli: 1000 }, cpuMilli: 1000 }),
    alternatives: [request({ cpuMilli: 16_000 })],
    where: 'zone in (a, b) && !spot',
    group: 'db',
    near: [{ group: 'cache', required: false }],
    apart: [{ group: 'db', required: true }],
  } as unknown as TaskDetail['spec']
  const placed = explain({ ...decided, winner: ash, alternative: 1 }, { spec, bearer: ash, state: 'running' })
  expect(placed).toContain('asks for       1 gpu, 1 cpu, or 16 cpu')
  expect(placed).toContain('of hosts that  meet zone in (a, b) && !spot')
  expect(placed).toContain('company        of group db; rather near cache; apart from db')
  expect(placed).toContain('given          16 cpu (choice 2 of 2)')
  const refused: Decision['refused'] = [
    {
      peer: ash,
      refusal: {
        code: 'too-large',
        never: true,
        detail: 'gpu: 1 needed, 0 there, or cpuMilli: 16000 needed, 8000 there',
      },
    },
    { peer: elm, refusal: { code: 'where-unmet', never: true, detail: '!spot: spot is yes' } },
  ]
  const waiting = explain({ ...decided, how: 'unplaceable', refused }, { spec })
  expect(waiting).not.toContain('given')
  expect(waiting).toContain('1 GPU needed, it has 0 GPUs; or 16 cpu needed, it has 8 cpu; never')
  expect(waiting).toContain('!spot: spot is yes; never')
})

test('of a task that ended before it was placed nobody is told to wait', () => {
  const outcome = { kind: 'expired', code: 'expired', message: '', attempts: [] } as unknown as Outcome
  const text = explain(undefined, { state: 'closed', outcome })
  expect(text).toContain('it ended before a place was chosen for it')
  expect(text).not.toContain('not decided yet')
})

test('a task that was taken over tells of the place that it had before, and is not said to be where it was submitted', () => {
  const place = { how: 'local' as const, by: oak, wallMs: at, winner: oak, bidsTotal: 0, margin: 0 }
  const text = explain(
    {
      ...decided,
      how: 'local',
      by: ash,
      winner: ash,
      reason: 'this host has room',
      earlier: [
        { ...place, reason: 'this host has room' },
        {
          ...place,
          how: 'auction',
          winner: elm,
          wallMs: at + 2000,
          bidsTotal: 3,
          margin: 0.5,
          reason: 'best of the bids',
        },
      ],
    },
    { state: 'running', bearer: ash },
  )
  expect(text).toContain('kept by its bearer on ash: this host has room, so nobody else was asked')
  expect(text).toContain(`places before that
   after  on   by   why
  +12 ms  oak  oak  local: this host has room
    +2 s  elm  oak  auction: best of 3 bids, by 0.5`)
})

test('how long and how often a task may run is among its terms', () => {
  const request = { ...emptyRequest(), cpuMilli: 1000 }
  const spec = { request, timeoutMs: 30_000, expiresMs: 3_600_000, retries: 2, starts: 'at-most-once' }
  expect(explain(decided, { spec: spec as unknown as TaskDetail['spec'] })).toContain(
    'on terms  ended once it ran for 30 s, expires 1 h after it was submitted, run again after a failure, up to 2 times, never started twice',
  )
})

test('the bid of whoever decided is told apart from those that it asked for, and a gang weighs none', () => {
  const bid = { terms, score: 0, parts: {}, afterMs: 0 }
  const bids = [oak, ash].map((peer) => ({ ...bid, peer }))
  const own = explain({ ...decided, candidates: 1, asked: 1, bids, bidsTotal: 2, winner: oak })
  expect(own).toContain('1 of 1 candidate asked, 2 bids, its own among them')
  const gang = explain({ ...decided, how: 'gang', closed: 'none', winner: ash })
  expect(gang).toMatch(/3 of 3 candidates asked$/m)
})

test('a task of which most custodians were removed says that it waits for ever, and what helps', () => {
  const unendable = { removed: [ash, elm] }
  const text = explain(
    { ...decided, how: 'waiting', reason: 'no host has room' },
    { custodians: [oak, ash, elm], unendable },
  )
  expect(text).toContain('kept by    oak, ash (removed), elm (removed)\n')
  expect(text).toContain('it can never end\n  2 of its 3 custodians (ash, elm) were removed from the mesh')
  expect(text).toMatch(
    /what helps\n {2}souk cancel --unendable \w+ ends it as cancelled[^\n]*\n {2}submit it again, under another key/,
  )
  expect(text).not.toContain('what would help')
  const alone = explain(undefined, { custodians: [ash], unendable: { removed: [ash] } })
  expect(alone).toContain('the only peer that kept it, ash, was removed')
  expect(alone).not.toContain('--unendable')
  expect(alone).not.toContain('not decided yet')
})
