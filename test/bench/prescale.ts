import { availableParallelism } from 'node:os'
import { inThreads } from './in-threads.ts'
import { findDemand } from './prescale/data.ts'
import { coldStartMs, type PrescaleJob, type PrescaleScore, prescaleJob } from './prescale/run.ts'
import { type Bench, type BenchOptions, type Measured, NeedsError } from './report.ts'

const keepAlivesS = [10, 20, 30, 45, 60, 90, 120, 200, 300, 450, 600, 900, 1800, 3600, 7200]
const keepAlivesQuickS = [10, 20, 30, 60, 90, 120, 200, 300, 600, 1200, 3600]
const tasksMax = 4_000_000
const tasksMaxQuick = 500_000
const threadsMax = 4
/** Waits are told apart from here on: a ratio to a wait of 0 says nothing. */
const waitStepMs = 1

/** Whether workers stand warm before they are needed: real demand replayed next to fixed keep-alives and a fixed pool. */
export const prescale: Bench = {
  name: 'prescale',
  summary:
    'workers warm before the work comes, next to fixed keep-alives and a fixed pool on real demand (needs --data)',
  targets: {
    cold_start_reduction_pct: ['>=', 50],
    idle_warm_reduction_pct: ['>=', 30],
    cost_reduction_pct: ['>=', 40],
    p95_wait_over_static: ['<=', 1],
  },
  run,
}

async function run({ quick, data, say }: BenchOptions): Promise<Measured> {
  const jobs = jobsFor(data, quick)
  if (quick) say(`a sample: the first ${tasksMaxQuick} tasks of each demand, ${keepAlivesQuickS.length} keep-alives`)
  if (jobs[0]!.durations === undefined) say('no model_predict*.tar.gz: tasks run for lognormal times, median 35 s')
  const file = new URL('./prescale/run.ts', import.meta.url)
  const threads = Math.min(threadsMax, availableParallelism())
  const results = await inThreads(file, prescaleJob, jobs, threads, (scores) => {
    for (const score of scores) say(lineOf(score))
  })
  const scores = results.flat()
  if (scores.length === 0) return { figures: {}, detail: { demand: {} } }
  const compared = scores.map(compare)
  const worst = (name: keyof Compared, pick: (...values: number[]) => number): number =>
    pick(...compared.map((each) => each[name]))
  return {
    figures: {
      cold_start_reduction_pct: worst('cold_start_reduction_pct', Math.min),
      idle_warm_reduction_pct: worst('idle_warm_reduction_pct', Math.min),
      cost_reduction_pct: worst('cost_reduction_pct', Math.min),
      p95_wait_over_static: worst('p95_wait_over_static', Math.max),
    },
    detail: {
      cold_start_ms: coldStartMs,
      cold_start: 'a task that found no worker warm and free, though one was starting ahead of it',
      idle_warm: 'time of workers that were warm and had no task; starting up is told apart, and is part of the cost',
      cost: 'time of workers that were held: idle, starting and busy',
      p95_wait: `each of both is taken ${waitStepMs} ms longer than it was`,
      demand: Object.fromEntries(scores.map((score, i) => [score.name, { ...compared[i], ...detailOf(score) }])),
    },
  }
}

function jobsFor(data: string | undefined, quick: boolean): PrescaleJob[] {
  const needed = '--data DIR, below which lie *workload*.txt.gz (requests per second) or qps*.tar.gz'
  if (data === undefined) throw new NeedsError(`prescale needs ${needed}`)
  const { demand, durations } = findDemand(data)
  if (demand.length === 0) throw new NeedsError(`prescale needs ${needed}; in ${data} is none of them`)
  return demand.map((file) => ({
    file,
    durations: durations[0],
    tasksMax: quick ? tasksMaxQuick : tasksMax,
    keepAlivesMs: (quick ? keepAlivesQuickS : keepAlivesS).map((seconds) => 1000 * seconds),
  }))
}

interface Compared {
  cold_start_reduction_pct: number
  idle_warm_reduction_pct: number
  cost_reduction_pct: number
  p95_wait_over_static: number
}

function compare({ ours, fixed, ...frontier }: PrescaleScore): Compared {
  return {
    cold_start_reduction_pct: lessPct(ours.coldStarts, frontier.coldStartsAtEqualIdle),
    idle_warm_reduction_pct: lessPct(ours.idleMs, frontier.idleMsAtEqualColdStarts),
    cost_reduction_pct: lessPct(ours.heldMs, fixed.heldMs),
    p95_wait_over_static: (ours.p95WaitMs + waitStepMs) / (fixed.p95WaitMs + waitStepMs),
  }
}

function detailOf({ ours, byDefault, reactive, fixed, frontier, hours }: PrescaleScore) {
  return {
    hours,
    ours,
    by_default: byDefault,
    reactive,
    over_reactive: {
      cold_start_reduction_pct: lessPct(ours.coldStarts, reactive.coldStarts),
      idle_warm_reduction_pct: lessPct(ours.idleMs, reactive.idleMs),
      cost_reduction_pct: lessPct(ours.heldMs, reactive.heldMs),
    },
    static: fixed,
    frontier,
  }
}

const lessPct = (ours: number, theirs: number): number => 100 * (1 - ours / theirs)

/** One demand, for people. */
function lineOf(score: PrescaleScore): string {
  const { ours, name, hours } = score
  const less = compare(score)
  const cold = `${ours.coldStarts} cold starts, ${round(less.cold_start_reduction_pct)} % fewer than keep-alives`
  const idle = `${round(less.idle_warm_reduction_pct)} % less idle time`
  const cost = `${round(less.cost_reduction_pct)} % below a fixed pool of ${score.fixed.workers}`
  return `${name}, ${ours.tasks} tasks in ${round(hours)} h: ${cold}, ${idle}, ${cost}`
}

const round = (x: number): number => Number(x.toPrecision(3))
