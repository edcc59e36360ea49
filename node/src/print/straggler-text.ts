import type { Straggler } from '@souk/client'
import { durationText, shortTask } from './amount-text.ts'

/** `runs for 40 s, while 99 of 100 like it take at most 3 s (of 120 runs)` */
export function straggleText({ elapsedMs, p99Ms, runs }: Straggler): string {
  const like = `99 of 100 like it take at most ${durationText(p99Ms)} (of ${runs} runs)`
  return `runs for ${durationText(elapsedMs)}, while ${like}`
}

/** With its task and class, for lists. */
export function stragglerText(straggler: Straggler): string {
  return `${shortTask(straggler.task)} (${straggler.class}) ${straggleText(straggler)}`
}
