import type { RunUsage } from '@souk/client'
import { bytesText, durationText } from './amount-text.ts'

/** "1.2 s of CPU, at most 64 MB of 128 MB": what a run used, and of how much memory where it asked for some. */
export function runUsageText({ cpuMs, memoryBytesPeak }: RunUsage, memoryBytesAsked: number): string {
  const cpu = `${durationText(cpuMs)} of CPU`
  if (memoryBytesPeak === undefined) return cpu
  const asked = memoryBytesAsked > 0 ? ` of ${bytesText(memoryBytesAsked)}` : ''
  return `${cpu}, at most ${bytesText(memoryBytesPeak)}${asked}`
}
