import type { Millis } from '@souk/kernel'
import type { Judgement } from './scale-intent.ts'

/** What was seen from an order until it is judged. */
export interface ActionSeen {
  /** more was needed than there was, before its peer was there */
  shortBefore: boolean
  /** from when its peer was there, or had gone, until more was needed than there would be without it, or is; undefined: never */
  neededAfterMs: Millis | undefined
  /** of shrink: it had been unneeded for so long */
  unneededMs: Millis
}

export function judgeGrow({ shortBefore, neededAfterMs }: ActionSeen, startMs: Millis): Judgement {
  if (neededAfterMs === undefined) return shortBefore ? 'late' : 'needless'
  if (shortBefore) return 'late'
  return neededAfterMs > 2 * startMs ? 'early' : 'right'
}

export function judgeShrink({ neededAfterMs, unneededMs }: ActionSeen, scaleInMs: Millis): Judgement {
  if (neededAfterMs !== undefined) return 'early'
  return unneededMs > 3 * scaleInMs ? 'late' : 'right'
}
