import type { Balance, PlannedMove } from '@souk/client'
import { useClient } from '../../live/use-feed.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Card, Empty } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { durationText, plural } from '../../text/amounts.ts'
import { waitText } from '../../text/waits.ts'
import { WaitTable } from './wait-table.tsx'

/** lines of each table; the rest is counted */
const linesMax = 16

/** Which waiting tasks should go where, what that does to waits, what stays and why; and the button that does it. */
export function PlanCard({ balance: { plan, waiting } }: { balance: Balance }) {
  const { moves, leftOut, before, after, moved } = plan
  const count = moves.reduce((sum, move) => sum + move.count, 0)
  return (
    <Card title="Plan" aside={count > 0 && <ApplyPlan count={count} />}>
      {count === 0 ? (
        <Empty title={waiting === 0 ? 'Nothing waits' : 'Nothing is worth moving'}>
          {waiting === 0
            ? 'Where tasks wait beside room for them, what should move shows here, to be carried out.'
            : 'What waits has no better place now; the reasons are below.'}
        </Empty>
      ) : (
        <>
          <MoveTable moves={moves} />
          <WaitTable
            heads={['wait yet', 'as it is', 'moved']}
            rows={[
              ['of those that move', waitText(moved.before), waitText(moved.after)],
              ['of all', waitText(before), waitText(after)],
            ]}
          />
        </>
      )}
      {leftOut.length > 0 && <LeftOut leftOut={leftOut} />}
    </Card>
  )
}

function ApplyPlan({ count }: { count: number }) {
  const client = useClient()
  const apply = async () => {
    const { moves } = await client.applyBalance()
    const handed = moves.reduce((sum, move) => sum + move.handed, 0)
    return `${plural(handed, 'task')} handed over`
  }
  return (
    <ActionButton class="primary" confirm={`Move ${plural(count, 'task')}?`} act={apply}>
      Apply
    </ActionButton>
  )
}

function MoveTable({ moves }: { moves: readonly PlannedMove[] }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              tasks
            </th>
            <th scope="col">class</th>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col" class="number">
              earlier by
            </th>
            <th scope="col">why</th>
          </tr>
        </thead>
        <tbody>
          {moves.slice(0, linesMax).map(({ class: name, from, to, count, bound, code, reason, gainMs }) => (
            <tr key={`${name} ${from} ${to} ${code} ${bound}`}>
              <td class="number">{count}</td>
              <th scope="row">{name}</th>
              <td>
                <PeerLink id={from} /> {bound && <span class="quiet">(its queue)</span>}
              </td>
              <td>
                <PeerLink id={to} />
              </td>
              <td class="number">{gainMs === undefined ? 'else never' : durationText(gainMs)}</td>
              <td>
                <span class="tag">{code}</span> {reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More count={moves.length} />
    </div>
  )
}

function LeftOut({ leftOut }: Pick<Balance['plan'], 'leftOut'>) {
  return (
    <>
      <h3>Stays where it is</h3>
      <ul class="plain-list">
        {leftOut.slice(0, linesMax).map(({ class: name, from, count, code, reason }) => (
          <li key={`${name} ${from} ${code}`}>
            {plural(count, 'task')} of {name} with <PeerLink id={from} />: <span class="tag">{code}</span>{' '}
            <span class="quiet">{reason}</span>
          </li>
        ))}
      </ul>
      <More count={leftOut.length} />
    </>
  )
}

const More = ({ count }: { count: number }) =>
  count > linesMax ? <p class="quiet">and {plural(count - linesMax, 'more line')}</p> : null
