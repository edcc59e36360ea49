import type { RunResult } from '@souk/wire'
import type { Exit } from '../guardian/frames.ts'
import type { RunLimits } from '../guardian/run-limits.ts'

/** The limit for which a run was ended, in words; undefined when it was not. */
export function limitBreach(
  { cause, memoryPeakBytes, processesSeen }: Exit,
  { memoryBytes, processes }: RunLimits,
): { code: NonNullable<RunResult['code']>; message: string } | undefined {
  if (cause === 'memory') {
    const more = memoryPeakBytes <= memoryBytes ? ', and needed more' : ''
    const message = `out of memory: used ${bytesText(memoryPeakBytes)} of ${bytesText(memoryBytes)} (peak)${more}`
    return { code: 'out-of-memory', message }
  }
  if (cause !== 'processes') return undefined
  return { code: 'too-many-processes', message: `it had ${processesSeen} processes of at most ${processes}` }
}

/** What a run that failed is told of processes that the kernel refused it; '' when there were none. */
export function forksNote({ forksRefused, cause }: Exit, { processes }: RunLimits): string {
  if (forksRefused === 0 || cause === 'memory') return ''
  return `it was refused more than ${processes} processes`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** As people read it: "1.2 GB", decimal. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
