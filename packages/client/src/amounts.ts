import type { Request } from './api.ts'
import { type GpuRequestAmounts, gpuAmounts } from './gpu-amounts.ts'
import { SoukError } from './souk-error.ts'

/** A request in the mesh's own integers. */
export interface RequestAmounts {
  /** thousandths of a CPU */
  cpuMilli: number
  memoryBytes: number
  diskBytes: number
  networkMbps: number
  slots: number
  gpu: GpuRequestAmounts
  custom: Record<string, number>
}

const amountMax = 2 ** 52

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  ki: 2 ** 10,
  kib: 2 ** 10,
  m: 1e6,
  mb: 1e6,
  mi: 2 ** 20,
  mib: 2 ** 20,
  g: 1e9,
  gb: 1e9,
  gi: 2 ** 30,
  gib: 2 ** 30,
  t: 1e12,
  tb: 1e12,
  ti: 2 ** 40,
  tib: 2 ** 40,
}
const cpuUnits: Record<string, number> = { '': 1000, m: 1 }
const networkUnits: Record<string, number> = { '': 1, m: 1, mbps: 1, mbit: 1, g: 1000, gbps: 1000, gbit: 1000 }

/** shown of what was given */
const shownChars = 40

function amount(value: number | string, units: Record<string, number>, field: string, example: string): number {
  const text = String(value).trim()
  const parts = /^([0-9]{1,30}(?:\.[0-9]{1,30})?)\s*([a-zA-Z]*)$/.exec(text)
  const unit = parts ? parts[2]!.toLowerCase() : ''
  const wrong = !parts
    ? notAnAmount(text)
    : Object.hasOwn(units, unit)
      ? undefined
      : `has the unknown unit '${parts[2]}'`
  const exact = parts && !wrong ? Number(parts[1]) * units[unit]! : 0
  // No rounding error counts as one more; what is not nothing is at least one.
  const result = exact > 0 ? Math.max(1, Math.ceil(exact - 1e-6)) : 0
  const why = wrong ?? (result > amountMax ? 'is more than any host can have' : undefined)
  if (why === undefined) return result
  const shown = text.length > shownChars ? `${text.slice(0, shownChars)}…` : text
  throw new SoukError(
    'amount-invalid',
    `${field} is '${shown}', which ${why}; needed is an amount such as ${example}`,
    {
      path: `/request/${field}`,
    },
  )
}

function notAnAmount(text: string): string {
  if (text === '') return 'is empty'
  return text.startsWith('-') && text.length > 1 ? 'is negative' : 'is no amount'
}

/** CPUs (2, 0.5, '500m') as thousandths, rounded up. Throws `amount-invalid`. */
export const cpuMilli = (value: number | string, field = 'cpu') => amount(value, cpuUnits, field, "2, 0.5 or '500m'")
/** Bytes (1024, '512M', '2Gi'); k, M, G, T are decimal, Ki, Mi, Gi, Ti binary. Throws `amount-invalid`. */
export const bytes = (value: number | string, field = 'memory') => amount(value, byteUnits, field, "'512M' or '2Gi'")
/** Mbit/s (100, '1G'). Throws `amount-invalid`. */
export const networkMbps = (value: number | string, field = 'network') =>
  amount(value, networkUnits, field, "100 or '1G'")

/** What a task asks for, with defaults: one CPU, one slot, nothing else. Throws `amount-invalid` with its path. */
export function requestAmounts(request: Request = {}): RequestAmounts {
  return {
    cpuMilli: cpuMilli(request.cpu ?? 1),
    memoryBytes: bytes(request.memory ?? 0, 'memory'),
    diskBytes: bytes(request.disk ?? 0, 'disk'),
    networkMbps: networkMbps(request.network ?? 0),
    slots: request.slots ?? 1,
    gpu: gpuAmounts(request.gpu ?? 0, bytes),
    custom: customUnits(request.custom),
  }
}

/** What every host counts by itself, as a request names it: no host declares units of these names. */
const ownFields: Record<string, string> = {
  cpu: 'cpu',
  mem: 'memory',
  memory: 'memory',
  disk: 'disk',
  net: 'network',
  network: 'network',
  gpu: 'gpu',
  slots: 'slots',
}

function customUnits(custom: Record<string, number> = {}): Record<string, number> {
  for (const name in custom) {
    if (!Object.hasOwn(ownFields, name)) continue
    const message = `custom names '${name}', which hosts do not declare; ask for it as '${ownFields[name]}' itself`
    throw new SoukError('amount-invalid', message, { path: `/request/custom/${name}` })
  }
  return custom
}
