import { readHourly, readSeries } from './files.ts'
import { type M4Score, scoreHourly } from './m4.ts'
import { type RollingScore, roll } from './rolling.ts'

/** What one thread does at a time: all series of a file, or a part of the series of an M4 file. */
export type ForecastJob =
  | { kind: 'rolling'; file: string; bucketsMax: number }
  | { kind: 'hourly'; file: string; every: number; from: number }

export interface ForecastResult {
  file: string
  rolling: RollingScore[]
  hourly: M4Score[]
  /** series that could not be scored: too short, or always the same */
  skipped: number
}

export function forecastJob(job: ForecastJob): ForecastResult {
  return job.kind === 'hourly' ? hourly(job) : rolling(job)
}

function hourly({ file, every, from }: Extract<ForecastJob, { kind: 'hourly' }>): ForecastResult {
  const series = readHourly(file).filter((_, i) => i % every === from)
  const scores = series.map(scoreHourly).filter((score) => score !== undefined)
  return { file, rolling: [], hourly: scores, skipped: series.length - scores.length }
}

function rolling({ file, bucketsMax }: Extract<ForecastJob, { kind: 'rolling' }>): ForecastResult {
  const series = readSeries(file)
  const scores = series
    .map(({ values, ...rest }) => roll({ ...rest, values: values.slice(0, bucketsMax) }))
    .filter(({ horizons }) => horizons.every(({ scored }) => scored > 0))
  return { file, rolling: scores, hourly: [], skipped: series.length - scores.length }
}
