import type { MemoryFacts, MountFacts } from './hardware-facts.ts'
import { entriesOf, type Inventory } from './inventory.ts'

/** The file system that the data folder is in, where tasks work; undefined where it was not found. */
export function dataMount(inventory: Inventory): { id: string; facts: MountFacts } | undefined {
  for (const { id, facts } of entriesOf(inventory, 'storage')) {
    if (facts.type === 'mount' && facts.holdsData) return { id, facts }
  }
  return undefined
}

/** Main memory; undefined where it was not found. */
export function mainMemory(inventory: Inventory): MemoryFacts | undefined {
  return entriesOf(inventory, 'memory').find(({ facts }) => facts.type === 'ram')?.facts
}
