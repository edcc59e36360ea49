import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { NeedsError } from '../report.ts'
import { type Job, parseSwf } from './swf.ts'

/** The logs of the Parallel Workloads Archive that the bench replays, by a part of their name. */
export const logNames = ['KTH', 'METACENTRUM'] as const
export type LogName = (typeof logNames)[number]

const isLog = (file: string, name: LogName): boolean =>
  file.toUpperCase().includes(name) && /\.(swf|swf\.gz|gz)$/i.test(file)

/** Where both logs are, in DIR, DIR/dev or a folder in one of them. Throws NeedsError where one is missing. */
export function findLogs(data: string | undefined): Record<LogName, string> {
  const needed = `--data DIR, in which (or in DIR/dev, or in a folder of those) lie ${logNames.map((name) => `*${name}*.swf.gz or .swf`).join(' and ')}`
  if (data === undefined) throw new NeedsError(`trace needs ${needed}`)
  const files = filesUnder(data)
  const found = (name: LogName): string => {
    const file = files.find(({ base }) => isLog(base, name))
    if (file) return file.path
    throw new NeedsError(`trace needs ${needed}; in ${data} is no log of ${name} among ${files.length} files`)
  }
  return { KTH: found('KTH'), METACENTRUM: found('METACENTRUM') }
}

/** The jobs of a log, plain or compressed. Throws NeedsError where it is no log. */
export function readLog(path: string): Job[] {
  const bytes = readFileSync(path)
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    const jobs = parseSwf((isCompressed ? gunzipSync(bytes) : bytes).toString('utf8'))
    if (jobs.length > 0) return jobs
  } catch (error) {
    throw new NeedsError(`trace needs logs in the Standard Workload Format; ${path}: ${(error as Error).message}`)
  }
  throw new NeedsError(`trace needs logs with jobs that ran; in ${path} is none`)
}

/** Files of these folders and of the folders in them, sorted so that the same one is found each time. */
function filesUnder(data: string): { base: string; path: string }[] {
  const roots = [data, join(data, 'dev')]
  const folders = [...new Set(roots.flatMap((root) => [root, ...namesIn(root).map((name) => join(root, name))]))]
  return folders.flatMap((folder) => namesIn(folder).map((base) => ({ base, path: join(folder, base) })))
}

/** Sorted; none where it is no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
