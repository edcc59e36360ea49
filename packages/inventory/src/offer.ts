import type { ResourceVector } from '@souk/kernel'
import { limits, type Offer } from '@souk/wire'
import type { Inventory } from './inventory.ts'
import { InventoryError } from './inventory-error.ts'
import { applyOverrides, parseOffer } from './offer-text.ts'
import { summaryLine } from './summary.ts'

export interface OfferOptions {
  /** such as 'cpu=4,mem=8G,slots=4,gpu=0'; see `parseOffer` */
  offer?: string
  /** besides host, os and arch, which every host carries; these win */
  labels?: Record<string, string>
  executors: Offer['executors']
  functions?: string[]
  /** the peer's name in the mesh, carried as the label `host`; default: the host's name */
  name?: string
  /** keeps other peers' tasks safe; default true */
  custody?: boolean
  /** thousandths of a price unit an hour; default 0 */
  priceMilli?: number
}

/** Of memory and disk this much is left to the system and to the peer itself. */
const reserveShare = 0.1
/** CPU is the limiter; slots only bound how many tasks may run at once (a guess: tasks that mostly wait). */
const slotsPerCpu = 8
/** Where the system does not say, tasks that ask for a share of the network are not turned away (a guess). */
const networkMbpsGuess = 1000

/** What this host offers to the mesh. Throws `offer-invalid` or `amount-invalid` for what a person wrote wrongly. */
export function toOffer(inventory: Inventory, options: OfferOptions): Offer {
  const overrides = parseOffer(options.offer ?? '')
  const cpuMilli = overrides.cpuMilli ?? inventory.cpu.usableMilli
  const capacity = applyOverrides(found(inventory, cpuMilli), overrides)
  return {
    capacity,
    labels: allLabels(inventory, options),
    executors: options.executors,
    functions: options.functions ?? [],
    draining: false,
    custody: options.custody ?? true,
    priceMilli: options.priceMilli ?? 0,
    summary: summaryLine(capacity, inventory),
  }
}

function found(inventory: Inventory, cpuMilli: number): ResourceVector {
  const speeds = inventory.network.map((link) => link.speedMbps ?? networkMbpsGuess)
  return {
    cpuMilli,
    memoryBytes: Math.floor(inventory.memory.usableBytes * (1 - reserveShare)),
    diskBytes: Math.floor(inventory.disk.freeBytes * (1 - reserveShare)),
    networkMbps: Math.max(0, ...speeds),
    slots: Math.max(1, Math.ceil(cpuMilli / 1000)) * slotsPerCpu,
    gpuMilli: inventory.gpus.map(() => 1000),
    custom: {},
  }
}

function allLabels(inventory: Inventory, options: OfferOptions): Record<string, string> {
  const { platform, arch } = inventory.os
  const labels = { host: options.name ?? inventory.hostname, os: platform, arch, ...options.labels }
  if (Object.keys(labels).length > limits.labelsMax) {
    throw new InventoryError(
      'offer-invalid',
      `a host carries at most ${limits.labelsMax} labels, host, os and arch included`,
    )
  }
  for (const [name, value] of Object.entries(labels)) {
    if (name === '' || name.length > limits.nameCharsMax || value.length > limits.nameCharsMax) {
      throw new InventoryError(
        'offer-invalid',
        `the label '${name.slice(0, 40)}' is empty or over ${limits.nameCharsMax} characters`,
      )
    }
  }
  return labels
}
