import { availableParallelism } from 'node:os'
import { defaultMarketConfig } from '@souk/market'
import { inThreads } from './in-threads.ts'
import { type Openb, readOpenb } from './placement-data.ts'
import { type Published, publishedOf } from './placement-published.ts'
import { type PlacementJob, type PlacementResult, place } from './placement-run.ts'
import type { Bench, BenchOptions, Measured } from './report.ts'

const seeds = [42, 43, 44, 45, 46]
/** of the lists found, those whose names come first, `default` before all */
const quickLists = 3
/** each holds a whole mesh in memory */
const threadsMax = 4

/** How close auctions among peers come to schedulers that see everything, on the trace that those were published for. */
export const placement: Bench = {
  name: 'placement',
  summary: 'GPU allocation on the openb trace, next to the published schedulers (needs --data)',
  targets: { worst_gap_to_fgd_points: ['<=', 0.5], lists_below_best_fit: ['=', 0] },
  run,
}

async function run({ quick, data, say }: BenchOptions): Promise<Measured> {
  const openb = readOpenb(data)
  const all = [...openb.lists.keys()].sort((a, b) => Number(b === 'default') - Number(a === 'default'))
  const lists = quick ? all.slice(0, quickLists) : all
  const used = quick ? seeds.slice(0, 1) : seeds
  if (quick)
    say(`a sample: ${lists.length} of ${all.length} lists, ${used.length} of ${seeds.length} seeds, no global view`)
  const jobs: PlacementJob[] = []
  const job = (list: string, seed: number, globalView: boolean): PlacementJob => ({
    data: data!,
    list,
    seed,
    globalView,
  })
  // Minutes long, so for one list, and first so that the threads end together.
  if (!quick) jobs.push(job(lists[0]!, seeds[0]!, true))
  for (const list of lists) for (const seed of used) jobs.push(job(list, seed, false))
  const file = new URL('./placement-run.ts', import.meta.url)
  const threads = Math.min(threadsMax, availableParallelism())
  const results = await inThreads(file, place, jobs, threads, (result) =>
    say(progressOf(result, publishedOf(result.list, openb.gpuMilli))),
  )
  return measured(openb, lists, results, all.length)
}

/** Beside what was published for that list, for people. */
function progressOf(result: PlacementResult, published: Published | undefined): string {
  const { list, seed, globalView, allocatedPct } = result
  const others = published
    ? `published: Random ${published.random}, BestFit ${published.best_fit}, FGD ${published.fgd}`
    : 'nothing comparable was published'
  return `${list}, seed ${seed}${globalView ? ' (global view)' : ''}: ${round(allocatedPct[130]!)} % (${others})`
}

function measured(openb: Openb, lists: string[], results: PlacementResult[], found: number): Measured {
  const auctions = results.filter(({ globalView }) => !globalView)
  const rows = lists.map((list) => rowOf(list, results, publishedOf(list, openb.gpuMilli)))
  const gaps = rows.flatMap(({ gap_to_fgd_points: gap }) => gap ?? [])
  const figures: Record<string, number> = {}
  for (const { list, alloc_pct } of rows) figures[`alloc_${list}_pct`] = alloc_pct
  if (gaps.length > 0) {
    figures.worst_gap_to_fgd_points = Math.max(...gaps)
    figures.lists_below_best_fit = rows.filter((row) => row.published && row.alloc_pct < row.published.best_fit).length
  }
  figures.messages_per_placement = sum(auctions.map((r) => r.messages)) / sum(auctions.map((r) => r.placed))
  return {
    figures,
    detail: {
      peers: openb.hosts.length,
      gpus: openb.gpuMilli / 1000,
      lists_found: found,
      seeds: [...new Set(auctions.map(({ seed }) => seed))],
      asked_most: Math.max(...auctions.map(({ askedMost }) => askedMost)),
      asked_limit: defaultMarketConfig.askedMaxMulti,
      arrived_pct: 130,
      lists: Object.fromEntries(rows.map(({ list, ...row }) => [list, row])),
    },
  }
}

function rowOf(list: string, results: readonly PlacementResult[], published: Published | undefined) {
  const own = results.filter((result) => result.list === list && !result.globalView)
  const seen = results.find((result) => result.list === list && result.globalView)
  const at = (pct: number): number => mean(own.map(({ allocatedPct }) => allocatedPct[pct]!))
  const alloc = at(130)
  return {
    list,
    alloc_pct: alloc,
    alloc_by_seed_pct: own.map(({ allocatedPct }) => round(allocatedPct[130]!)),
    alloc_at_arrived_pct: Object.fromEntries(
      Object.keys(own[0]!.allocatedPct).map((pct) => [pct, round(at(Number(pct)))]),
    ),
    ...(seen ? { global_view_pct: round(seen.allocatedPct[130]!), global_view_seed: seen.seed } : {}),
    ...(published ? { published, gap_to_fgd_points: published.fgd - alloc } : {}),
    arrived: Math.round(mean(own.map(({ arrived }) => arrived))),
    placed: Math.round(mean(own.map(({ placed }) => placed))),
    messages_per_placement: round(sum(own.map((r) => r.messages)) / sum(own.map((r) => r.placed))),
  }
}

const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0)
const mean = (list: readonly number[]): number => sum(list) / list.length
const round = (x: number): number => Math.round(100 * x) / 100
