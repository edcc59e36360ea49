const rounded = (value: number, digits: number): string => String(Number(value.toFixed(digits)))

/** 950 ms, 3.2 s, 4 min 10 s, 2 h 5 min, 3 d. */
export function durationText(ms: number): string {
  if (ms < 0) return `-${durationText(-ms)}`
  if (ms < 10) return `${rounded(ms, 1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${rounded(ms / 1000, ms < 10_000 ? 1 : 0)} s`
  const [days, hours, minutes, seconds] = [
    Math.floor(ms / 86_400_000),
    Math.floor(ms / 3_600_000) % 24,
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ]
  if (days > 0) return `${days} d${hours > 0 ? ` ${hours} h` : ''}`
  if (hours > 0) return `${hours} h${minutes > 0 ? ` ${minutes} min` : ''}`
  return `${minutes} min${seconds > 0 ? ` ${seconds} s` : ''}`
}

/** 340 B, 1.5 kB, 16 GB: decimal units, as the command line and the requests of tasks have them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${rounded(value, value < 10 ? 1 : 0)} ${units[unit]}`
}

/** 980, 12.4k, 3.1M. */
export function countText(count: number): string {
  if (count < 10_000) return String(Math.round(count))
  if (count < 1_000_000) return `${rounded(count / 1000, 1)}k`
  return `${rounded(count / 1_000_000, 1)}M`
}

/** An amount of a resource in the unit in which the API tells it: whole CPUs and GPUs, bytes, Mbit/s, pieces. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'memory' || resource === 'disk') return bytesText(amount)
  if (resource === 'network') return `${countText(amount)} Mbit/s`
  return rounded(amount, 2)
}

export const percentText = (share: number): string => `${Math.round(share * 100)} %`

/** Beyond ten times as much nobody reads per cent: 97 %, × 12, × 1.2k. */
export const factorText = (share: number): string => (share <= 10 ? percentText(share) : `× ${countText(share)}`)

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`
