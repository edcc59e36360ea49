import { type ResourceVector, shortage } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { type HostLoad, takesWork, type WaitingLot } from './load-facts.ts'

/** A resource that keeps waiting tasks from starting. */
export interface Bottleneck {
  resource: string
  /** tasks that wait for it: a task is split evenly among the hosts that could run it, each by the resource it lacks first */
  tasks: number
  /** of all tasks that wait for room */
  share: number
  /** hosts that lack it for some task */
  hosts: number
}

/** The resources that keep waiting tasks from starting, worst first. `free`: what each host has left now. */
export function bottlenecksOf(
  lots: readonly WaitingLot[],
  hosts: ReadonlyMap<PeerId, HostLoad>,
  free: ReadonlyMap<PeerId, ResourceVector>,
): Bottleneck[] {
  const blocked = new Map<string, { tasks: number; hosts: Set<PeerId> }>()
  let total = 0
  for (const { able, request, count } of lots) {
    const open = able.filter((peer) => takesWork(hosts.get(peer)!))
    const full = open.flatMap((peer) => {
      const short = shortage(free.get(peer)!, request, hosts.get(peer)!.gpus)
      return short ? [{ peer, resource: short.resource }] : []
    })
    // A lot for which some host has room does not wait for a resource.
    if (full.length < open.length || full.length === 0) continue
    total += count
    for (const { peer, resource } of full) {
      const entry = blocked.get(resource) ?? { tasks: 0, hosts: new Set<PeerId>() }
      blocked.set(resource, entry)
      entry.tasks += count / full.length
      entry.hosts.add(peer)
    }
  }
  return [...blocked]
    .map(([resource, entry]) => {
      return { resource, tasks: entry.tasks, share: entry.tasks / total, hosts: entry.hosts.size }
    })
    .sort((a, b) => b.tasks - a.tasks || (a.resource < b.resource ? -1 : 1))
}
