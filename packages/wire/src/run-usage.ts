import { type Static, Type } from '@sinclair/typebox'
import type { RunResult } from './outcome.ts'
import { int, strict } from './schema.ts'

/** What a run used, as its host measured it: of functions only the CPU time. */
export const RunUsage = strict({ cpuMs: int(), memoryBytesPeak: Type.Optional(int()) })
export type RunUsage = Static<typeof RunUsage>

/** What is known of it; undefined where nothing was measured. */
export function usageOf({ cpuMs, memoryPeakBytes }: RunResult): RunUsage | undefined {
  if (cpuMs === 0 && memoryPeakBytes === 0) return undefined
  return { cpuMs, ...(memoryPeakBytes === 0 ? {} : { memoryBytesPeak: memoryPeakBytes }) }
}
