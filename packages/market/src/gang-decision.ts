import type { Decision, PeerId } from '@souk/wire'
import type { Gang } from './gang.ts'
import { type DecisionFrame, plainDecision } from './to-decision.ts'

/** What a round of asking for a gang came to, for those of it that `winner` got, or for all of them. */
export function gangDecision(
  { reached, refused }: Gang,
  frame: DecisionFrame,
  how: Decision['how'],
  reason: string,
  winner?: PeerId,
): Decision {
  const { length } = reached
  return { ...plainDecision(frame, how, reason, winner, refused), asked: length, candidates: length }
}
