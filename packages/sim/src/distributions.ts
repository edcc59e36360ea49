import type { Prng } from '@souk/kernel'

/** A standard normal draw (Box-Muller; one of the pair). */
export function gaussian(prng: Prng): number {
  return Math.sqrt(-2 * Math.log(1 - prng.float())) * Math.cos(2 * Math.PI * prng.float())
}

/** Log-normal around `median`; `sigma` 0 is constant. */
export function lognormal(prng: Prng, median: number, sigma: number): number {
  return sigma === 0 ? median : median * Math.exp(sigma * gaussian(prng))
}

/** Uniform in [low, high). */
export function between(prng: Prng, [low, high]: Range): number {
  return low + prng.float() * (high - low)
}

/** One entry of a non-empty list, by weight; entries without weight are never drawn. */
export function pickWeighted<T>(prng: Prng, list: readonly T[], weightOf: (item: T) => number): T {
  let at = prng.float() * list.reduce((sum, item) => sum + weightOf(item), 0)
  let picked = list[0] as T
  for (const item of list) {
    const weight = weightOf(item)
    if (weight <= 0) continue
    picked = item
    at -= weight
    if (at < 0) break
  }
  return picked
}

/** Lowest and highest value, in the unit of its field's name. */
export type Range = readonly [low: number, high: number]

/** How long tasks of one class take. */
export type Duration =
  | { kind: 'fixed'; ms: number }
  | { kind: 'exponential'; meanMs: number }
  /** two exponentials with balanced means; cv > 1 */
  | { kind: 'hyperexponential'; meanMs: number; cv: number }
  /** Pareto from `minMs` on, cut at `maxMs` */
  | { kind: 'heavy'; minMs: number; alpha: number; maxMs: number }

/** One duration in ms, at most `durationMsMax`. */
export function drawDuration(prng: Prng, shape: Duration): number {
  return Math.min(durationMsMax, uncapped(prng, shape))
}

/** No task of a simulation runs longer: else one draw could make the run endless. */
const durationMsMax = 60_000

function uncapped(prng: Prng, shape: Duration): number {
  switch (shape.kind) {
    case 'fixed':
      return shape.ms
    case 'exponential':
      return prng.exponential(shape.meanMs)
    case 'hyperexponential': {
      const square = shape.cv * shape.cv
      const p = 0.5 * (1 + Math.sqrt((square - 1) / (square + 1)))
      return prng.exponential(shape.meanMs / (2 * (prng.chance(p) ? p : 1 - p)))
    }
    case 'heavy':
      return Math.min(shape.maxMs, shape.minMs * (1 - prng.float()) ** (-1 / shape.alpha))
  }
}

/** The mean of a shape, for planning how much load a stream of tasks is. */
export function meanDuration(shape: Duration): number {
  switch (shape.kind) {
    case 'fixed':
      return shape.ms
    case 'exponential':
    case 'hyperexponential':
      return shape.meanMs
    case 'heavy': {
      const { minMs: low, maxMs: high, alpha } = shape
      if (alpha === 1) return low * (1 + Math.log(high / low))
      return (alpha * low - low ** alpha * high ** (1 - alpha)) / (alpha - 1)
    }
  }
}
