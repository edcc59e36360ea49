import type { TaskSpec } from '@souk/wire'

/** What the simulated function does: takes `ms`, then ends well or fails. */
export interface WorkArgs {
  ms: number
  fail: boolean
}

/** The one function that simulated hosts have. */
export const workFunction = 'work'

export function encodeArgs(args: WorkArgs): string {
  return `[{"ms":${args.ms},"fail":${args.fail}}]`
}

/** Reads a simulated task's orders back; anything else takes no time and succeeds. */
export function argsOf(spec: TaskSpec): WorkArgs {
  if (spec.work.kind !== 'function') return { ms: 0, fail: false }
  const [args] = JSON.parse(spec.work.args) as [Partial<WorkArgs>?]
  return { ms: args?.ms ?? 0, fail: args?.fail ?? false }
}
