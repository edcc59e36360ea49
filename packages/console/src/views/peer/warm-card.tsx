import { useClient, usePolled } from '../../live/use-feed.ts'
import { Card } from '../../parts/card.tsx'
import { NumberHeads } from '../../parts/number-heads.tsx'
import { hrefOf } from '../../router.ts'
import { ModeTag, wantedOf } from '../forecast/class-table.tsx'

const lookMs = 5_000
const classesMax = 12

/** What stands warm on the connected peer's host, by class: where nothing is to, there is no card. */
export function WarmCard() {
  const client = useClient()
  const { data } = usePolled('warm', lookMs, (signal) => client.forecast({ buckets: 1 }, signal))
  const pools = (data?.classes ?? []).filter(({ warm }) => warm.free !== undefined)
  if (pools.length === 0) return null
  return (
    <Card title="Warm workers" aside={<a href={hrefOf(['forecast'])}>why</a>}>
      <table>
        <NumberHeads first="class" heads={['wanted', 'free now', 'decided by']} />
        <tbody>
          {pools.slice(0, classesMax).map(({ class: name, warm }) => (
            <tr key={name}>
              <th scope="row">
                <a href={hrefOf(['forecast'], { class: name })}>{name}</a>
              </th>
              <td class="number">{wantedOf(warm)}</td>
              <td class="number">{warm.free}</td>
              <td class="number">
                <ModeTag warm={warm} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {pools.length > classesMax && <p class="quiet">and {pools.length - classesMax} more classes</p>}
    </Card>
  )
}
