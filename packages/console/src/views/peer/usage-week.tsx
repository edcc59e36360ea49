import type { HostInventory } from '@souk/client'
import { usedText, usualOf } from '../../text/usage.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** How much of a resource is used at each hour of the week, as that host has seen it. */
export function UsageWeek({ usage }: { usage: HostInventory['usage'][number] }) {
  const { resource, hours } = usage
  const most = Math.max(100, ...hours.map(({ p50 }) => p50))
  return (
    <figure class="week">
      <figcaption>
        <b>{resource}</b> {usedText(usage)}
      </figcaption>
      <UsedNow usage={usage} />
      <svg viewBox="0 0 264 70" role="img" aria-label={`${resource} by the hour of the week`}>
        {days.map((day, index) => (
          <text key={day} class="day" x="0" y={index * 10 + 8}>
            {day}
          </text>
        ))}
        {Array.from({ length: 168 }, (_, hour) => (
          <rect
            key={hour}
            class="cell unseen"
            x={24 + (hour % 24) * 10}
            y={Math.floor(hour / 24) * 10}
            width="9"
            height="9"
            rx="2"
          />
        ))}
        {hours.map(({ hourOfWeek, p50, p95 }) => (
          <rect
            key={hourOfWeek}
            class="cell"
            x={24 + (hourOfWeek % 24) * 10}
            y={Math.floor(hourOfWeek / 24) * 10}
            width="9"
            height="9"
            rx="2"
            fill-opacity={0.08 + 0.92 * (p50 / most)}
          >
            <title>{`${days[Math.floor(hourOfWeek / 24)]} ${hourOfWeek % 24}:00: half of the time up to ${Math.round(p50)}, 19 times of 20 up to ${Math.round(p95)}`}</title>
          </rect>
        ))}
      </svg>
    </figure>
  )
}

/** Its use as it was measured last, a mark over what is usual at this hour: half of the time, and 19 times of 20. */
function UsedNow({ usage }: { usage: HostInventory['usage'][number] }) {
  const { resource, hours, latest } = usage
  const usual = usualOf(usage)
  if (latest === undefined || usual === undefined) return null
  const most = Math.max(100, latest.value, ...hours.map(({ p95 }) => p95))
  const x = (value: number): number => 24 + (239 * value) / most
  return (
    <svg viewBox="0 0 264 10" role="img" aria-label={`${resource} ${usedText(usage)}`}>
      <rect class="cell unseen" x="24" y="2" width="239" height="6" rx="2" />
      <rect class="cell" x="24" y="2" width={x(usual.p95) - 24} height="6" rx="2" fill-opacity="0.25" />
      <rect class="cell" x="24" y="2" width={x(usual.p50) - 24} height="6" rx="2" fill-opacity="0.55" />
      <rect class="now" x={x(latest.value) - 1} y="0" width="2" height="10" />
    </svg>
  )
}
