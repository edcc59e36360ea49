import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import { durationText } from './amount-text.ts'

/** What was expected of a task when it was placed, and what came of it. Empty where nobody knew its class. */
export function predictionText(
  { outcome, submittedAt }: Pick<TaskDetail, 'outcome' | 'submittedAt'>,
  { predicted, wallMs, winner }: Pick<Decision, 'predicted' | 'wallMs' | 'winner'>,
): string {
  if (predicted === undefined) return ''
  const { p50, p90 } = predicted.finishMs
  const expected = `predicted: done ${durationText(p50)} after it was placed, in nine of ten cases within ${durationText(p90)}`
  if (outcome?.host === undefined) return expected
  const tookMs = Math.max(0, Date.parse(outcome.endedAt) - wallMs)
  const all = Math.max(0, Date.parse(outcome.endedAt) - Date.parse(submittedAt))
  const elsewhere = outcome.host === winner ? '' : ', but elsewhere'
  const happened = `happened: ran ${durationText(outcome.runMs)}, done after ${durationText(tookMs)}${elsewhere}; ${durationText(all)} since it was submitted`
  return `${expected}\n${happened}\n${verdict(outcome.runMs, predicted.finishMs)}`
}

function verdict(runMs: number, { p50, p90 }: { p50: number; p90: number }): string {
  const percent = Math.round((100 * (runMs - p50)) / Math.max(1, p50))
  const by = `${percent >= 0 ? '+' : ''}${percent} % of the p50`
  if (runMs <= p50) return `the run was within its p50 (${by})`
  return runMs <= p90 ? `the run was within its p90 (${by})` : `the run took longer than its p90 (${by})`
}
