import { hasEnded, processIds, processStat } from './process-table.ts'

/** How long a killed group may take to vanish. Longer only for processes that hang in the kernel; they are told of. */
const goneMsMax = 5000
const pollMsMax = 50

/** Signals a whole process group. False: the group is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    // EPERM: somebody in it runs as another user, so it is still there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Kills a group and waits until nothing of it runs; false when something still does after 5 s. */
export async function killGroup(group: number): Promise<boolean> {
  if (!signalGroup(group, 'SIGKILL')) return true
  let waited = 0
  for (let pauseMs = 1; waited < goneMsMax; pauseMs = Math.min(pauseMs * 2, pollMsMax)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    waited += pauseMs
    if (!signalGroup(group, 'SIGKILL')) return true
    if (waited > pollMsMax && onlyZombies(group)) return true
  }
  return false
}

/** Where nobody reaps orphans (a container without an init) a dead group's zombies stay: they run no more. */
function onlyZombies(group: number): boolean {
  let seen = false
  for (const pid of processIds()) {
    const stat = processStat(pid)
    if (stat?.group !== group) continue
    if (!hasEnded(stat)) return false
    seen = true
  }
  return seen
}

/** SIGKILL to single processes, such as those that left their group. */
export function killEach(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already, or another user's.
    }
  }
}
