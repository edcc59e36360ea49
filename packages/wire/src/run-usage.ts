import { type Static, Type } from '@sinclair/typebox'
import type { RunResult } from './outcome.ts'
import { int, strict } from './schema.ts'

/** What a run used, as measured by its host; of functions only CPU time is measured. */
export const RunUsage = strict({ cpuMs: int(), memoryBytesPeak: Type.Optional(int()) })
export type RunUsage = Static<typeof RunUsage>

/** The usage in a result; undefined: nothing was measured. */
export function usageOf({ cpuMs, memoryPeakBytes }: RunResult): RunUsage | undefined {
  if (cpuMs === 0 && memoryPeakBytes === 0) return undefined
  return { cpuMs, ...(memoryPeakBytes === 0 ? {} : { memoryBytesPeak: memoryPeakBytes }) }
}
