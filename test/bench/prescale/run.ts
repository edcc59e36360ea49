import {
  defaultDemandConfig,
  type FixedPool,
  fixedPool,
  type Policy,
  Reactive,
  type Replayed,
  replay,
} from '@souk/scaling'
import { readDemand, readDurations } from './data.ts'
import { Frontier, type FrontierPoint } from './frontier.ts'
import { Forecasting, KeepAlive } from './policies.ts'
import { type Tasks, tasksOf } from './tasks.ts'

/** What one thread does at a time: all demand in a file. */
export interface PrescaleJob {
  file: string
  durations: string | undefined
  tasksMax: number
  keepAlivesMs: readonly number[]
}

/** One demand, and what each way to keep workers warm made of it. */
export interface PrescaleScore {
  name: string
  hours: number
  ours: Replayed
  /** the same decisions by what peers do unless told otherwise */
  byDefault: Replayed
  reactive: Replayed
  fixed: FixedPool
  frontier: FrontierPoint[]
  /** of the frontier, at our idle time and at our cold starts */
  coldStartsAtEqualIdle: number
  idleMsAtEqualColdStarts: number
}

/** What loading a base model took in GenTD26 at the median. */
export const coldStartMs = 22_000
/** Demand is looked at four times, about, in the time that a worker takes to start. */
const bucketMs = 5_000
/**
 * A cold start is 22 s of somebody's time; what it costs is declared to be 65 s of a worker's: 13 buckets. Fewer wanted
 * let go at once: a delay beside the workers' own keep-alive is a second one.
 */
const pools = { costs: { coldStart: 13, idleSlot: 1 }, hysteresis: 0, scaleDownMs: 0, keepMs: 10_000 }

export function prescaleJob({ file, durations, tasksMax, keepAlivesMs }: PrescaleJob): PrescaleScore[] {
  const howLong = durations === undefined ? [] : readDurations(durations)
  return readDemand(file)
    .map((demand) => tasksOf(demand, howLong, tasksMax, 'prescale'))
    .filter((tasks) => tasks.at.length > 0)
    .map((tasks) => score(tasks, keepAlivesMs))
}

function score(tasks: Tasks, keepAlivesMs: readonly number[]): PrescaleScore {
  const by = (policy: Policy): Replayed => replay(tasks, coldStartMs, policy)
  const ours = by(new Forecasting(coldStartMs, bucketMs, pools))
  const frontier = keepAlivesMs.map((keepMs): FrontierPoint => {
    const { coldStarts, idleMs } = by(new KeepAlive(keepMs))
    return { keepMs, coldStarts, idleMs }
  })
  const against = new Frontier(frontier)
  return {
    name: tasks.name,
    hours: tasks.endMs / 3_600_000,
    ours,
    byDefault: by(new Forecasting(coldStartMs, defaultDemandConfig.bucketMs, {})),
    reactive: by(new Reactive()),
    fixed: fixedPool(tasks, 0.99),
    frontier,
    coldStartsAtEqualIdle: against.coldStartsAt(ours.idleMs),
    idleMsAtEqualColdStarts: against.idleMsAt(ours.coldStarts),
  }
}
