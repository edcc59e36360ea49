import type { Millis } from '@souk/kernel'
import { limits, type MessageOf, tiesOf } from '@souk/wire'
import { type Durations, durationClass } from '../durations.ts'
import { clamped } from '../free-vector.ts'
import type { LocalView } from '../views.ts'

/** This host's answer to a survey: its free room, when its tasks end, their ties, and durations of classes. Promises nothing. */
export function surveyAnswer(
  { plan, classes }: MessageOf<'survey'>,
  { local, durations }: { local: LocalView; durations: Durations },
  now: Millis,
): MessageOf<'surveyed'> {
  const quotas = local.quotas()
  const work = local
    .work(limits.surveyRunsMax, now)
    .map(({ class: className, alternative, request, startedMs, allocation, tenant, ties }) => {
      const name = durationClass(className, alternative)
      const endsMs = allocation
        ? durations.remainingMs(name, Math.max(0, now - startedMs))
        : durations.expected(name)?.p50
      return {
        request,
        queued: allocation === undefined,
        gpuDevices: allocation?.gpuDevices ?? [],
        ...(endsMs === undefined ? {} : { endsMs: Math.ceil(endsMs) }),
        ...(quotas && tenant ? { tenant } : {}),
        ...(ties ? tiesOf(ties) : {}),
      }
    })
  const told = classes.map((name) => durations.told(name))
  const answer = { t: 'surveyed' as const, plan, free: clamped(local.free()), work, durations: told }
  return quotas ? { ...answer, quotas: quotas.left(limits.quotasMax) } : answer
}
