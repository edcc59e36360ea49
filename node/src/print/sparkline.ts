const bars = '▁▂▃▄▅▆▇█'

/** One character a value, from the lowest bar for the smallest above zero; a blank for none. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(0, ...values)
  if (most === 0) return ' '.repeat(values.length)
  return values.map((value) => (value <= 0 ? ' ' : bars[Math.ceil((value / most) * bars.length) - 1]!)).join('')
}
