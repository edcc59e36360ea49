import type { ResourceVector } from '@souk/kernel'
import { bytesText, milliText } from './amount-text.ts'

/** Amounts on one line: '4 cpu, 8 GB, 4 slots, 1 gpu'. What is zero is left out. */
export function vectorText(vector: Partial<ResourceVector> | undefined): string {
  if (vector === undefined) return ''
  const parts: string[] = []
  if (vector.cpuMilli) parts.push(`${milliText(vector.cpuMilli)} cpu`)
  if (vector.memoryBytes) parts.push(bytesText(vector.memoryBytes))
  if (vector.slots) parts.push(`${vector.slots} slots`)
  if (vector.gpuMilli?.length) parts.push(`${vector.gpuMilli.length} gpu`)
  if (vector.diskBytes) parts.push(`${bytesText(vector.diskBytes)} disk`)
  if (vector.networkMbps) parts.push(`${vector.networkMbps} Mb/s`)
  for (const [name, count] of Object.entries(vector.custom ?? {})) parts.push(`${count} ${name}`)
  return parts.join(', ')
}
