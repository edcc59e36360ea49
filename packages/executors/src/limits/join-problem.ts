import { execFile } from 'node:child_process'
import { joinedCommand } from '../guardian/joined-command.ts'
import { RunCgroup } from '../guardian/run-cgroup.ts'
import type { CgroupPlace } from '../guardian/run-limits.ts'

/** Room for a shell and what it becomes. */
const probeLimits = { memoryBytes: 64 * 2 ** 20, cpuMilli: 1000, processes: 64 }
const probeMsMax = 10_000

/** Starts a process in a cgroup of this place, as runs are; why that does not work, or undefined where it does. */
export async function joinProblem(place: CgroupPlace): Promise<string | undefined> {
  let cgroup: RunCgroup
  try {
    cgroup = new RunCgroup(place, `probe-${process.pid}`, probeLimits)
  } catch (error) {
    return `limits cannot be set: ${(error as Error).message}`
  }
  const { argv, env } = joinedCommand({ argv: ['true'], env: {} }, cgroup.joinFiles)
  const error = await new Promise<Error | null>((resolve) => {
    execFile(argv[0]!, argv.slice(1), { env, timeout: probeMsMax }, resolve)
  })
  await cgroup.empty()
  cgroup.remove()
  return error ? `a process cannot join a cgroup there: ${error.message.slice(0, 300)}` : undefined
}
