import { InventoryError } from './inventory-error.ts'

const amountMax = 2 ** 52

const byteUnits: Record<string, number> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
}
const cpuUnits: Record<string, number> = { '': 1000, m: 1 }
const networkUnits: Record<string, number> = { '': 1, m: 1, g: 1000 }

/** CPUs ('4', '0.5', '500m') as thousandths. Throws `amount-invalid`. */
export const parseCpuMilli = (text: string) => parse(text, cpuUnits, 'CPUs', '4, 0.5 or 500m')

/** Bytes ('8G', '512M', '1.5Gi'): k, M, G, T are decimal, Ki, Mi, Gi, Ti binary; a final B is fine. Throws `amount-invalid`. */
export const parseBytes = (text: string) =>
  parse(text.replace(/b$/i, ''), byteUnits, 'bytes', '8G, 512M or 1.5Gi', text)

/** Mbit/s ('100', '10G'). Throws `amount-invalid`. */
export const parseMbps = (text: string) => parse(text, networkUnits, 'Mbit/s', '1000 or 10G')

/** Whole numbers. Throws `amount-invalid`. */
export function parseCount(text: string): number {
  const count = parse(text, { '': 1 }, 'a count', '4')
  if (!Number.isInteger(Number(text))) throw invalid(text, 'a count', '4')
  return count
}

/** Rounded down: a host never offers more than was said. */
function parse(text: string, units: Record<string, number>, what: string, example: string, shown = text): number {
  const parts = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = parts && units[parts[2]!.toLowerCase()]
  const amount = parts && unit !== undefined ? Math.floor(Number(parts[1]) * unit! + 1e-6) : Number.NaN
  if (!(amount >= 0 && amount <= amountMax)) throw invalid(shown, what, example)
  return amount
}

function invalid(text: string, what: string, example: string): InventoryError {
  return new InventoryError('amount-invalid', `'${text}' is not an amount of ${what}; write it as ${example}`)
}
