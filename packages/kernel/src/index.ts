export { AgedMap } from './aged-map.ts'
export { BoundedMap } from './bounded-map.ts'
export { BoundedQueue } from './bounded-queue.ts'
export { Deadlines } from './deadlines.ts'
export { earliest } from './earliest.ts'
export { fitsClass } from './fits-class.ts'
export { type GpuGroup, type GpuRequest, isModel, matchingDevices, pickDevices } from './gpu-devices.ts'
export { base32Alphabet, compareHash, type Hash64, hash64, hashBase32, hashHex } from './hash.ts'
export { InvariantError, invariant } from './invariant.ts'
export { LogHistogram } from './log-histogram.ts'
export type { Machine } from './machine.ts'
export { bytesPerMsUnknown, longWaitMs, shortRoundTrips } from './moving.ts'
export { Prng } from './prng.ts'
export { anyTenant, type OverQuota, type Quota, QuotaRoom, type Quotas, quotaResources } from './quota.ts'
export {
  type Allocation,
  copiesThatFit,
  copyVector,
  emptyRequest,
  emptyVector,
  giveBack,
  least,
  type ResourceRequest,
  type ResourceVector,
  type Shortage,
  scalarResources,
  shortage,
  take,
  unitsOf,
} from './resources.ts'
export { RoundTrip } from './round-trip.ts'
export { Tally } from './tally.ts'
export { dominantShare, type Shares, TenantShares, type TenantUse, useOf, weightOf } from './tenant-shares.ts'
export type { Millis, WallMillis } from './time.ts'
