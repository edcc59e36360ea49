import type { HostInventory } from '@souk/client'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** How much of a resource is used at each hour of the week, as that host has seen it. */
export function UsageWeek({ usage: { resource, hours } }: { usage: HostInventory['usage'][number] }) {
  const most = Math.max(100, ...hours.map(({ p50 }) => p50))
  return (
    <figure class="week">
      <figcaption>{resource}</figcaption>
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
            <title>{`${days[Math.floor(hourOfWeek / 24)]} ${hourOfWeek % 24}:00: half of the time up to ${Math.round(p50)}, at most ${Math.round(p95)}`}</title>
          </rect>
        ))}
      </svg>
    </figure>
  )
}
