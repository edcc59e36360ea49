import { type DemandOptions, demandArguments } from './demand-options.ts'
import { type PriceOptions, priceArguments } from './price-options.ts'
import { type RebalanceOptions, rebalanceArguments } from './rebalance-options.ts'
import { type SpanOptions, spanArguments } from './span-options.ts'
import { type TenantOptions, tenantArguments } from './tenant-options.ts'
import { type WarmOptions, warmArguments } from './warm-options.ts'

/** What a host's owner says of any peer there. */
export interface OwnerOptions
  extends TenantOptions,
    RebalanceOptions,
    PriceOptions,
    DemandOptions,
    SpanOptions,
    WarmOptions {
  allow: string
  log?: string
  diskMax?: string
  taskLimits?: string[]
  functions?: string[]
  objective?: string[]
  speculate?: boolean
}

/**
 * The same as words of a command line: what members may run, within which limits and in whose favour. It holds of peers
 * that a local scaler starts as well.
 */
export function ownerWords(options: OwnerOptions): string[] {
  const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value])
  const many = (flag: string, values: readonly string[] = []): string[] => values.flatMap((value) => [flag, value])
  return [
    ...one('--allow', options.allow),
    ...one('--log', options.log),
    ...one('--disk-max', options.diskMax),
    ...many('--task-limits', options.taskLimits),
    ...many('--functions', options.functions),
    ...many('--objective', options.objective),
    ...tenantArguments(options),
    ...rebalanceArguments(options),
    ...priceArguments(options),
    ...demandArguments(options),
    ...spanArguments(options),
    ...warmArguments(options),
    ...(options.speculate ? ['--speculate'] : []),
  ]
}
