import { Worker } from 'node:worker_threads'
import type { Load } from './load.ts'
import type { RunResult } from './run.ts'

/** Runs all loads, so many at a time, in the order given; the results in that order. */
export async function runLoads(
  loads: readonly Load[],
  threads: number,
  onDone: (result: RunResult) => void,
): Promise<RunResult[]> {
  const results: RunResult[] = new Array(loads.length)
  let next = 0
  const runThread = async (): Promise<void> => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url))
    try {
      while (next < loads.length) {
        const at = next++
        results[at] = await answerOf(thread, loads[at]!)
        onDone(results[at])
      }
    } finally {
      await thread.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, loads.length) }, runThread))
  return results
}

function answerOf(thread: Worker, load: Load): Promise<RunResult> {
  return new Promise<RunResult>((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (result: RunResult) => {
      thread.off('error', reject)
      resolve(result)
    })
    thread.postMessage(load)
  })
}
