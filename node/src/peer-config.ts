import { defaultConfig, type PeerConfig } from '@souk/peer'
import type { PeerSettings } from './peer-options.ts'

/** The defaults of the protocol, with what the owner of this peer declares. */
export function configOf(settings: PeerSettings): PeerConfig {
  const { objectives, speculate, tenants, rebalance, scaling, warmCosts, warmCommands, demandSpanMs } = settings
  const config = defaultConfig()
  const { weights: tenantWeights, quotas, waitingMax: tenantWaitingMax } = tenants
  return {
    ...config,
    market: { ...config.market, objectives, tenantWeights, tenantWaitingMax },
    host: { ...config.host, tenantWeights, quotas },
    speculation: { ...config.speculation, on: speculate },
    rebalance: { ...config.rebalance, ...rebalance },
    demand: {
      ...config.demand,
      ...(demandSpanMs === undefined ? {} : { bucketMs: demandSpanMs }),
      classCosts: warmCosts,
      warmProcesses: warmCommands.map(({ pattern }) => pattern),
    },
    capacity: { ...config.capacity, ...scaling?.capacity },
  }
}
