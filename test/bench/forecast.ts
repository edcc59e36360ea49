import { availableParallelism } from 'node:os'
import { findFiles } from './forecast/files.ts'
import { m4Ahead, meanError } from './forecast/m4.ts'
import type { HorizonScore, RollingScore } from './forecast/rolling.ts'
import { type ForecastJob, type ForecastResult, forecastJob } from './forecast/run.ts'
import { updateSpeed } from './forecast/speed.ts'
import { thousandSeries } from './forecast/thousand-series.ts'
import { inThreads } from './in-threads.ts'
import { type Bench, type BenchOptions, type Measured, NeedsError, quantile } from './report.ts'

/** of the M4 series one in so many, and of each other series the first buckets */
const quickEvery = 2
const quickBuckets = 8_000
const threadsMax = 4
/** an M4 file is shared among the threads in so many parts */
const parts = 4
/**
 * The floor supposes noise like a normal one: 0.80 is its mean absolute deviation. Where the variance of a bucket exceeds
 * its squared mean (a floor below 0.2) that cannot be, and the share of it says nothing.
 */
const floorMin = 0.2
const coveragePct = 90

/** How good the forecasts are, next to the last value and seasonal naive, on real series that it was not fitted to. */
export const forecast: Bench = {
  name: 'forecast',
  summary: 'forecasts of real series next to the last value and seasonal naive, and what one costs (needs --data)',
  targets: {
    m4_mase: ['<=', 1],
    m4_mase_over_snaive: ['<=', 0.82],
    floor_share_pct: ['>=', 97],
    pinball90_over_snaive: ['<=', 0.8],
    pinball90_over_snaive_worst: ['<=', 1.1],
    coverage90_error_points: ['<=', 2],
    update_us: ['<=', 20],
    thousand_series_cpu_pct: ['<', 1],
    thousand_series_mb: ['<=', 64],
  },
  run,
}

async function run({ quick, data, say }: BenchOptions): Promise<Measured> {
  const jobs = jobsFor(data, quick)
  if (quick) say(`a sample: one in ${quickEvery} M4 series, the first ${quickBuckets} buckets of the others`)
  const file = new URL('./forecast/run.ts', import.meta.url)
  const threads = Math.min(threadsMax, availableParallelism())
  const results = await inThreads(file, forecastJob, jobs, threads, (result) => {
    for (const score of result.rolling) say(lineOf(score))
  })
  const m4 = m4Of(results)
  const rolling = rollingOf(results.flatMap((result) => result.rolling))
  const { updateUs, bytes } = updateSpeed()
  const thousand = thousandSeries()
  const skipped = results.reduce((sum, result) => sum + result.skipped, 0)
  return {
    figures: {
      ...m4.figures,
      ...rolling.figures,
      update_us: updateUs,
      bytes_per_series: bytes,
      thousand_series_cpu_pct: thousand.cpuPct,
      thousand_series_mb: thousand.mb,
    },
    detail: { m4: m4.detail, skipped_series: skipped, ...rolling.detail, thousand_series: thousand },
  }
}

function jobsFor(data: string | undefined, quick: boolean): ForecastJob[] {
  const needed =
    '--data DIR, below which lie *Hourly-train.csv, tables of timestamp,value, *workload*.txt.gz or the like'
  if (data === undefined) throw new NeedsError(`forecast needs ${needed}`)
  const { hourly, rolling } = findFiles(data)
  if (hourly.length + rolling.length === 0) throw new NeedsError(`forecast needs ${needed}; in ${data} is none of them`)
  const every = quick ? quickEvery * parts : parts
  // The long ones first, so that the threads end together.
  return [
    ...rolling.map(
      (file): ForecastJob => ({ kind: 'rolling', file, bucketsMax: quick ? quickBuckets : Number.MAX_SAFE_INTEGER }),
    ),
    ...hourly.flatMap((file) =>
      Array.from({ length: parts }, (_, from): ForecastJob => ({ kind: 'hourly', file, every, from })),
    ),
  ]
}

function m4Of(results: readonly ForecastResult[]): Measured {
  const scores = results.flatMap(({ hourly }) => hourly)
  if (scores.length === 0) return { figures: {}, detail: {} }
  const [ours, naive, naive2, seasonal, theta] = (['ours', 'naive', 'naive2', 'seasonal_naive', 'theta'] as const).map(
    (name) => meanError(scores.map((score) => score[name])),
  )
  const owa = (ours!.smape / naive2!.smape + ours!.mase / naive2!.mase) / 2
  return {
    figures: {
      m4_smape: ours!.smape,
      m4_mase: ours!.mase,
      m4_mase_over_snaive: ours!.mase / seasonal!.mase,
      m4_owa: owa,
    },
    detail: {
      series: scores.length,
      split: `the last ${m4Ahead} values of the train part held out`,
      errors: { ours, naive, naive2, seasonal_naive: seasonal, theta },
      coverage90_pct: (100 * scores.reduce((sum, { covered }) => sum + covered, 0)) / (m4Ahead * scores.length),
      published_on_the_test_part: {
        seasonal_naive: { smape: 13.912, mase: 1.193 },
        winner: { smape: 9.328, mase: 0.893 },
      },
    },
  }
}

function rollingOf(scores: readonly RollingScore[]): Measured {
  const figures: Record<string, number> = {}
  const counted = scores.filter(({ counts }) => counts)
  const floored = counted.filter(({ floor }) => floor >= floorMin)
  const shares = floored.map(({ floor, horizons }) => (100 * horizons[0]!.accuracy) / floor)
  if (shares.length > 0) {
    figures.accuracy_pct = Math.min(...floored.map(({ horizons }) => 100 * horizons[0]!.accuracy))
    figures.floor_share_pct = Math.min(...shares)
  }
  const seasonal = scores.filter(({ season }) => season !== undefined)
  if (seasonal.length > 0) {
    const ratios = seasonal.map(({ horizons }) => pinballRatio(horizons, 'pinball_snaive'))
    const bare = seasonal.map(({ horizons }) => pinballRatio(horizons, 'pinball_snaive_bare'))
    figures.pinball90_over_snaive = quantile(ratios, 0.5)
    figures.pinball90_over_snaive_worst = Math.max(...ratios)
    figures.pinball90_over_bare_snaive = quantile(bare, 0.5)
  }
  const horizons = scores.flatMap((score) => score.horizons)
  if (horizons.length > 0) {
    const [covered, scored] = [total(horizons, 'covered'), total(horizons, 'scored')]
    figures.coverage90_pct = (100 * covered) / scored
    figures.coverage90_error_points = Math.abs(figures.coverage90_pct - coveragePct)
  }
  return {
    figures,
    detail: {
      baseline: 'seasonal naive with the 90 % quantile of its own latest 200 residuals; bare: itself as the quantile',
      without_floor: counted.filter((score) => !floored.includes(score)).map(({ name }) => name),
      series: Object.fromEntries(scores.map(({ name, ...rest }) => [name, rest])),
    },
  }
}

/** Over all horizons alike: what one loses far ahead, another may not make up near. */
function pinballRatio(horizons: readonly HorizonScore[], baseline: 'pinball_snaive' | 'pinball_snaive_bare'): number {
  return total(horizons, 'pinball') / total(horizons, baseline)
}

function total(horizons: readonly HorizonScore[], field: keyof HorizonScore): number {
  return horizons.reduce((sum, horizon) => sum + horizon[field], 0)
}

/** One series, for people. */
function lineOf({ name, buckets, season, counts, floor, horizons }: RollingScore): string {
  const [one] = horizons
  const accuracy = `1-WAPE ${round(one!.accuracy)} (last value ${round(one!.accuracy_last)}${counts ? `, floor ${round(floor)}` : ''})`
  const ratio =
    season === undefined
      ? 'no season'
      : `pinball over seasonal naive ${round(pinballRatio(horizons, 'pinball_snaive'))}`
  const covered = `within the band ${round((100 * total(horizons, 'covered')) / total(horizons, 'scored'))} %`
  return `${name}, ${buckets} buckets: ${accuracy}, ${ratio}, ${covered}`
}

const round = (x: number): number => Number(x.toPrecision(3))
