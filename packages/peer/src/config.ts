import { type CustodyConfig, defaultCustodyConfig } from '@souk/custody'
import { defaultHostConfig, type HostConfig } from '@souk/host'
import { defaultGangConfig, defaultMarketConfig, type GangConfig, type MarketConfig } from '@souk/market'
import { defaultRebalanceConfig, type RebalanceConfig } from '@souk/rebalance'
import { type RosterConfig, rosterDefaults } from '@souk/roster'
import { type DependenciesConfig, defaultDependenciesConfig } from './dependencies-io.ts'
import { type DeskConfig, defaultDeskConfig } from './desk-config.ts'
import { defaultFollowersConfig, type FollowersConfig } from './followers.ts'

/** The whole peer's configuration, by concern. */
export interface PeerConfig {
  roster: RosterConfig
  custody: CustodyConfig
  market: MarketConfig
  gangs: GangConfig
  host: HostConfig
  rebalance: RebalanceConfig
  desk: DeskConfig
  dependencies: DependenciesConfig
  followers: FollowersConfig
  /** rounds of internal routing in one step; more means that two machines answer each other for ever (a bug) */
  roundsMax: number
}

/** Defaults as protocol.md has them. */
export function defaultConfig(): PeerConfig {
  return {
    roster: { ...rosterDefaults },
    custody: { ...defaultCustodyConfig },
    market: { ...defaultMarketConfig },
    gangs: { ...defaultGangConfig },
    host: { ...defaultHostConfig },
    rebalance: { ...defaultRebalanceConfig },
    desk: { ...defaultDeskConfig },
    dependencies: { ...defaultDependenciesConfig },
    followers: { ...defaultFollowersConfig },
    roundsMax: 100_000,
  }
}
