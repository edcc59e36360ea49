import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../packages/sim/src/main.ts', import.meta.url))

function sim(...args: string[]): { status: number | null; lines: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', main, ...args], { encoding: 'utf8' })
  return { status, lines: stdout.trim().split('\n'), stderr }
}

it('prints a summary with the trace hash, the same both times', () => {
  const args = ['--seed', '3', '--peers', '3', '--tasks', '30', '--profile', 'crashes', '--twice']
  const first = sim(...args)
  expect(first.status).toBe(0)
  const hashOf = (lines: string[]) => lines.find((line) => line.startsWith('trace hash'))
  expect(hashOf(first.lines)).toMatch(/[0-9a-f]{16}$/)
  expect(hashOf(sim(...args).lines)).toBe(hashOf(first.lines))
})

it('ends with one object in the form of all benchmarks', () => {
  const { status, lines } = sim('--seed', '1', '--seeds', '2', '--peers', '3', '--tasks', '20', '--json')
  expect(status).toBe(0)
  const report = JSON.parse(lines.at(-1)!)
  expect(report).toMatchObject({ bench: 'sim', figures: { seeds: 2, violations: 0 }, met: { violations: true } })
  expect(report.detail.runs.map((run: { closed: number }) => run.closed)).toEqual([20, 20])
})

it('does seeds on several threads, and says the same of them as on one', () => {
  const args = ['--seed', '5', '--seeds', '4', '--profile', 'swarm', '--json']
  const hashes = (threads: string) => {
    const { runs } = JSON.parse(sim(...args, '--threads', threads).lines.at(-1)!).detail
    return runs.map((run: { seed: number; trace_hash: string }) => [run.seed, run.trace_hash])
  }
  const once = hashes('1')
  expect(once.map(([seed]: [number]) => seed)).toEqual([5, 6, 7, 8])
  expect(hashes('2')).toEqual(once)
})

it('goes on with a series where an earlier command ended', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sim-'))
  const series = ['--profile', 'swarm', '--json', '--resume', join(folder, 'sum.json')]
  const first = JSON.parse(sim('--seeds', '2', ...series).lines.at(-1)!)
  const second = JSON.parse(sim('--seeds', '3', ...series).lines.at(-1)!)
  expect(first.detail.runs.map((run: { seed: number }) => run.seed)).toEqual([1, 2])
  expect(second.detail.runs.map((run: { seed: number }) => run.seed)).toEqual([3])
  expect(second.figures).toMatchObject({ seeds: 3, violations: 0 })
  expect(second.figures.simulated_hours).toBeGreaterThan(first.figures.simulated_hours)
  rmSync(folder, { recursive: true })
})

it('writes the run down, one object a line', () => {
  const { lines } = sim('--seed', '1', '--peers', '2', '--tasks', '5', '--trace', '-', '--frames')
  const types = new Set(lines.map((line) => JSON.parse(line).type))
  for (const type of ['node.start', 'link.up', 'task.closed', 'run.end', 'frame']) expect(types).toContain(type)
})

it('says what is wrong with its arguments and exits 64', () => {
  for (const [args, message] of [
    [['--seed', 'x'], 'a whole number from 0'],
    [['--profile', 'nice'], 'Allowed choices are calm, burst'],
    [['--without', 'rain'], '"rain" is none of partition'],
    [['--nothing'], "unknown option '--nothing'"],
  ] as const) {
    const { status, stderr } = sim(...args)
    expect(status).toBe(64)
    expect(stderr).toContain(message)
  }
})

describe('an export of a console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sim-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const fileOf = (text: string): string => {
    const path = join(folder, 'export.json')
    writeFileSync(path, text)
    return path
  }
  const from = { self: 'P1', name: 'oak', mesh: 'lab' }
  const peers = [
    { id: 'P1', name: 'oak' },
    { id: 'P2', name: 'el\u001bm' },
  ]
  const recorded = (events: object[]) =>
    JSON.stringify({
      ...{ format: 'souk-trace', version: 1, at: '2026-11-29T10:00:00.000Z', from },
      ...{ events, moments: [{ wallMs: 1, peers, tasks: [] }] },
    })
  const events = [
    { type: 'task.awarded', wallMs: 1_000, task: '0123456789abcdef', to: 'P2', decision: {} },
    { type: 'task.ran', wallMs: 1_250, by: 'P2', task: '0123456789abcdef', runMs: 200.04 },
  ]

  it('is told again, event by event, by name', () => {
    const { status, lines } = sim('--replay', fileOf(recorded(events)))
    expect(status).toBe(0)
    expect(lines[1]).toMatch(/^ +\+0\.000s oak +task\.awarded +01234567 to=el·m$/)
    expect(lines[2]).toMatch(/^ +\+0\.250s el·m +task\.ran +01234567 runMs=200$/)
    expect(lines.at(-1)).toBe('2 events of 2 peers in 0.3 s, 1 moments, 0 violations')
  })

  it('is checked for promises that it breaks', () => {
    const closed = (kind: string, by: string) => ({ type: 'task.closed', wallMs: 2_000, task: 't', kind, by })
    const seen = (incarnation: number) => ({ type: 'member.state', wallMs: 3_000, peer: 'P2', incarnation })
    const broken = [...events, closed('failed', 'P1'), closed('succeeded', 'P2'), seen(4), seen(3)]
    const { status, lines } = sim('--replay', fileOf(recorded(broken)), '--json')
    expect(status).toBe(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      ...{ events: 6, peers: 2, types: { 'task.closed': 2 } },
      violations: [{ invariant: 'I1' }, { invariant: 'I9' }],
    })
  })

  it('is refused where it cannot be read, with why', () => {
    const refused = (path: string) => {
      const { status, stderr } = sim('--replay', path)
      return [status, stderr.trim()]
    }
    const newer = recorded([]).replace('"version":1', '"version":9')
    expect(refused(join(folder, 'none.json'))).toEqual([64, expect.stringContaining('cannot be read: ENOENT')])
    expect(refused(fileOf('{}'))).toEqual([64, expect.stringContaining('no export of a console')])
    expect(refused(fileOf(newer))).toEqual([64, expect.stringContaining('of version 9, this program reads up to 1')])
    expect(refused(fileOf(recorded(events).slice(0, -20)))).toEqual([64, expect.stringContaining('is cut off after')])
  })
})
