import type { Millis, WallMillis } from '@souk/kernel'

/** One order to a scaler: start one peer, or end one that a scaler has started. The same id twice is the same order. */
export interface ScaleIntent {
  id: string
  kind: 'grow' | 'shrink'
  /** of grow: what the new peer has to say of itself, so that all see whose it is; of shrink: the id it came with */
  peerTag: string
  /** of shrink: who goes */
  peer?: string
}

/** Whether it was right to act, as it was seen afterwards. */
export type Judgement =
  /** what it brought was needed, and was there in time; or what it took away was not missed */
  | 'right'
  /** tasks waited before what it brought was there; or what it took away had long been idle */
  | 'late'
  /** it was needed, but only long after; or what it took away was missed soon after */
  | 'early'
  /** nobody needed it */
  | 'needless'
  /** the scaler said so, did not answer, or its peer never came */
  | 'failed'

/** An order, and what became of it. */
export interface ScaleAction {
  intent: ScaleIntent
  askedWallMs: WallMillis
  /** why, as it was decided */
  why: string
  state: 'asked' | 'done' | 'failed' | 'judged'
  /** of the scaler's answer, or of its failure */
  code: string
  /** of grow: from the order until its peer was there */
  tookMs?: Millis
  judgement?: Judgement
}

const tagWallChars = 9

/** `WALLMS-STARTER-N`: when it was ordered and by whom can be read off it, also by who was not there. */
export function scaleTag(wallMs: WallMillis, self: string, count: number): string {
  return `${Math.floor(wallMs).toString(36).padStart(tagWallChars, '0')}-${self.slice(-8)}-${count}`
}

/** Undefined: it is no such tag. */
export function readScaleTag(tag: string): { wallMs: WallMillis; starter: string } | undefined {
  const found = /^([0-9a-z]{9})-([^-]{1,8})-\d+$/.exec(tag)
  return found ? { wallMs: Number.parseInt(found[1]!, 36), starter: found[2]! } : undefined
}
