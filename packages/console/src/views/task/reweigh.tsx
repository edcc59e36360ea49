import { asSoukError, type Reweighed, type Reweighing, type SoukError } from '@souk/client'
import { useEffect, useState } from 'preact/hooks'
import { useClient } from '../../live/use-feed.ts'
import { Problem } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { plural } from '../../text/amounts.ts'
import { BidsTable } from './bids-table.tsx'
import type { Bid, Decision } from './decision.ts'

const objectives = ['balanced', 'fast', 'pack', 'spread', 'cheap'] as const
type Choice = '' | (typeof objectives)[number] | 'own'

const number = (value: number): string => String(Math.round(value * 1000) / 1000)

/** Lets a person try other weights on the bids that there were, as `souk explain --weights` does; nothing moves. */
export function Reweigh({ task, decision }: { task: string; decision: Decision }) {
  const [choice, setChoice] = useState<Choice>('')
  const [own, setOwn] = useState(decision.weights)
  const asked = choice === '' ? undefined : choice === 'own' ? { weights: own } : { objective: choice }
  const { again, error } = useReweighed(task, asked)
  return (
    <section class="reweigh" aria-label="Weigh again">
      <label>
        Weigh again by{' '}
        <select value={choice} onChange={(event) => setChoice(event.currentTarget.value as Choice)}>
          <option value="">(as it was decided)</option>
          {objectives.map((each) => (
            <option key={each}>{each}</option>
          ))}
          <option value="own">weights of your own</option>
        </select>
      </label>
      {choice === 'own' && <Weights weights={own} onChange={setOwn} />}
      <Problem error={error} />
      {again && <Again decision={decision} again={again} />}
    </section>
  )
}

function Weights({
  weights,
  onChange,
}: {
  weights: Record<string, number>
  onChange: (weights: Record<string, number>) => void
}) {
  return (
    <div class="row">
      {Object.entries(weights).map(([term, weight]) => (
        <label key={term}>
          {term}
          <input
            type="number"
            step="any"
            value={weight}
            onInput={({ currentTarget: { valueAsNumber } }) => {
              if (Number.isFinite(valueAsNumber)) onChange({ ...weights, [term]: valueAsNumber })
            }}
          />
        </label>
      ))}
    </div>
  )
}

function Again({ decision, again }: { decision: Decision; again: Reweighed }) {
  const { winner, margin, changed, bidsTotal } = again
  const bids = again.bids as unknown as Bid[]
  const unseen = bidsTotal - bids.length
  return (
    <div role="status">
      <p class="lead">
        {winner === undefined ? (
          'No bid could start at once, so it would have waited all the same.'
        ) : (
          <>
            It would have gone to <PeerLink id={winner} /> {changed ? 'instead' : 'all the same'}
            {margin > 0 && `, by ${number(margin)}`}.
          </>
        )}
        {unseen > 0 && ` ${plural(unseen, 'more bid')} not kept: one of those might have done better.`}
      </p>
      <BidsTable bids={bids} weights={again.weights} winner={winner} caption={`with other weights; ${decision.how}`} />
    </div>
  )
}

function useReweighed(
  task: string,
  asked: Reweighing | undefined,
): { again?: Reweighed | undefined; error?: SoukError | undefined } {
  const client = useClient()
  const [state, setState] = useState<{ again?: Reweighed; error?: SoukError }>({})
  const key = JSON.stringify(asked)
  useEffect(() => {
    if (asked === undefined) return setState({})
    const stop = new AbortController()
    client.reweigh(task, asked, stop.signal).then(
      (again) => !stop.signal.aborted && setState({ again }),
      (cause) => !stop.signal.aborted && setState({ error: asSoukError(cause) }),
    )
    return () => stop.abort()
  }, [client, task, key])
  return state
}
