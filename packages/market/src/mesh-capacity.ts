import { emptyVector, type ResourceVector, scalarResources, unitsOf } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { knownHosts } from './known-hosts.ts'
import type { LocalView, MembersView } from './views.ts'

/** Capacity of all known hosts together, of which tenants' shares are shares. Worked out anew when members change. */
export function meshCapacity(self: PeerId, members: MembersView, local: LocalView): () => ResourceVector {
  let seen = -1
  let sum = emptyVector()
  return () => {
    if (seen === members.version) return sum
    seen = members.version
    sum = emptyVector()
    for (const { offer } of knownHosts({ self, members, local })) add(sum, offer.capacity)
    return sum
  }
}

function add(sum: ResourceVector, more: ResourceVector): void {
  for (const name of scalarResources) sum[name] += more[name]
  for (const milli of more.gpuMilli) sum.gpuMilli.push(milli)
  for (const name in more.custom) {
    sum.custom[name] = unitsOf(sum.custom, name) + more.custom[name]!
  }
}
