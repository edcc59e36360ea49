import type { UsageReading } from '@souk/client'
import type { HostView } from '@souk/control'
import {
  dataMount,
  entriesOf,
  type Inventory,
  type Moment,
  UsageBaselines,
  UsageMeter,
  type UsageResource,
  usageResources,
} from '@souk/inventory'
import type { RecordStore } from '@souk/runtime'

const key = 'self/usage'

/** How this host is used, by the hour of the week; kept in the peer's store, so that a restart forgets nothing. */
export class UsageRecorder {
  readonly #records: Pick<RecordStore, 'get' | 'write'>
  readonly #baselines: UsageBaselines
  readonly #meter: UsageMeter
  readonly #latest = new Map<UsageResource, UsageReading>()

  /** The store must be open; `inventory` says which disk and links are measured. */
  constructor(records: Pick<RecordStore, 'get' | 'write'>, inventory: Inventory) {
    this.#records = records
    this.#baselines = UsageBaselines.from(records.get(key))
    this.#meter = new UsageMeter({
      disk: dataDisk(inventory),
      links: entriesOf(inventory, 'network').map(({ name }) => name),
    })
  }

  /** Looks at all but the GPUs, since the last look. */
  sample(now: Date): void {
    const { cpuPercent, memoryUsedBytes, memoryTotalBytes, diskPercent, networkMbps } = this.#meter.read()
    this.#add(now, {
      cpu: cpuPercent,
      memory: (100 * memoryUsedBytes) / memoryTotalBytes,
      disk: diskPercent,
      network: networkMbps,
    })
  }

  /** How busy the GPUs are on average, 0 to 100. */
  sampleGpus(now: Date, percent: number): void {
    this.#add(now, { gpu: percent })
  }

  #add(now: Date, readings: Partial<Record<UsageResource, number | undefined>>): void {
    const moment = momentOf(now)
    this.#baselines.add(moment, readings)
    for (const resource of usageResources) {
      const value = readings[resource]
      if (value === undefined || !Number.isFinite(value)) continue
      this.#latest.set(resource, { at: now.toISOString(), hourOfWeek: moment.hourOfWeek, value })
    }
  }

  /** Resources that were measured at all. */
  usage(): HostView['usage'] {
    return usageResources
      .map((resource) => ({ resource, hours: this.#baselines.hours(resource), ...this.#latestOf(resource) }))
      .filter(({ hours }) => hours.length > 0)
  }

  #latestOf(resource: UsageResource): { latest?: UsageReading } {
    const latest = this.#latest.get(resource)
    return latest === undefined ? {} : { latest }
  }

  async save(): Promise<void> {
    await this.#records.write([{ key, value: this.#baselines.snapshot() }])
  }
}

function momentOf(now: Date): Moment {
  return { wallMs: now.getTime(), hourOfWeek: now.getDay() * 24 + now.getHours() }
}

/** The block device under the file system of the data folder: 'nvme0n1'. */
function dataDisk(inventory: Inventory): string | undefined {
  const mount = dataMount(inventory)
  const on = inventory.relations.find(({ from, relation }) => from === mount?.id && relation === 'on')
  return on?.to.replace(/^storage\//, '')
}
