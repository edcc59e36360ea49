import type { AppliedPlan } from '@souk/client'
import { Card } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { Since } from '../../parts/since.tsx'
import { plural } from '../../text/amounts.ts'
import { realWaitText, waitText } from '../../text/waits.ts'
import { WaitTable } from './wait-table.tsx'

/** lines of moves; the rest is counted */
const linesMax = 8

/** The plan that was carried out last through the connected peer: what was foretold of it beside what came. */
export function AppliedCard({ applied: { at, moves, predicted, real } }: { applied: AppliedPlan }) {
  const handed = moves.reduce((sum, move) => sum + move.handed, 0)
  return (
    <Card
      title={`Carried out: ${plural(handed, 'task')} handed over`}
      aside={
        <span class="quiet">
          <Since iso={at} />
        </span>
      }
    >
      {moves.length === 0 ? (
        <p class="quiet">Nothing was to be moved any more when it was applied.</p>
      ) : (
        <>
          <WaitTable
            heads={['of those that were to move', 'waited from then on']}
            rows={[
              ['if nothing had moved', waitText(predicted.before)],
              ['predicted', waitText(predicted.after)],
              ['real', realWaitText(real)],
            ]}
          />
          <AppliedMoves moves={moves} />
        </>
      )}
    </Card>
  )
}

function AppliedMoves({ moves }: Pick<AppliedPlan, 'moves'>) {
  return (
    <ul class="plain-list">
      {moves.slice(0, linesMax).map(({ class: name, from, to, count, handed, left, code }) => (
        <li key={`${name} ${from} ${to} ${code}`}>
          {handed} of {plural(count, 'task')} of {name}: <PeerLink id={from} /> → <PeerLink id={to} />{' '}
          {left.map((each) => (
            <span key={each.code} class="quiet">
              {each.count} stayed: <span class="tag">{each.code}</span>{' '}
            </span>
          ))}
        </li>
      ))}
      {moves.length > linesMax && <li class="quiet">and {plural(moves.length - linesMax, 'more line')}</li>}
    </ul>
  )
}
