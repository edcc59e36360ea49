import { Worker } from 'node:worker_threads'
import type { Job, JobResult } from './job.ts'

/**
 * Does jobs on several threads, as many at a time as there are threads; answers come in any order. Ends when all are
 * done, or, after `signal` was raised, when those under way are. Rejects when a thread fails.
 */
export async function runJobs(
  jobs: Iterator<Job>,
  threads: number,
  onDone: (result: JobResult) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(Array.from({ length: threads }, () => runThread(jobs, onDone, signal)))
}

function runThread(jobs: Iterator<Job>, onDone: (result: JobResult) => void, signal: AbortSignal): Promise<void> {
  const thread = new Worker(new URL('./thread.ts', import.meta.url))
  return new Promise<void>((resolve, reject) => {
    const next = () => {
      const job = signal.aborted ? undefined : jobs.next()
      if (job === undefined || job.done === true) resolve()
      else thread.postMessage(job.value)
    }
    thread.on('message', (result: JobResult) => {
      onDone(result)
      next()
    })
    thread.on('error', reject)
    next()
  }).finally(() => thread.terminate())
}
