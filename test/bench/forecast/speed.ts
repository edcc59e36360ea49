import { Forecaster, forecastConfigFor } from '@souk/forecast'
import { Prng } from '@souk/kernel'
import { quantile } from '../report.ts'

const minuteMs = 60_000
/** the first of them warm up the compiler and are left out */
const batches = 60
const warmUp = 20
const batchSteps = 500

export interface Speed {
  /** the middle of the batches, microseconds of processor time a step: scoring, learning and forecasting all horizons anew */
  updateUs: number
  bytes: number
}

/** One synthetic series of minutes with an hourly and a daily wave, so that every candidate takes part. */
export function updateSpeed(): Speed {
  const prng = new Prng(1, 'speed')
  const forecaster = new Forecaster(forecastConfigFor(minuteMs))
  const perStep: number[] = []
  let bucket = 0
  for (let batch = 0; batch < batches; batch++) {
    const values = Array.from({ length: batchSteps }, (_, i) => valueAt(bucket + i, prng))
    // Processor time: what other programs take of the machine is not this one's cost.
    const before = process.cpuUsage()
    for (const value of values) forecaster.step(bucket++, value)
    const { user, system } = process.cpuUsage(before)
    perStep.push((user + system) / batchSteps)
  }
  return { updateUs: quantile(perStep.slice(warmUp), 0.5), bytes: forecaster.bytes }
}

function valueAt(minute: number, prng: Prng): number {
  const wave = (minutes: number): number => Math.sin((2 * Math.PI * minute) / minutes)
  return Math.round(100 + 50 * wave(1440) + 20 * wave(60) + 20 * prng.float())
}
