import type { Decision } from '@souk/wire'
import type { Quantiles } from './durations.ts'

/** The decision with the start and duration that are expected of the task, if a duration is known. */
export function withPrediction(decision: Decision, startMs: number, finishMs: Quantiles | undefined): Decision {
  return finishMs && finishMs.p50 > 0 ? { ...decision, predicted: { startMs, finishMs } } : decision
}
