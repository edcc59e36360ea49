import type { ClassReport } from '@souk/peer'

/** What a peer knows of a class that is on trial. */
export const demandReport: ClassReport = {
  class: 'function/render',
  bucketMs: 10_000,
  untilWallMs: 1_700_000_000_000,
  running: 1,
  quantities: [
    {
      quantity: 'workers',
      history: [1, null, 3],
      ahead: [{ ahead: 1, point: 2, low: 0, high: 4, quantile: 3, by: 'combination' }],
      accuracy: [
        {
          horizon: 1,
          count: 12,
          accuracy: 0.8,
          floor: 0.9,
          mase: undefined,
          overLastValue: 0.7,
          pinball: 0.2,
          coverage: 0.91,
        },
      ],
    },
  ],
  warm: {
    mode: 'shadow',
    target: 3,
    ordered: 1,
    code: 'forecast',
    tau: 0.9,
    free: 2,
    warmUpMs: 120,
    measured: true,
    ahead: 1,
    coldStarts: 2,
    warmStarts: 9,
    idleMs: 40_000,
    executorCode: '',
    executorDetail: '',
    idleShare: 0.2,
    gaps: 3,
    keepWindows: [{ fromMs: 0, toMs: 10_000 }],
    trial: {
      buckets: 12,
      busyBuckets: 9,
      forecastCost: 20,
      lastUsedCost: 30,
      recentForecastCost: 20,
      recentLastUsedCost: 30,
      bucketsNeeded: 60,
      busyBucketsNeeded: 10,
    },
  },
}
