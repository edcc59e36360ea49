import type { Millis } from '@souk/kernel'
import { judgeGrow, judgeShrink } from './judge-action.ts'
import type { Judgement, ScaleAction } from './scale-intent.ts'

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

/** Whether it was right, of one whose peer has come or gone. */
export function judgementOf(seen: UnderWay, startMs: Millis, scaleInMs: Millis): Judgement {
  const { action, sinceMs, neededAtMs, shortBefore, unneededMs } = seen
  const neededAfterMs = neededAtMs === undefined || sinceMs === undefined ? undefined : neededAtMs - sinceMs
  const facts = { shortBefore, neededAfterMs, unneededMs }
  return action.intent.kind === 'grow' ? judgeGrow(facts, startMs) : judgeShrink(facts, scaleInMs)
}
