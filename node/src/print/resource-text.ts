import { bytesText, bytesTextAtMost, countText, milliText } from './amount-text.ts'

const texts: Record<string, (amount: number) => string> = {
  cpuMilli: (amount) => `${milliText(amount)} cpu`,
  networkMbps: (amount) => `${amount} Mb/s`,
  slots: (amount) => countText(amount, 'slot'),
  tasks: (amount) => countText(amount, 'task'),
  gpuMilli: (amount) => `${milliText(amount)} gpu`,
  gpu: (amount) => countText(amount, 'GPU'),
  together: (amount) => `${amount} at a time`,
}

/** Resources that are counted in bytes, and what they are called. */
const ofBytes: Record<string, string> = { memoryBytes: 'memory', diskBytes: 'disk', gpuMemoryBytes: 'GPU memory' }

/** An amount of a resource in the unit that people use: '2 cpu', '8 GB memory', '3 matlab'. */
export function resourceText(resource: string, amount: number): string {
  return textOf(resource, amount, bytesText)
}

/** The same for an amount that can be asked for: never rounded up. */
export function resourceTextAtMost(resource: string, amount: number): string {
  return textOf(resource, amount, bytesTextAtMost)
}

/** Two different amounts of one resource, exact where they would read alike. */
export function resourceTexts(resource: string, one: number, other: number): [string, string] {
  const texts: [string, string] = [resourceText(resource, one), resourceText(resource, other)]
  const exact = (amount: number) => textOf(resource, amount, (bytes) => `${bytes} B`)
  return texts[0] === texts[1] ? [exact(one), exact(other)] : texts
}

function textOf(resource: string, amount: number, bytes: (amount: number) => string): string {
  const called = ofBytes[resource]
  if (called !== undefined) return `${bytes(amount)} ${called}`
  return texts[resource]?.(amount) ?? `${amount} ${resource}`
}
