import type { Millis } from '@souk/kernel'
import { limits, type MessageOf } from '@souk/wire'
import { type Durations, durationClass } from '../durations.ts'
import { clamped } from '../free-vector.ts'
import type { LocalView } from '../views.ts'

/** What this host tells for a plan: its room, what ends when, and how long such tasks take. Promises nothing. */
export function surveyAnswer(
  { plan, classes }: MessageOf<'survey'>,
  { local, durations }: { local: LocalView; durations: Durations },
  now: Millis,
): MessageOf<'surveyed'> {
  const work = local
    .work(limits.surveyRunsMax, now)
    .map(({ class: className, alternative, request, startedMs, allocation }) => {
      const name = durationClass(className, alternative)
      const endsMs = allocation
        ? durations.remainingMs(name, Math.max(0, now - startedMs))
        : durations.expected(name)?.p50
      return {
        request,
        queued: allocation === undefined,
        gpuDevices: allocation?.gpuDevices ?? [],
        ...(endsMs === undefined ? {} : { endsMs: Math.ceil(endsMs) }),
      }
    })
  const told = classes.map((name) => durations.told(name))
  return { t: 'surveyed', plan, free: clamped(local.free()), work, durations: told }
}
