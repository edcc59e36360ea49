import type { EntryOf } from '@souk/inventory'
import { bytesText, durationText, mbpsText, milliText } from './amount-text.ts'
import type { ColumnsByKind } from './entry-column.ts'

type HardwareKind = 'cpu' | 'gpu' | 'memory' | 'storage' | 'network'

const bytes = (amount: number | undefined): string => (amount === undefined ? '' : bytesText(amount))
/** Caches are known by their binary sizes; all that a task can ask for is told in the units that requests are written in. */
const binary = (amount: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = amount < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(amount) / 10))
  return `${Math.round((amount / 1024 ** unit) * 10) / 10} ${units[unit]}`
}
const ghz = (mhz: number | undefined): string => (mhz === undefined ? '' : `${Math.round(mhz / 10) / 100} GHz`)
const mbps = (rate: number | undefined): string => (rate === undefined ? '' : `${mbpsText(rate)} Mb/s`)
const right = 'right' as const

export const hardwareColumns: Pick<ColumnsByKind, HardwareKind> = {
  cpu: [
    { title: 'model', text: ({ facts }) => facts.model },
    { title: 'sockets', align: right, text: ({ facts }) => String(facts.sockets) },
    { title: 'cores', align: right, text: ({ facts }) => String(facts.cores) },
    { title: 'threads', align: right, text: ({ facts }) => String(facts.threads) },
    { title: 'usable', align: right, text: ({ facts }) => milliText(facts.usableMilli) },
    { title: 'base', align: right, text: ({ facts }) => ghz(facts.baseMhz) },
    { title: 'boost', align: right, text: ({ facts }) => ghz(facts.boostMhz) },
    { title: 'governor', text: ({ facts }) => facts.governor ?? '' },
    { title: 'caches', text: cachesText },
    { title: 'NUMA', text: ({ facts }) => facts.numa.map(({ cpus }) => cpus).join(' | ') },
    { title: 'instructions', text: ({ facts }) => facts.instructionSets.join(' ') },
  ],
  gpu: [
    { title: 'model', text: ({ facts }) => facts.model },
    { title: 'memory', align: right, text: ({ facts }) => (facts.memoryBytes > 0 ? bytesText(facts.memoryBytes) : '') },
    {
      title: 'units',
      align: right,
      text: ({ facts }) => (facts.computeUnits === undefined ? '' : String(facts.computeUnits)),
    },
    { title: 'driver', text: ({ facts }) => facts.driver ?? '' },
    { title: 'API', text: ({ facts }) => facts.api ?? '' },
    {
      title: 'busy',
      align: right,
      text: ({ facts }) => (facts.utilisationPercent === undefined ? '' : `${facts.utilisationPercent} %`),
    },
  ],
  memory: [
    { title: 'total', align: right, text: ({ facts }) => bytesText(facts.totalBytes) },
    { title: 'usable', align: right, text: ({ facts }) => bytesText(facts.usableBytes) },
    { title: 'free now', align: right, text: ({ facts }) => bytesText(facts.availableBytes) },
    { title: 'type', text: ({ facts }) => facts.technology ?? '' },
    {
      title: 'speed',
      align: right,
      text: ({ facts }) => (facts.speedMtps === undefined ? '' : `${facts.speedMtps} MT/s`),
    },
  ],
  storage: [
    { title: 'model', text: ({ facts }) => (facts.type === 'device' ? (facts.model ?? '') : '') },
    { title: 'kind', text: storageKind },
    {
      title: 'size',
      align: right,
      text: ({ facts }) => bytes(facts.type === 'device' ? facts.sizeBytes : facts.totalBytes),
    },
    { title: 'free', align: right, text: ({ facts }) => (facts.type === 'mount' ? bytes(facts.freeBytes) : '') },
    { title: 'writes', text: throughputText },
    { title: 'holds', text: ({ facts }) => (facts.type === 'mount' && facts.holdsData ? "this peer's data" : '') },
  ],
  network: [
    {
      title: 'speed',
      align: right,
      text: ({ facts }) => (facts.speedMbps === undefined ? '' : `${facts.speedMbps} Mb/s`),
    },
    { title: 'MTU', align: right, text: ({ facts }) => (facts.mtuBytes === undefined ? '' : String(facts.mtuBytes)) },
    {
      title: 'round trip',
      align: right,
      text: ({ facts }) => (facts.rttMs === undefined ? '' : durationText(facts.rttMs)),
    },
    { title: 'from it', align: right, text: ({ facts }) => mbps(facts.receivedMbps) },
    { title: 'to it', align: right, text: ({ facts }) => mbps(facts.sentMbps) },
    { title: 'peer', text: ({ id, name }) => (id.startsWith('network/peer/') ? name : '') },
    { title: 'addresses', text: ({ facts }) => facts.addresses.join(', ') },
  ],
}

/** 'L1d 2 x 48 KiB, L3 32 MiB' */
function cachesText({ facts }: EntryOf<'cpu'>): string {
  const letters = { data: 'd', instruction: 'i', unified: '' }
  return facts.caches
    .map(
      ({ level, type, sizeBytes, count }) =>
        `L${level}${letters[type]} ${count > 1 ? `${count} x ` : ''}${binary(sizeBytes)}`,
    )
    .join(', ')
}

function storageKind({ facts }: EntryOf<'storage'>): string {
  if (facts.type === 'mount') return facts.fileSystem
  return facts.rotational === undefined ? 'disk' : facts.rotational ? 'spinning disk' : 'solid state'
}

function throughputText({ facts }: EntryOf<'storage'>): string {
  if (facts.type !== 'mount' || facts.throughput === undefined) return ''
  const { writeBytesPerSecond, syncMs } = facts.throughput
  return `${bytesText(writeBytesPerSecond)}/s, safe in ${durationText(syncMs)}`
}
