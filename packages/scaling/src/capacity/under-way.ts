import type { Millis } from '@souk/kernel'
import type { ScaleAction } from './scale-intent.ts'

/** An action that is not judged yet, and what was seen of it. */
export interface UnderWay {
  action: ScaleAction
  askedMs: Millis
  /** its peer was there, or had gone, since then */
  sinceMs: Millis | undefined
  /** slots that it brought, or took away */
  slots: number
  shortBefore: boolean
  neededAtMs: Millis | undefined
  unneededMs: Millis
}

export function underWay(action: ScaleAction, askedMs: Millis, unneededMs: Millis): UnderWay {
  return { action, askedMs, sinceMs: undefined, slots: 0, shortBefore: false, neededAtMs: undefined, unneededMs }
}

/** So much is needed now, and there are so many slots. */
export function watchNeed(seen: UnderWay, needed: number, slots: number, now: Millis): void {
  if (seen.sinceMs === undefined) {
    if (needed > slots) seen.shortBefore = true
    return
  }
  const without = seen.action.intent.kind === 'grow' ? slots - seen.slots : slots
  if (needed > without) seen.neededAtMs ??= now
}
