import { type ExecutorOptions, executorOptions, type Partly } from './process-options.ts'

export interface FunctionOptions extends ExecutorOptions {
  /** files whose exported functions are served by name; the first of two alike wins */
  modules: string[]
  /** worker threads at most, which is also how many functions run at once; each costs about 13 MB */
  threadsMax: number
  threadIdleMs: number
  /** heap of one thread, as far as V8 keeps to it; too low fails honest functions, too high lets one take it all */
  heapMbMax: number
  /** stdout + stderr of one function kept, if its task asks for more */
  functionOutputBytesMax: number
  /** JSON text of one result; more fails the task */
  valueBytesMax: number
}

export function functionOptions(options: Partly<FunctionOptions, 'self' | 'dataFolder' | 'blobs'>): FunctionOptions {
  return {
    modules: [],
    threadsMax: 4,
    threadIdleMs: 30_000,
    heapMbMax: 2048,
    functionOutputBytesMax: 64 * 1024 ** 2,
    valueBytesMax: 256 * 1024 ** 2,
    ...executorOptions(options),
  }
}
