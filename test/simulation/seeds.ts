import { peerSubject, profileOf, replayCommand, type SimResult, simulate, violationsText } from '@souk/sim'

/** One simulated run, by what it takes to run it again. */
export interface Seed {
  seed: number
  peers: number
  tasks: number
  profile: string
  codec?: boolean
}

export function runSeed({ seed, peers, tasks, profile, codec = false }: Seed): SimResult {
  return simulate({ seed, peers, tasks, profile: profileOf(profile)!, subject: peerSubject(), codec })
}

/** Empty when all promises were kept; else what broke, and the command that replays it. */
export function brokenPromises(run: Seed, result: SimResult): string {
  if (result.violationCount === 0) return ''
  return violationsText(result, replayCommand({ codec: false, without: [], ...run }))
}
