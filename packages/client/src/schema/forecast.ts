import { type Static, Type } from '@sinclair/typebox'
import type { Forecast } from '../forecast.ts'
import { apiLimits, choice, IsoTime, int, list, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)
const amount = Type.Number({ minimum: 0 })
const share = Type.Number({ minimum: 0, maximum: 1 })
const buckets = int(4096)

export const ForecastRequest = strict({
  class: Type.Optional(text(apiLimits.nameCharsMax, 1)),
  /** 1 to 360; default 60 */
  buckets: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
})
export type ForecastRequest = Static<typeof ForecastRequest>

const accuracy = strict({
  buckets,
  count: amount,
  accuracy: Type.Optional(Type.Number()),
  floor: Type.Optional(Type.Number()),
  mase: Type.Optional(amount),
  overLastValue: Type.Optional(amount),
  pinball: Type.Optional(amount),
  coverage: Type.Optional(amount),
})

const quantity = strict({
  quantity: choice('starts', 'workers', 'cpuMs', 'memoryBytes', 'networkBytes', 'arrivals'),
  history: list(Type.Union([amount, Type.Null()]), 4096),
  ahead: list(strict({ buckets, point: amount, low: amount, high: amount, quantile: amount, by: name }), 16),
  accuracy: list(accuracy, 16),
})

const trial = strict({
  buckets: int(),
  busyBuckets: int(),
  bucketsNeeded: int(),
  busyBucketsNeeded: int(),
  forecastCost: amount,
  lastUsedCost: amount,
  recentForecastCost: amount,
  recentLastUsedCost: amount,
})

const warm = strict({
  mode: choice('shadow', 'live'),
  target: int(),
  ordered: Type.Optional(int()),
  code: name,
  reason: text(),
  tau: share,
  free: Type.Optional(int()),
  warmUpMs: amount,
  measured: Type.Boolean(),
  aheadBuckets: buckets,
  coldStarts: int(),
  warmStarts: int(),
  idleMs: amount,
  executorCode: name,
  executorDetail: Type.Optional(text()),
  idleShare: share,
  gaps: int(),
  keepWindows: list(strict({ fromMs: amount, toMs: amount }), 16),
  trial,
})

export const ForecastAnswer = Type.Unsafe<Forecast>(
  strict({
    at: IsoTime,
    bucketMs: int(),
    classes: list(strict({ class: name, until: IsoTime, running: int(), quantities: list(quantity, 8), warm }), 1024),
  }),
)
