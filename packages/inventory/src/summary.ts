import type { ResourceVector } from '@souk/kernel'
import { limits } from '@souk/wire'
import { entriesOf, type Inventory } from './inventory.ts'
import { offeredGpus } from './offered-gpus.ts'

/** One line for people, of what is offered: "8 cpu 31 GB 1x RTX 4070 12 GB 210 GB disk net 1000 Mb/s". */
export function summaryLine(capacity: ResourceVector, inventory: Inventory): string {
  const parts = [`${capacity.cpuMilli / 1000} cpu`, bytesText(capacity.memoryBytes), ...gpuTexts(capacity, inventory)]
  parts.push(`${bytesText(capacity.diskBytes)} disk`)
  // Only what is known: a guess is no news for people.
  const isKnown = entriesOf(inventory, 'network').some(({ facts }) => facts.speedMbps === capacity.networkMbps)
  if (isKnown) parts.push(`net ${capacity.networkMbps} Mb/s`)
  for (const [name, units] of Object.entries(capacity.custom)) parts.push(`${units} ${name}`)
  return parts.join(' ').slice(0, limits.nameCharsMax)
}

/** Like devices together: "2x A100 80 GB". */
function gpuTexts(capacity: ResourceVector, inventory: Inventory): string[] {
  const counts = new Map<string, number>()
  const gpus = offeredGpus(inventory)
  capacity.gpuMilli.forEach((_, i) => {
    const gpu = gpus[i]?.facts
    // Graphics memory is sold in binary units.
    const memory = gpu && gpu.memoryBytes > 0 ? ` ${Math.round(gpu.memoryBytes / 2 ** 30)} GB` : ''
    const text = gpu ? `${shortName(gpu.model)}${memory}` : 'gpu'
    counts.set(text, (counts.get(text) ?? 0) + 1)
  })
  return [...counts].map(([text, count]) => `${count}x ${text}`)
}

function shortName(name: string): string {
  return name.replace(/^NVIDIA\s+/i, '').replace(/^GeForce\s+/i, '')
}

/** Decimal units, whole from 10 on. */
function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`
}
