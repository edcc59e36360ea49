import { Piscina } from 'piscina'

/**
 * Does jobs on so many threads with a function that `file` exports under its own name. `onDone` hears of each as it
 * ends; the results are in the order of the jobs.
 */
export async function inThreads<Job, Result>(
  file: URL,
  work: (job: Job) => Result,
  jobs: readonly Job[],
  maxThreads: number,
  onDone: (result: Result) => void,
): Promise<Result[]> {
  const pool: Piscina<Job, Result> = new Piscina({ filename: file.href, name: work.name, maxThreads, minThreads: 0 })
  const run = async (job: Job): Promise<Result> => {
    const result = await pool.run(job)
    onDone(result)
    return result
  }
  try {
    return await Promise.all(jobs.map(run))
  } finally {
    await pool.destroy()
  }
}
