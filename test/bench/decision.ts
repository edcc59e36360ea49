import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { connect } from '@souk/client'
import type { Decision } from '@souk/wire'
import { fiftyBids } from './decision-fifty.ts'
import { BenchMesh, type BenchPeer, buildCli, builtCli } from './mesh.ts'
import { cpuTicks } from './processes.ts'
import { type Bench, type BenchOptions, type Measured, quantile } from './report.ts'

/** after which every custodian has heard of a decision */
const toldMs = 2_000
const functions = fileURLToPath(new URL('./functions.mjs', import.meta.url))

/** How long it takes to decide where a task goes, what a command costs, and what a peer costs that does nothing. */
export const decision: Bench = {
  name: 'decision',
  summary: 'decision time, cost of a command, cost of an idle peer',
  targets: {
    decision_p50_ms: ['<=', 5],
    decision_p99_ms: ['<=', 50],
    decision_50_p50_ms: ['<=', 5],
    decision_50_p99_ms: ['<=', 50],
    run_over_node_ms: ['<=', 25],
    idle_rss_mb: ['<=', 150],
    idle_cpu_pct: ['<', 1],
  },
  run,
}

async function run({ quick, say }: BenchOptions): Promise<Measured> {
  say('building the program')
  buildCli()
  const mesh = new BenchMesh()
  try {
    // It has no slots, so every task is placed elsewhere.
    const origin = await mesh.add('origin', 'cpu=0,slots=0')
    for (const name of ['one', 'two', 'three']) await mesh.add(name, 'cpu=4,slots=4', ['--functions', functions])
    await mesh.settled()
    say('an idle peer')
    const idle = await idleCost(mesh.peers[1]!, quick ? 8_000 : 20_000)
    say('decisions')
    const auctioned = await decisions(origin, quick ? 200 : 1000, 'auction')
    const short = await decisions(origin, quick ? 100 : 300, 'load-stamp')
    const local = await decisions(mesh.peers[1]!, quick ? 100 : 300, 'local')
    say('the bids of fifty peers')
    const fifty = fiftyBids(quick ? 500 : 2000)
    say('the cost of a command')
    const command = commandCost(mesh.peers[1]!, quick ? 15 : 40)
    return {
      figures: {
        decision_p50_ms: quantile(auctioned, 0.5),
        decision_p99_ms: quantile(auctioned, 0.99),
        ...fifty.figures,
        run_over_node_ms: command.runMs - command.nodeMs,
        idle_rss_mb: idle.rssMb,
        idle_cpu_pct: idle.cpuPct,
      },
      detail: {
        decisions: auctioned.length,
        short_p50_ms: quantile(short, 0.5),
        short_p99_ms: quantile(short, 0.99),
        ...fifty.detail,
        local_first_p50_ms: quantile(local, 0.5),
        local_first_p99_ms: quantile(local, 0.99),
        run_ms: command.runMs,
        node_ms: command.nodeMs,
        idle_seconds: idle.seconds,
      },
    }
  } finally {
    await mesh.stop()
  }
}

/**
 * Submit to award of one task at a time, as its decision record says. Only those that were placed in this way count: most
 * tasks of a class that is known to be short are placed by load stamps within one step, so for auctions each task is of
 * a class of its own.
 */
async function decisions(peer: BenchPeer, count: number, how: Decision['how']): Promise<number[]> {
  const client = await connect([peer.api])
  try {
    const tasks: string[] = []
    for (let i = 0; i < count; i++) {
      const own = how === 'auction' ? { class: `auctioned-${i}` } : {}
      const { task } = await client.submit({ function: 'noop', args: [], ...own }).outcome
      if (i >= 20) tasks.push(task)
    }
    // Custodians are told of decisions a while after, many together.
    await new Promise((resolve) => setTimeout(resolve, toldMs))
    const records = await Promise.all(tasks.map((task) => client.task(task)))
    const made = records.map(({ id, decision: record }) => {
      if (record === undefined) throw new Error(`no custodian of ${id} was told how its place was chosen`)
      return record as Decision
    })
    const counted = made.filter((each) => each.how === how)
    if (counted.length * 2 < made.length) {
      throw new Error(
        `${counted.length} of ${made.length} tasks were placed by '${how}'; at least half of them had to be`,
      )
    }
    return counted.map(({ decisionMs }) => decisionMs)
  } finally {
    await client.close()
  }
}

function commandCost(peer: BenchPeer, times: number): { runMs: number; nodeMs: number } {
  const time = (args: string[]): number => {
    const startedMs = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`)
    return performance.now() - startedMs
  }
  const run = [builtCli, 'run', '--data', peer.data, '--', 'true']
  for (let i = 0; i < 3; i++) time(run)
  const runs: number[] = []
  const nodes: number[] = []
  for (let i = 0; i < times; i++) {
    runs.push(time(run))
    nodes.push(time(['-e', '0']))
  }
  return { runMs: quantile(runs, 0.5), nodeMs: quantile(nodes, 0.5) }
}

async function idleCost(peer: BenchPeer, ms: number): Promise<{ rssMb: number; cpuPct: number; seconds: number }> {
  const before = cpuTicks(peer.pid)
  const startedMs = performance.now()
  await new Promise((resolve) => setTimeout(resolve, ms))
  const seconds = (performance.now() - startedMs) / 1000
  const ticks = cpuTicks(peer.pid) - before
  const status = readFileSync(`/proc/${peer.pid}/status`, 'utf8')
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  return { rssMb: rssKb / 1024, cpuPct: ticks / seconds, seconds }
}
