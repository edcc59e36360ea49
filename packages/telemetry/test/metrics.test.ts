import { emptyVector } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { type MeasuredPeer, metrics, PeerMetrics } from '../src/index.ts'

const capacity = { ...emptyVector(), cpuMilli: 4500, memoryBytes: 8e9, slots: 4, gpuMilli: [1000, 500] }

function measured(over: Partial<MeasuredPeer> = {}): MeasuredPeer {
  const member = { role: 'host' as const, incarnation: 1, reachable: true, addresses: [] }
  return {
    self: 'PeerA',
    name: 'a "quoted"\nname',
    mesh: 'lab',
    role: 'host',
    startedWallMs: 1_000,
    offer: { capacity } as MeasuredPeer['offer'],
    free: { ...capacity, slots: 1 },
    load: { running: 3, waiting: 2, pressed: true } as MeasuredPeer['load'],
    drain: { state: 'draining' } as MeasuredPeer['drain'],
    rebalance: {} as MeasuredPeer['rebalance'],
    members: [
      { ...member, peer: 'PeerB', name: 'b', state: 'alive', connected: true },
      { ...member, peer: 'PeerC', name: 'c', state: 'suspect', connected: false },
    ],
    keeping: { heardFromMajority: true } as MeasuredPeer['keeping'],
    tasks: { running: 3, succeeded: 40 },
    store: { ok: true },
    stragglers: { runs: [], classes: [] },
    breaches: [],
    counters: { 'task.accepted': 43, 'frames.in': 9, 'rejected.too-large': 1, framesIn: 10, framesOut: 12, commits: 7 },
    ...over,
  }
}

const page = async (peer: MeasuredPeer): Promise<string> =>
  (
    await new PeerMetrics(
      () => peer,
      () => 61_000,
    ).page()
  ).text

describe('the page of measurements', () => {
  test('is what Prometheus can read, line by line', async () => {
    const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
    const label = `${name}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`
    const line = new RegExp(
      `^(?:# (?:HELP|TYPE) ${name} .*|${name}(?:\\{${label}(?:,${label})*\\})? (?:[-+.eE0-9]+|Na[nN]|\\+Inf))$`,
    )
    const lines = (await page(measured())).trimEnd().split('\n')
    expect(lines.filter((text) => text !== '' && !line.test(text))).toEqual([])
  })

  test('tells each thing with its unit', async () => {
    const lines = (await page(measured())).split('\n')
    for (const expected of [
      'souk_info{peer="PeerA",name="a \\"quoted\\"\\nname",mesh="lab",role="host"} 1',
      'souk_uptime_seconds 60',
      'souk_members{state="alive"} 1',
      'souk_members{state="dead"} 0',
      'souk_connected_members 1',
      'souk_offered_cpus 4.5',
      'souk_free_slots 1',
      'souk_offered_gpus 1.5',
      'souk_kept_tasks{state="succeeded"} 40',
      'souk_pressed 1',
      'souk_draining 1',
      'souk_events_total{event="task.accepted"} 43',
      'souk_rejected_messages_total{code="too-large"} 1',
      'souk_frames_total{direction="out"} 12',
      'souk_store_commits_total 7',
    ])
      expect(lines).toContain(expected)
    expect(lines.filter((text) => /frames\.in|event="rejected/.test(text))).toEqual([])
  })

  test('tells of now each time: what is not there any more is gone', async () => {
    let peer = measured()
    const metered = new PeerMetrics(() => peer)
    expect((await metered.page()).text).toContain('souk_kept_tasks{state="running"} 3')
    peer = measured({ tasks: { succeeded: 43 } })
    await new Promise((resolve) => setImmediate(resolve))
    const { text } = await metered.page()
    expect(text).toContain('souk_kept_tasks{state="succeeded"} 43')
    expect(text).not.toContain('souk_kept_tasks{state="running"}')
  })

  test('has the process, too', async () => {
    expect(await page(measured())).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  })
})

test('names say their unit, counters that they are some, and each is explained', () => {
  for (const { name, kind, help } of metrics) {
    expect(name).toMatch(/^souk_[a-z_]+$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    expect(help).toMatch(/^[A-Z0-9].*\.$/)
  }
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
})
