const dayMs = 86_400_000

/** By this host's clock and zone; the day only where it is not clear. */
export function timeText(wallMs: number, nowMs: number, precision: 'second' | 'millisecond'): string {
  const date = new Date(wallMs)
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  const fraction = precision === 'second' ? '' : `.${pad(date.getMilliseconds(), 3)}`
  const clock = date.toTimeString().slice(0, 8) + fraction
  return Math.abs(nowMs - wallMs) < dayMs / 2 ? clock : `${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock}`
}
