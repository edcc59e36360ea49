import { Type } from '@sinclair/typebox'
import type { AppliedPlan, RebalanceStatus } from '../rebalance.ts'
import { apiLimits, choice, IsoTime, int, list, PeerIdText, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)

export const strategySchema = strict({ strategy: choice('steal', 'shed', 'none'), code: name, reason: text() })

export const RebalanceBody = Type.Unsafe<RebalanceStatus>(
  strict({
    on: Type.Boolean(),
    movesPerMinuteMax: int(),
    movesLastMinute: int(),
    strategy: strategySchema,
    pressure: Type.Optional(strict({ code: name, detail: text(), forMs: int(), moved: int() })),
  }),
)

export const forecastSchema = strict({ tasks: int(), meanMs: int(), p95Ms: int(), never: int() })

export const AppliedAnswer = Type.Unsafe<AppliedPlan>(
  strict({
    at: IsoTime,
    moves: list(
      strict({
        class: name,
        from: PeerIdText,
        to: PeerIdText,
        count: int(),
        code: name,
        reason: text(),
        handed: int(),
        left: list(strict({ code: name, count: int() }), 64),
      }),
      512,
    ),
    predicted: strict({ before: forecastSchema, after: forecastSchema }),
    real: strict({ started: int(), waiting: int(), meanMs: int(), p95Ms: int() }),
  }),
)
