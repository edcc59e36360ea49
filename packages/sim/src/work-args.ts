import type { TaskSpec } from '@souk/wire'

/** What the simulated function does: takes `ms`, then ends well or fails. */
export interface WorkArgs {
  ms: number
  fail: boolean
  /** its data is at that node: anywhere else it takes so much longer to begin with */
  data?: { node: number; ms: number }
}

/** The one function that simulated hosts have. */
export const workFunction = 'work'

export function encodeArgs(args: WorkArgs): string {
  const data = args.data ? `,"data":${JSON.stringify(args.data)}` : ''
  return `[{"ms":${args.ms},"fail":${args.fail}${data}}]`
}

/** Reads a simulated task's orders back; anything else takes no time and succeeds. */
export function argsOf(spec: TaskSpec): WorkArgs {
  if (spec.work.kind !== 'function') return { ms: 0, fail: false }
  const [args] = JSON.parse(spec.work.args) as [Partial<WorkArgs>?]
  const data = args?.data ? { data: args.data } : {}
  return { ms: args?.ms ?? 0, fail: args?.fail ?? false, ...data }
}

/** How long it fetches data before it begins, where it runs. */
export function fetchMsOf({ data }: WorkArgs, node: number): number {
  return data === undefined || data.node === node ? 0 : data.ms
}
