import { useFeedState } from '../../live/use-feed.ts'
import { Card } from '../../parts/card.tsx'
import { durationText } from '../../text/amounts.ts'
import { doingOf } from '../../text/machines.ts'

/** finer than the looks at it would only flicker */
const stepMs = 100

/** What the machines of the connected peer are due to do of themselves, soonest first. */
export function TimersCard() {
  const { status } = useFeedState('status')
  if (status === undefined) return null
  return (
    <Card title="Timers" aside={<span class="quiet">what is due next</span>}>
      <table>
        <thead>
          <tr>
            <th scope="col">of</th>
            <th scope="col">for</th>
            <th scope="col" class="number">
              in
            </th>
          </tr>
        </thead>
        <tbody>
          {status.timers.map(({ machine, inMs }) => (
            <tr key={machine}>
              <th scope="row">{machine}</th>
              <td class="quiet wrapped">{doingOf(machine)}</td>
              <td class="number">{inMs < stepMs ? 'now' : durationText(Math.floor(inMs / stepMs) * stepMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
