import type { Decision, PeerId } from '@souk/wire'
import { capacityFor, type Gang, keptCount, quotaCapacityFor } from './gang.ts'
import { quotaShortText } from './quota-short.ts'
import { never } from './refusal.ts'
import { type DecisionFrame, plainDecision } from './to-decision.ts'
import type { CandidateView } from './views.ts'
import { togetherResource } from './would-help.ts'

/** The decision of a round: for the members that `winner` got, or without one for the whole gang. */
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

/** Where no host is away: all hosts together are too small for the gang. */
function tooSmallReason({ size }: Gang, room: number): string {
  return `${size} of these start together, and all hosts that are known have room for ${room} at a time`
}

/** All hosts together are large enough for the gang, but the quotas of its tenant are not. */
function overQuotaReason({ size }: Gang, most: number, hosts: number): string {
  const where = hosts === 1 ? 'the host' : `the ${hosts} hosts`
  return `${size} of these start together, and their tenant may have at most ${most} at a time on ${where} that could run them (quota)`
}

/** Where no host is away: why these hosts can never hold the gang. */
function unplaceableReason(gang: Gang, able: readonly CandidateView[], refused: Gang['refused']): string {
  const room = capacityFor(able, gang)
  const ofAll =
    room >= gang.size ? overQuotaReason(gang, quotaCapacityFor(able, gang), able.length) : tooSmallReason(gang, room)
  return quotaShortText(refused) ?? ofAll
}

/** A refusal for each host whose quota is smaller than the gang, with how many members it allows at a time. */
function quotaRefusals({ size, quotaMost }: Gang, able: readonly CandidateView[]): Gang['refused'] {
  return able.flatMap(({ peer, incarnation }) => {
    const said = quotaMost.get(peer)
    if (said?.incarnation !== incarnation) return []
    const shortage = { resource: togetherResource, available: said.most, needed: size }
    const detail = `its tenant may have ${said.most} of the ${size} there at a time`
    return [{ peer, refusal: { ...never('quota', detail), shortage } }]
  })
}

/** The decision that these hosts, none of which is away, can never hold the gang, with the reason of each. */
export function unplaceableDecision(
  gang: Gang,
  frame: DecisionFrame,
  able: readonly CandidateView[],
  refused: Gang['refused'],
): Decision {
  const reason = unplaceableReason(gang, able, refused)
  const over = capacityFor(able, gang) < gang.size ? [] : quotaRefusals(gang, able)
  if (over.length === 0) return gangDecision(gang, frame, 'unplaceable', reason)
  const others = refused.filter(({ peer }) => over.every((one) => one.peer !== peer))
  return gangDecision({ ...gang, refused: [...over, ...others] }, frame, 'unplaceable', reason)
}

/** The hosts that can be asked now are too small for the gang. */
export function tooFewReason({ size }: Gang, room: number): string {
  return `${size} of these start together, and the hosts that can be asked now have room for ${room} at a time`
}

/** How many members the last round found room for. */
export function tooLittleReason(gang: Gang): string {
  const kept = gang.patient ? '; their room is kept' : ''
  return `${keptCount(gang)} of the ${gang.size} that start together could start at once${kept}`
}

export function togetherReason({ size }: Gang, hosts: number): string {
  return `${size} that start together have room at once, on ${hosts === 1 ? '1 host' : `${hosts} hosts`}`
}
