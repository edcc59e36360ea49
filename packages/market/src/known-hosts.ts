import type { Offer, PeerId } from '@souk/wire'
import type { CandidateView, LocalView, MembersView } from './views.ts'

interface HostsView {
  self: PeerId
  members: MembersView
  local: LocalView
}

/** All hosts whose offer is known, this host first. */
export function knownHosts({ self, members, local }: HostsView): (CandidateView & { offer: Offer })[] {
  const others = members.candidates().flatMap((member) => {
    const { peer, offer } = member
    return peer !== self && offer ? [{ ...member, offer }] : []
  })
  return [ownHost({ self, local }), ...others]
}

/** This host in the form of a candidate; its own incarnation never matters to itself. */
export function ownHost({ self, local }: Omit<HostsView, 'members'>): CandidateView & { offer: Offer } {
  return { peer: self, incarnation: 0, reachable: true, offer: local.offer() }
}
