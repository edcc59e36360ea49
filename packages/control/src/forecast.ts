import { apiLimits, type ClassForecast, type Forecast } from '@souk/client'
import type { ClassReport, QuantityReport } from '@souk/peer'
import { warmReason } from './warm-reason.ts'

const bucketsDefault = 60

/** Reads what this peer knows of the classes it runs: the latest so many buckets of each. */
export type DemandReader = (wanted: { buckets: number; only?: string | undefined }) => ClassReport[]

export function forecast(read: DemandReader, query: { class?: string; buckets?: string }): Forecast {
  const buckets = Math.min(apiLimits.forecastBucketsMax, Number(query.buckets ?? bucketsDefault))
  const reports = named(read, query.class, buckets)
  return {
    at: new Date().toISOString(),
    bucketMs: reports[0]?.bucketMs ?? 0,
    classes: reports.map(fromReport),
  }
}

/** A class by its whole name, else by what stands behind its kind: `resize` is also `function/resize`. */
function named(read: DemandReader, only: string | undefined, buckets: number): ClassReport[] {
  const exact = read({ buckets, only })
  if (exact.length > 0 || only === undefined) return exact
  return read({ buckets }).filter((report) => report.class.endsWith(`/${only}`))
}

function fromReport(report: ClassReport): ClassForecast {
  const { free, ahead, ...warm } = report.warm
  return {
    class: report.class,
    until: new Date(report.untilWallMs).toISOString(),
    running: report.running,
    quantities: report.quantities.map(fromQuantity),
    warm: { ...warm, aheadBuckets: ahead, reason: warmReason(report), ...(free === undefined ? {} : { free }) },
  }
}

function fromQuantity({ quantity, history, ahead, accuracy }: QuantityReport): ClassForecast['quantities'][number] {
  return {
    quantity,
    history,
    ahead: ahead.map(({ ahead: buckets, ...rest }) => ({ buckets, ...rest })),
    accuracy: accuracy.map(({ horizon, count, accuracy: share, floor, mase, overLastValue, pinball, coverage }) => ({
      buckets: horizon,
      count,
      ...known({ accuracy: share, floor, mase, overLastValue, pinball, coverage }),
    })),
  }
}

/** What has a base to be told. */
function known<K extends string>(numbers: Record<K, number | undefined>): Partial<Record<K, number>> {
  const entries = Object.entries(numbers) as [K, number | undefined][]
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<Record<K, number>>
}
