import type { ClassForecast, ForecastAccuracy } from '@souk/client'
import { bytesText, countText, durationText, percentText } from '../../text/amounts.ts'

type Quantity = ClassForecast['quantities'][number]['quantity']

export const quantityTitles: Record<Quantity, string> = {
  workers: 'at once',
  starts: 'starts',
  cpuMs: 'CPU time',
  memoryBytes: 'memory',
  networkBytes: 'in and out',
  arrivals: 'submitted',
}

export function quantityText(quantity: Quantity, value: number): string {
  if (quantity === 'cpuMs') return durationText(value)
  if (quantity === 'memoryBytes' || quantity === 'networkBytes') return bytesText(value)
  return value < 100 ? String(Number(value.toFixed(1))) : countText(value)
}

export const shareText = (share: number | undefined): string => (share === undefined ? '–' : percentText(share))

/** What varies more than any counts do has no floor. */
export const floorText = ({ floor = 0 }: Partial<ForecastAccuracy>): string => (floor > 0 ? percentText(floor) : '–')
