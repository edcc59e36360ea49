import { type GpuGroup, limits } from '@souk/wire'
import type { EntryOf } from './entry.ts'
import { entriesOf, type Inventory } from './inventory.ts'

/** of a model, as an offer carries it */
const modelCharsMax = 64

/** The devices that tasks can be given, in the order in which an offer counts them. */
export function offeredGpus(inventory: Inventory): EntryOf<'gpu'>[] {
  return entriesOf(inventory, 'gpu').filter(
    ({ facts, availability }) => !facts.integrated && availability.state !== 'unavailable',
  )
}

/** Models of the first `count` of them; devices that are offered beyond those that were found have none. */
export function gpuGroups(inventory: Inventory, count: number): GpuGroup[] {
  const groups: GpuGroup[] = []
  for (const { facts } of offeredGpus(inventory).slice(0, count)) {
    const model = facts.model.slice(0, modelCharsMax)
    const last = groups.at(-1)
    if (last?.model === model && last.memoryBytes === facts.memoryBytes) last.count++
    else if (groups.length === limits.gpuGroupsMax) break
    else groups.push({ model, memoryBytes: facts.memoryBytes, count: 1 })
  }
  return groups
}
