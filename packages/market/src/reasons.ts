import { limits, type PeerId, type Reason, type Refusal } from '@souk/wire'

/**
 * Groups refusals by code, `never` and what is missing; of each group it keeps the soonest eta and the smallest shortage.
 * Groups with most peers first, at most `limits.reasonsMax`. Cost: one pass.
 */
export function groupRefusals(refused: readonly { peer: PeerId; refusal: Refusal }[]): Reason[] {
  const groups = new Map<string, Reason>()
  for (const { refusal } of refused) {
    const key = `${refusal.code} ${refusal.never} ${missingOf(refusal)}`
    const group = groups.get(key)
    if (group) join(group, refusal)
    else groups.set(key, first(refusal))
  }
  return [...groups]
    .sort(([a, x], [b, y]) => y.peers - x.peers || (a < b ? -1 : 1))
    .slice(0, limits.reasonsMax)
    .map(([, group]) => group)
}

/** What the refusal is about, without what the host has instead, in which hosts that lack the same differ. */
function missingOf({ code, shortage, detail }: Refusal): string {
  if (shortage) return shortage.resource
  return code === 'label-missing' || code === 'function-unknown' ? detail.split(', has ')[0]! : ''
}

function first({ code, never, etaMs, shortage, detail }: Refusal): Reason {
  return {
    ...{ code, never, peers: 1, detail },
    ...(etaMs === undefined ? {} : { etaMs }),
    ...(shortage === undefined ? {} : { shortage }),
  }
}

function join(group: Reason, { etaMs, shortage }: Refusal): void {
  group.peers++
  if (etaMs !== undefined) group.etaMs = Math.min(etaMs, group.etaMs ?? Infinity)
  if (shortage && shortage.available > (group.shortage?.available ?? -1)) group.shortage = shortage
}
