import type { Millis } from '@souk/kernel'
import type { CapacityConfig } from './config.ts'
import type { CoolUntil } from './cool-downs.ts'

/** Why the mesh grows, shrinks or stays. */
export type CapacityCode =
  /** more is needed for longer than a new peer takes */
  | 'short'
  /** fewer would do, and have done for long enough */
  | 'unneeded'
  | 'enough'
  | 'no-forecast'
  /** what is short will be over before a new peer would be there */
  | 'brief'
  /** peers that are on their way will do */
  | 'on-the-way'
  | 'cool-down'
  /** as many peers were started in the last hour as may be */
  | 'budget'
  /** as many peers of scaling are there as may be */
  | 'at-most'
  /** fewer would do, but not for long enough yet */
  | 'scale-in-delay'
  /** this peer has a scaler, but the mesh does not let it invite anybody */
  | 'no-admin'
  /** another peer is to do it: the one that acts, or the one that has started who is to go */
  | 'others-turn'

export interface CapacityFacts {
  now: Millis
  /** this peer may start others: the mesh lets it invite them */
  able: boolean
  /** of peers that take work, and of those on their way */
  slots: number
  comingSlots: number
  /** what one more brings */
  slotsPerPeer: number
  /** quantiles of the slots needed: when a new peer would be there, as long again after that, and the most until it would be there */
  soon: number | undefined
  later: number | undefined
  most: number | undefined
  /** needed now */
  needed: number
  /** of the peer that would go; 0: none may go */
  spareSlots: number
  /** fewer would do since then; undefined: they would not */
  unneededSinceMs: Millis | undefined
  coolUntilMs: CoolUntil
  /** peers of scaling, with those on their way */
  grown: number
  startsLeft: number
}

export interface CapacityDecision {
  action: 'grow' | 'shrink' | 'stay'
  /** to start */
  peers: number
  code: CapacityCode
}

export const stay = (code: CapacityCode): CapacityDecision => ({ action: 'stay', peers: 0, code })

/**
 * Whether fewer would do: what is needed, now and until a new peer would be there, fits what is left without the one that
 * would go. What comes later can be met by starting another.
 */
export function isUnneeded({ spareSlots, slots, most, needed }: CapacityFacts): boolean {
  return spareSlots > 0 && most !== undefined && Math.max(most, needed) <= slots - spareSlots
}

export function decideCapacity(facts: CapacityFacts, config: CapacityConfig): CapacityDecision {
  const { now, able, slots, comingSlots, soon, later, needed } = facts
  if (!able) return stay('no-admin')
  if (soon === undefined || later === undefined) return stay('no-forecast')
  const short = Math.min(Math.max(soon, needed), later) - slots
  if (short > 0) return grow(short - comingSlots, facts, config)
  if (Math.max(soon, needed) > slots) return stay('brief')
  if (!isUnneeded(facts)) return stay('enough')
  if (now - (facts.unneededSinceMs ?? now) < config.scaleInMs) return stay('scale-in-delay')
  if (now < facts.coolUntilMs.shrink) return stay('cool-down')
  return { action: 'shrink', peers: 0, code: 'unneeded' }
}

function grow(
  short: number,
  { now, slotsPerPeer, coolUntilMs, grown, startsLeft }: CapacityFacts,
  { stepMax, peersMax }: CapacityConfig,
): CapacityDecision {
  if (short <= 0) return stay('on-the-way')
  if (grown >= peersMax) return stay('at-most')
  if (startsLeft <= 0) return stay('budget')
  if (now < coolUntilMs.grow) return stay('cool-down')
  const peers = Math.min(Math.ceil(short / Math.max(1, slotsPerPeer)), stepMax, peersMax - grown, startsLeft)
  return { action: 'grow', peers, code: 'short' }
}

/** The figures by which it was decided. */
export function factsText({ needed, slots, soon, later }: CapacityFacts): string {
  const text = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1))
  return `${needed} needed of ${slots} slots, ${text(soon)} soon, ${text(later)} later`
}
