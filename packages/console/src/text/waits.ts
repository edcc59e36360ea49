import type { AppliedPlan, WaitForecast } from '@souk/client'
import { durationText, plural } from './amounts.ts'

/** How long tasks wait yet: `mean 2 s, p95 4 s of 12 tasks; 3 never start`. */
export function waitText({ tasks, meanMs, p95Ms, never }: WaitForecast): string {
  const none = never === 0 ? '' : `${never} never ${never === 1 ? 'starts' : 'start'}`
  if (tasks === 0) return none || '–'
  const known = `mean ${durationText(meanMs)}, p95 ${durationText(p95Ms)} of ${plural(tasks, 'task')}`
  return none === '' ? known : `${known}; ${none}`
}

/** What waits really were since a plan was carried out, as far as tasks have begun. */
export function realWaitText({ started, waiting, meanMs, p95Ms }: AppliedPlan['real']): string {
  const begun =
    started === 0
      ? 'none has begun yet'
      : `mean ${durationText(meanMs)}, p95 ${durationText(p95Ms)} of ${plural(started, 'task')}`
  return waiting === 0 ? begun : `${begun}; ${waiting} not begun`
}
