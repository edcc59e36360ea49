import { readFileSync } from 'node:fs'
import { emptyVector } from '@souk/kernel'
import { expect, test } from 'vitest'
import { type MeasuredPeer, PeerMetrics } from '../src/index.ts'

interface Dashboard {
  panels: {
    title: string
    description: string
    gridPos: Record<'x' | 'y' | 'w' | 'h', number>
    targets: { expr: string }[]
  }[]
}

const file = new URL('../../../docs/grafana-dashboard.json', import.meta.url)
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard

/** Of a peer that does nothing: names are there all the same. */
const idle = {
  self: 'PeerA',
  name: 'a',
  mesh: 'lab',
  role: 'host',
  startedWallMs: 0,
  offer: { capacity: emptyVector() },
  free: emptyVector(),
  load: { running: 0, waiting: 0 },
  drain: { state: 'off' },
  members: [],
  keeping: {},
  tasks: {},
  store: { ok: true },
  stragglers: { runs: [] },
  breaches: [],
  counters: {},
} as unknown as MeasuredPeer

test("the dashboard's panels ask for metrics that a peer has, and for labels that those have", async () => {
  const { text } = await new PeerMetrics(() => idle).page()
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!))
  const asked = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:souk|nodejs|process)_\w+/g) ?? []),
  )
  expect(asked.length).toBeGreaterThan(20)
  expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([])
})

test('panels lie beside and below each other, each explained', () => {
  for (const { description, gridPos } of panels) {
    expect(description).toMatch(/\.$/)
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  }
  const overlaps = panels.flatMap((a, i) =>
    panels
      .slice(i + 1)
      .filter((b) => meet(a.gridPos, b.gridPos))
      .map((b) => `${a.title} / ${b.title}`),
  )
  expect(overlaps).toEqual([])
})

type Place = Dashboard['panels'][number]['gridPos']

function meet(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
