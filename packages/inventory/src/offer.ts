import type { ResourceVector } from '@souk/kernel'
import type { Offer } from '@souk/wire'
import { entriesOf, type Inventory } from './inventory.ts'
import { offerLabels } from './offer-labels.ts'
import { applyOverrides, parseOffer } from './offer-text.ts'
import { gpuGroups, offeredGpus } from './offered-gpus.ts'
import { summaryLine } from './summary.ts'
import { dataMount, mainMemory } from './well-known.ts'

export interface OfferOptions {
  /** such as 'cpu=4,mem=8G,slots=4,gpu=0'; see `parseOffer` */
  offer?: string
  /** besides those that the inventory gives, see `offerLabels`; these win */
  labels?: Record<string, string>
  executors: Offer['executors']
  functions?: string[]
  /** the peer's name in the mesh, carried as the label `host`; default: the host's name */
  name?: string
  /** keeps other peers' tasks safe; default true */
  custody?: boolean
  /** thousandths of a price unit an hour; default: the declared price of the machine, else 0 */
  priceMilli?: number
}

/** Of memory and disk this much is left to the system and to the peer itself, where nothing else is declared. */
const reserveShare = 0.1
/** CPU is the limiter; slots only bound how many tasks may run at once (a guess: tasks that mostly wait). */
const slotsPerCpu = 8
/** Where the system does not say, tasks that ask for a share of the network are not turned away (a guess). */
const networkMbpsGuess = 1000

/** What this host offers to the mesh. Throws `offer-invalid` or `amount-invalid` for what a person wrote wrongly. */
export function toOffer(inventory: Inventory, options: OfferOptions): Offer {
  const overrides = parseOffer(options.offer ?? '')
  const cpuMilli = overrides.cpuMilli ?? usableCpuMilli(inventory)
  const capacity = applyOverrides(found(inventory, cpuMilli), overrides)
  const pricePerHour = entriesOf(inventory, 'cloud')[0]?.facts.pricePerHour ?? 0
  const gpus = gpuGroups(inventory, capacity.gpuMilli.length)
  return {
    capacity,
    ...(gpus.length === 0 ? {} : { gpus }),
    labels: offerLabels(inventory, options),
    executors: options.executors,
    functions: options.functions ?? [],
    draining: false,
    custody: options.custody ?? true,
    priceMilli: options.priceMilli ?? Math.round(pricePerHour * 1000),
    summary: summaryLine(capacity, inventory),
  }
}

function usableCpuMilli(inventory: Inventory): number {
  const usable = entriesOf(inventory, 'cpu').reduce((sum, { facts }) => sum + facts.usableMilli, 0)
  return Math.max(0, usable - (inventory.reserve.cpuMilli ?? 0))
}

function found(inventory: Inventory, cpuMilli: number): ResourceVector {
  const { reserve } = inventory
  const links = entriesOf(inventory, 'network').filter(({ availability }) => availability.state === 'available')
  const speeds = links.map(({ facts }) => facts.speedMbps ?? networkMbpsGuess)
  return {
    cpuMilli,
    memoryBytes: lessReserve(mainMemory(inventory)?.usableBytes ?? 0, reserve.memoryBytes),
    diskBytes: lessReserve(dataMount(inventory)?.facts.freeBytes ?? 0, reserve.diskBytes),
    networkMbps: Math.max(0, ...speeds),
    slots: Math.max(1, Math.ceil(cpuMilli / 1000)) * slotsPerCpu,
    gpuMilli: offeredGpus(inventory).map(() => 1000),
    custom: declaredUnits(inventory),
  }
}

function lessReserve(bytes: number, reserveBytes: number | undefined): number {
  return Math.max(0, Math.floor(reserveBytes === undefined ? bytes * (1 - reserveShare) : bytes - reserveBytes))
}

/** Licences, devices, sensors and units can be had by so many tasks at a time; models and data are shared. */
function declaredUnits(inventory: Inventory): Record<string, number> {
  const units: Record<string, number> = {}
  for (const { name, facts, availability } of entriesOf(inventory, 'specialised')) {
    if (facts.type === 'model' || facts.type === 'data' || availability.state !== 'available') continue
    units[name] = facts.count
  }
  return units
}
