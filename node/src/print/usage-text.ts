import type { HostInventory, UsageHour } from '@souk/client'
import type { Colours } from './colours.ts'
import { indent, table } from './table.ts'

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** How a host is used: for each resource its busiest hour, and the hour of the week that it is now. */
export function usageText(
  usage: HostInventory['usage'],
  colours: Colours,
  now = new Date(),
  widthMax = Infinity,
): string[] {
  if (usage.length === 0) return []
  const thisHour = now.getDay() * 24 + now.getHours()
  const rows = usage.map(({ resource, hours }) => {
    const busiest = hours.reduce((most, hour) => (hour.p95 > most.p95 ? hour : most))
    const usual = hours.find(({ hourOfWeek }) => hourOfWeek === thisHour)
    return [
      resource,
      usual === undefined ? '-' : amountText(resource, usual),
      `${amountText(resource, busiest)} (${days[Math.floor(busiest.hourOfWeek / 24)]} ${busiest.hourOfWeek % 24}:00)`,
      String(hours.length),
    ]
  })
  const columns = [
    { title: 'resource' },
    { title: 'at this hour: p50, p95' },
    { title: 'busiest hour: p50, p95' },
    { title: 'hours known', align: 'right' as const, yields: 1 },
  ]
  return [`${colours.bold('Use by the hour of the week')}\n${indent(table(columns, rows, colours.dim, widthMax - 2))}`]
}

function amountText(resource: string, { p50, p95 }: UsageHour): string {
  const unit = resource === 'network' ? 'Mb/s' : '%'
  const text = (value: number): string => `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} ${unit}`
  return `${text(p50)}, ${text(p95)}`
}
