/** A job of a log in the Standard Workload Format, as far as a scheduler is concerned; times in s. */
export interface Job {
  id: number
  /** since the log began */
  submitS: number
  /** what it really waited */
  waitedS: number
  runS: number
  processors: number
  /** what it asked for at most; undefined: the log does not say */
  limitS: number | undefined
  user: number
  /** which cluster it ran on, from 1 on; -1: the log does not say */
  partition: number
}

/** A field of a line, by its number in the format. */
const field = { job: 1, submit: 2, wait: 3, run: 4, used: 5, asked: 8, limit: 9, user: 12, partition: 16 } as const
const fields = 18

/**
 * The jobs of a log, by when they were submitted. Left out: comments, and jobs that no processors are known of or that
 * never ran (-1). What ran for less than a second ran for one; where a limit was overrun, it counts as what it ran.
 * Throws where a line is not of the format: line number, what is wrong.
 */
export function parseSwf(text: string): Job[] {
  const jobs: Job[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith(';')) continue
    const values = trimmed.split(/\s+/).map(Number)
    if (values.length < fields || values.some(Number.isNaN)) {
      throw new Error(`line ${index + 1} is no job: ${fields} numbers are needed, there is '${trimmed.slice(0, 80)}'`)
    }
    const job = jobOf((name) => values[field[name] - 1]!)
    if (job) jobs.push(job)
  }
  return jobs.sort((a, b) => a.submitS - b.submitS || a.id - b.id)
}

function jobOf(value: (name: keyof typeof field) => number): Job | undefined {
  const processors = value('used') > 0 ? value('used') : value('asked')
  if (processors <= 0 || value('run') < 0 || value('submit') < 0) return undefined
  const runS = Math.max(1, value('run'))
  const limitS = value('limit') > 0 ? Math.max(runS, value('limit')) : undefined
  const waitedS = Math.max(0, value('wait'))
  return {
    ...{ id: value('job'), submitS: value('submit'), waitedS, runS, processors, limitS },
    ...{ user: value('user'), partition: value('partition') },
  }
}
