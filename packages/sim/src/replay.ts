import type { FaultKind } from './faults/fault.ts'

/** What a run was started with, as far as it matters to run it again. */
export interface RunArguments {
  seed: number
  peers: number
  tasks: number
  profile: string
  codec: boolean
  without: readonly FaultKind[]
}

/** The command that runs exactly this again. */
export function replayCommand({ seed, peers, tasks, profile, codec, without }: RunArguments): string {
  const options = [`--seed ${seed}`, `--peers ${peers}`, `--tasks ${tasks}`, `--profile ${profile}`]
  if (codec) options.push('--codec')
  if (without.length > 0) options.push(`--without ${without.join(',')}`)
  return `pnpm sim ${options.join(' ')}`
}
