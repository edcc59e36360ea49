import type { ClassForecast, Forecast } from '@souk/client'
import { hrefOf } from '../../router.ts'
import { floorText, quantityText, shareText } from './quantity-text.ts'

/** the bucket ahead by which the overview says how good forecasts are */
const shownAhead = 1

const heads = ['now', 'next', 'accuracy', 'best possible', 'warm target', 'warm now']

/** A line for each class; one leads to what is shown below. */
export function ClassTable({ forecast: { classes }, shown }: { forecast: Forecast; shown: string }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">class</th>
            {heads.map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col">who decides</th>
          </tr>
        </thead>
        <tbody>
          {classes.map((each) => (
            <ClassRow key={each.class} demand={each} current={each.class === shown} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ClassRow({ demand, current }: { demand: ClassForecast; current: boolean }) {
  const { class: name, running, quantities, warm } = demand
  const workers = quantities.find(({ quantity }) => quantity === 'workers')
  const next = workers?.ahead.find(({ buckets }) => buckets === shownAhead)
  const good = workers?.accuracy.find(({ buckets }) => buckets === shownAhead)
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf(['forecast'], { class: name })} aria-current={current ? 'true' : undefined}>
          {name}
        </a>
      </th>
      <td class="number">{running}</td>
      <td class="number">{next ? quantityText('workers', next.point) : '–'}</td>
      <td class="number">{shareText(good?.accuracy)}</td>
      <td class="number">{floorText(good ?? {})}</td>
      <td class="number">{warm.free === undefined ? '–' : wantedOf(warm)}</td>
      <td class="number">{warm.free ?? '–'}</td>
      <td>
        <ModeTag warm={warm} />
      </td>
    </tr>
  )
}

/** live: forecasts decide; shadow: they are only judged, and the last use decides. */
export function ModeTag({ warm: { mode, free } }: { warm: ClassForecast['warm'] }) {
  if (free === undefined) return <span class="tag">nothing to keep warm</span>
  return mode === 'live' ? <span class="state good">live</span> : <span class="state wait">shadow</span>
}

/** What counts: forecasts that do not decide order nothing. */
export const wantedOf = ({ mode, target, ordered = target }: ClassForecast['warm']): number =>
  mode === 'live' ? target : ordered
