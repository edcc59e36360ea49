import type { ResourceVector } from '@souk/kernel'
import { limits } from '@souk/wire'
import { parseBytes, parseCount, parseCpuMilli, parseMbps } from './amounts.ts'
import { InventoryError } from './inventory-error.ts'

/** What was declared in place of what was found; what is undefined stays as found. */
export interface OfferOverrides {
  cpuMilli?: number
  memoryBytes?: number
  diskBytes?: number
  networkMbps?: number
  slots?: number
  gpus?: number
  custom: Record<string, number>
}

const gpusMax = 1024
const namePattern = /^[a-z][a-z0-9_.-]*$/i

/**
 * "cpu=4,mem=8G,slots=4,gpu=0,licence=2": cpu, mem, disk, net, slots and gpu; any other name declares units of a
 * resource of that name. Throws `offer-invalid` or `amount-invalid`.
 */
export function parseOffer(text: string): OfferOverrides {
  const overrides: OfferOverrides = { custom: {} }
  const seen = new Set<string>()
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const [name = '', value, ...rest] = part.split('=').map((side) => side.trim())
    if (value === undefined || value === '' || rest.length > 0 || !namePattern.test(name)) {
      throw new InventoryError(
        'offer-invalid',
        `'${part.trim()}' is no part of an offer; write it as cpu=4,mem=8G,gpu=0`,
      )
    }
    if (seen.has(name))
      throw new InventoryError('offer-invalid', `'${name}' is offered twice in '${text}'; say it once`)
    seen.add(name)
    setOverride(overrides, name, value)
  }
  return overrides
}

function setOverride(overrides: OfferOverrides, name: string, value: string): void {
  switch (name) {
    case 'cpu':
      overrides.cpuMilli = parseCpuMilli(value)
      break
    case 'mem':
    case 'memory':
      overrides.memoryBytes = bytesOf(name, value)
      break
    case 'disk':
      overrides.diskBytes = bytesOf(name, value)
      break
    case 'net':
    case 'network':
      overrides.networkMbps = parseMbps(value)
      break
    case 'slots':
      overrides.slots = parseCount(value)
      break
    case 'gpu':
      overrides.gpus = atMost(parseCount(value), gpusMax, 'gpu')
      break
    default:
      if (Object.keys(overrides.custom).length >= limits.labelsMax) {
        throw new InventoryError('offer-invalid', `an offer names at most ${limits.labelsMax} resources of its own`)
      }
      overrides.custom[name] = parseCount(value)
  }
}

/** A number alone is refused: who offers 8 means gigabytes, never bytes. */
function bytesOf(name: string, value: string): number {
  const bytes = parseBytes(value)
  if (bytes === 0 || /[a-z]$/i.test(value)) return bytes
  throw new InventoryError(
    'amount-invalid',
    `${name}=${value} has no unit; write it like ${name}=${value}G (B is bytes)`,
  )
}

function atMost(count: number, max: number, name: string): number {
  if (count <= max) return count
  throw new InventoryError('offer-invalid', `${name}=${count} is more than the ${max} that a host can offer`)
}

/** `found` with what was declared in its place. */
export function applyOverrides(found: ResourceVector, overrides: OfferOverrides): ResourceVector {
  return {
    cpuMilli: overrides.cpuMilli ?? found.cpuMilli,
    memoryBytes: overrides.memoryBytes ?? found.memoryBytes,
    diskBytes: overrides.diskBytes ?? found.diskBytes,
    networkMbps: overrides.networkMbps ?? found.networkMbps,
    slots: overrides.slots ?? found.slots,
    gpuMilli: overrides.gpus === undefined ? found.gpuMilli : new Array<number>(overrides.gpus).fill(1000),
    custom: { ...found.custom, ...overrides.custom },
  }
}
