import { Prng } from '@souk/kernel'
import type { ForecastConfig } from '../src/index.ts'
import { Forecaster } from '../src/index.ts'

/** A config with one period of 24 buckets, or what a test says. */
export function configOf(changes: Partial<ForecastConfig> = {}): ForecastConfig {
  return {
    horizons: [1, 3, 6, 12],
    periods: [24],
    dayBuckets: 24,
    tau: 0.9,
    lossHalfLife: 100,
    accuracyHalfLife: Number.POSITIVE_INFINITY,
    ...changes,
  }
}

/** Draws from a normal distribution, the same ones for the same label. */
export function normals(label: string): () => number {
  const prng = new Prng(7, label)
  return () => Math.sqrt(-2 * Math.log(1 - prng.float())) * Math.cos(2 * Math.PI * prng.float())
}

/** A wave of 24 buckets around 100 with noise. */
export function daily(length: number, label = 'daily', noise = 5): number[] {
  const normal = normals(label)
  return Array.from({ length }, (_, i) => Math.max(0, 100 + 50 * Math.sin((2 * Math.PI * i) / 24) + noise * normal()))
}

/** A forecaster that has seen these, from bucket 0 on. */
export function taught(values: readonly (number | undefined)[], config = configOf()): Forecaster {
  const forecaster = new Forecaster(config)
  values.forEach((value, bucket) => {
    forecaster.step(bucket, value)
  })
  return forecaster
}
