import type { Inventory } from '@souk/inventory'
import { bytesText, milliText } from './amount-text.ts'

/** What a host was found to have, on one line. */
export function foundText(found: Inventory): string {
  const { cpu, memory, disk, gpus, network } = found
  const usable = cpu.usableMilli < cpu.threads * 1000 ? ` (${milliText(cpu.usableMilli)} usable)` : ''
  const speed = Math.max(0, ...network.map((link) => link.speedMbps ?? 0))
  return [
    `${cpu.threads} cpu${usable} ${cpu.model}`,
    bytesText(memory.usableBytes),
    ...gpuTexts(gpus),
    `${bytesText(disk.freeBytes)} disk free`,
    ...(speed > 0 ? [`${speed} Mb/s`] : []),
  ].join(', ')
}

function gpuTexts(gpus: Inventory['gpus']): string[] {
  const counts = new Map<string, number>()
  for (const gpu of gpus) {
    const text = `${gpu.name} ${bytesText(gpu.memoryBytes)}`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([text, count]) => `${count} x ${text}`)
}
