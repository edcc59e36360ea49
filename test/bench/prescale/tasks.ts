import { Prng } from '@souk/kernel'
import type { TaskTimes } from '@souk/scaling'
import type { Demand } from './data.ts'

/** What is replayed, by the name of its demand. */
export interface Tasks extends TaskTimes {
  name: string
}

/** Where no file says how long tasks run: lognormal, of this median and sigma. */
const medianMs = 35_000
const sigma = 0.6

/**
 * Tasks at that rate, from its beginning until it ends or there are `tasksMax`. Rates that are whole numbers in steps of
 * a second were counted, and are taken as they are; others are means, of tasks that come independently of each other.
 */
export function tasksOf(demand: Demand, durations: readonly number[], tasksMax: number, seed: string): Tasks {
  const { name, rates, stepMs } = demand
  const prng = new Prng(seed, name)
  const [when, howLong] = [prng.fork('when'), prng.fork('how long')]
  const counted = stepMs === 1000 && rates.every((rate) => Number.isInteger(rate))
  const at: number[] = []
  let step = 0
  for (; step < rates.length && at.length < tasksMax; step++) {
    const rate = Math.max(0, rates[step]!)
    const fromMs = step * stepMs
    at.push(...(counted ? spread(rate, fromMs, stepMs, when) : poisson(rate / 1000, fromMs, stepMs, when)))
  }
  return { name, at: Float64Array.from(at), ms: drawn(at.length, durations, howLong), endMs: step * stepMs }
}

function spread(count: number, fromMs: number, stepMs: number, prng: Prng): number[] {
  return Array.from({ length: count }, () => fromMs + stepMs * prng.float()).sort((a, b) => a - b)
}

function poisson(perMs: number, fromMs: number, stepMs: number, prng: Prng): number[] {
  const at: number[] = []
  const gap = (): number => -Math.log(1 - prng.float()) / perMs
  for (let ms = fromMs + gap(); ms < fromMs + stepMs; ms += gap()) at.push(ms)
  return at
}

function drawn(count: number, durations: readonly number[], prng: Prng): Float64Array {
  return Float64Array.from({ length: count }, () => {
    if (durations.length > 0) return durations[prng.below(durations.length)]!
    const normal = Math.sqrt(-2 * Math.log(1 - prng.float())) * Math.cos(2 * Math.PI * prng.float())
    return medianMs * Math.exp(sigma * normal)
  })
}
