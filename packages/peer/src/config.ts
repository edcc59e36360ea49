import { type CustodyConfig, defaultCustodyConfig } from '@souk/custody'
import { defaultHostConfig, type HostConfig } from '@souk/host'
import { defaultMarketConfig, type MarketConfig } from '@souk/market'
import { type RosterConfig, rosterDefaults } from '@souk/roster'
import { type DependenciesConfig, defaultDependenciesConfig } from './dependencies-io.ts'
import { type DeskConfig, defaultDeskConfig } from './desk-config.ts'
import { defaultFollowersConfig, type FollowersConfig } from './followers.ts'

/** The whole peer's configuration, by concern. */
export interface PeerConfig {
  roster: RosterConfig
  custody: CustodyConfig
  market: MarketConfig
  host: HostConfig
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
    host: { ...defaultHostConfig },
    desk: { ...defaultDeskConfig },
    dependencies: { ...defaultDependenciesConfig },
    followers: { ...defaultFollowersConfig },
    roundsMax: 100_000,
  }
}
