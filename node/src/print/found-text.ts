import { dataMount, entriesOf, type Inventory, mainMemory } from '@souk/inventory'
import { bytesText, milliText } from './amount-text.ts'

/** What a host was found to have, on one line. */
export function foundText(found: Inventory): string {
  const cpu = entriesOf(found, 'cpu')[0]?.facts
  const memory = mainMemory(found)
  const isLess = cpu !== undefined && cpu.usableMilli < cpu.threads * 1000
  const speed = Math.max(0, ...entriesOf(found, 'network').map(({ facts }) => facts.speedMbps ?? 0))
  return [
    ...(cpu ? [`${cpu.threads} cpu${isLess ? ` (${milliText(cpu.usableMilli)} usable)` : ''} ${cpu.model}`] : []),
    ...(memory ? [bytesText(memory.usableBytes)] : []),
    ...gpuTexts(found),
    `${bytesText(dataMount(found)?.facts.freeBytes ?? 0)} disk free`,
    ...(speed > 0 ? [`${speed} Mb/s`] : []),
  ].join(', ')
}

function gpuTexts(found: Inventory): string[] {
  const counts = new Map<string, number>()
  for (const { facts } of entriesOf(found, 'gpu')) {
    const text = `${facts.model} ${bytesText(facts.memoryBytes)}`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([text, count]) => `${count} x ${text}`)
}
