import type { PeerConfig } from '@souk/peer'
import type { Command } from 'commander'
import { parseCount } from './amounts.ts'

/** As commander gives them: `rebalance` is its form of --no-rebalance. */
export interface RebalanceOptions {
  rebalance?: boolean
  movesPerMinute?: string
}

export type RebalanceSettings = Partial<Pick<PeerConfig['rebalance'], 'on' | 'movesPerMinuteMax'>>

const movesMax = 100_000

export function addRebalanceOptions(command: Command): Command {
  return command
    .option('--no-rebalance', 'move nothing by itself after its first hand-over; see souk help balance')
    .option('--moves-per-minute <n>', 'pass on at most so many tasks a second time, in any minute (default: 6000)')
}

export function rebalanceSettings({ rebalance = true, movesPerMinute }: RebalanceOptions): RebalanceSettings {
  const limit =
    movesPerMinute === undefined
      ? {}
      : { movesPerMinuteMax: parseCount('--moves-per-minute', movesPerMinute, 0, movesMax) }
  return { on: rebalance, ...limit }
}

/** The options again as words. */
export function rebalanceArguments({ rebalance = true, movesPerMinute }: RebalanceOptions): string[] {
  const limit = movesPerMinute === undefined ? [] : ['--moves-per-minute', movesPerMinute]
  return rebalance ? limit : [...limit, '--no-rebalance']
}
