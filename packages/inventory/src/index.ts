export { parseBytes, parseCount, parseCpuMilli, parseMbps } from './amounts.ts'
export { type CgroupHierarchy, type CgroupLimits, cgroupHierarchies, cgroupLimits } from './cgroup.ts'
export { type Declared, parseDeclaration } from './declared/parse-declaration.ts'
export { type DetectOptions, detectInventory } from './detect.ts'
export { type Availability, type Entry, type EntryKind, type EntryOf, entryKinds } from './entry.ts'
export type { StorageFacts, Throughput } from './hardware-facts.ts'
export { entriesOf, type Inventory, type Relation } from './inventory.ts'
export { type OfferOptions, toOffer } from './offer.ts'
export { type OfferOverrides, parseOffer } from './offer-text.ts'
export { offeredGpus } from './offered-gpus.ts'
export { measureThroughput } from './storage/measure-throughput.ts'
export { readShortages, type ShortageReadings } from './usage/shortage-readings.ts'
export {
  type HourBaseline,
  type Moment,
  UsageBaselines,
  type UsageResource,
  usageResources,
} from './usage/usage-baselines.ts'
export { type Usage, UsageMeter } from './usage/usage-meter.ts'
export { dataMount, mainMemory } from './well-known.ts'
