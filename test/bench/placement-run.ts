import { Prng, type ResourceRequest } from '@souk/kernel'
import { defaultMarketConfig } from '@souk/market'
import { arrivalsOf, readOpenb } from './placement-data.ts'
import { PlacementMesh } from './placement-mesh.ts'

/** One list of tasks in one order. */
export interface PlacementJob {
  data: string
  list: string
  seed: number
  /** each task asks every host that could run it */
  globalView: boolean
}

export interface PlacementResult {
  list: string
  seed: number
  globalView: boolean
  /** taken thousandths of devices in percent of all, at these percentages of demand arrived */
  allocatedPct: Record<number, number>
  arrived: number
  placed: number
  messages: number
  askedMost: number
}

/** Demand that arrives, in percent of all GPUs, and where allocation is read on the way. */
export const arrivedPct = [80, 90, 100, 110, 120, 130] as const

export function place({ data, list, seed, globalView }: PlacementJob): PlacementResult {
  const openb = readOpenb(data)
  const prng = new Prng(seed, 'placement')
  const demand = Math.max(...arrivedPct) / 100
  const tasks = arrivalsOf(openb.lists.get(list)!, openb.gpuMilli, demand, prng.fork('arrivals'))
  const asked = globalView ? { askAllMax: openb.hosts.length } : {}
  // One round, so that no task asks more than `askedMaxMulti` hosts.
  const mesh = new PlacementMesh(openb.hosts, { ...defaultMarketConfig, roundsMax: 1, ...asked }, prng.fork('mesh'))
  const origins = prng.fork('origins')
  const allocatedPct: Record<number, number> = {}
  let arrivedMilli = 0
  const read = (last: boolean) => {
    for (const pct of arrivedPct) {
      const isReached = last || arrivedMilli * 100 >= openb.gpuMilli * pct
      if (isReached) allocatedPct[pct] ??= (100 * mesh.takenMilli) / openb.gpuMilli
    }
  }
  for (const [i, task] of tasks.entries()) {
    mesh.submit(origins.below(openb.hosts.length), `task-${i}`, task)
    arrivedMilli += gpuMilliOf(task)
    read(false)
  }
  read(true)
  const { placed, messages, askedMost } = mesh
  return { list, seed, globalView, allocatedPct, arrived: tasks.length, placed, messages, askedMost }
}

const gpuMilliOf = ({ gpu }: ResourceRequest): number => gpu.count * gpu.milli
