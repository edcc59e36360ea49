/** One resource of a host or a task, in the unit in which people say it. */
export interface Amount {
  resource: string
  amount: number
}

interface Vector {
  cpuMilli?: number
  memoryBytes?: number
  diskBytes?: number
  gpu?: { count?: number; milli?: number }
  /** of a host: of each device what is there */
  gpuMilli?: number[]
  networkMbps?: number
  slots?: number
  custom?: Record<string, number>
}

/** The resources of a vector as the API tells it, without those that are 0. */
export function amountsOf(vector: Record<string, unknown> | undefined): Amount[] {
  if (vector === undefined) return []
  const v = vector as Vector
  const offered = (v.gpuMilli ?? []).reduce((sum, milli) => sum + milli, 0) / 1000
  const asked = ((v.gpu?.count ?? 0) * (v.gpu?.milli || 1000)) / 1000
  const all: [string, number][] = [
    ['slots', v.slots ?? 0],
    ['cpu', (v.cpuMilli ?? 0) / 1000],
    ['memory', v.memoryBytes ?? 0],
    ['gpu', Math.max(offered, asked)],
    ['disk', v.diskBytes ?? 0],
    ['network', v.networkMbps ?? 0],
    ...Object.entries(v.custom ?? {}),
  ]
  return all.filter(([, amount]) => amount > 0).map(([resource, amount]) => ({ resource, amount }))
}
