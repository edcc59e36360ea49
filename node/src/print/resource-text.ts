import { bytesText, countText, milliText } from './amount-text.ts'

const texts: Record<string, (amount: number) => string> = {
  cpuMilli: (amount) => `${milliText(amount)} cpu`,
  memoryBytes: (amount) => `${bytesText(amount)} memory`,
  diskBytes: (amount) => `${bytesText(amount)} disk`,
  networkMbps: (amount) => `${amount} Mb/s`,
  slots: (amount) => countText(amount, 'slot'),
  tasks: (amount) => countText(amount, 'task'),
  gpuMilli: (amount) => `${milliText(amount)} gpu`,
  gpu: (amount) => countText(amount, 'GPU'),
  together: (amount) => `${amount} at a time`,
  gpuMemoryBytes: (amount) => `${bytesText(amount)} GPU memory`,
}

/** An amount of a resource in the unit that people use: '2 cpu', '8 GB memory', '3 matlab'. */
export function resourceText(resource: string, amount: number): string {
  return texts[resource]?.(amount) ?? `${amount} ${resource}`
}
