import type { WouldHelp } from '@souk/client'
import { useNames } from '../../live/use-feed.ts'
import { Card } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { durationText, plural } from '../../text/amounts.ts'
import { BidsTable } from './bids-table.tsx'
import { type Decision, headlineOf, meaningOf } from './decision.ts'
import { Reweigh } from './reweigh.tsx'

const number = (value: number): string => String(Math.round(value * 1000) / 1000)

/** Who bid what for the task and what decided; why others did not. */
export function Bids({ task, decision, help }: { task: string; decision: Decision; help: readonly WouldHelp[] }) {
  const nameOf = useNames()
  const { bids, bidsTotal, reason, by, asked, candidates, auctionMs, objective, weights } = decision
  return (
    <Card title="Why it is where it is">
      <p class="lead">
        <b>{headlineOf(decision)}</b>
        {decision.winner && (
          <>
            {' '}
            on <PeerLink id={decision.winner} />
          </>
        )}
        : {reason}
      </p>
      <p class="quiet">
        decided by {nameOf(by)}
        {asked > 0 &&
          ` in ${durationText(auctionMs)}; ${asked} of ${plural(candidates, 'candidate')} asked, ${plural(bidsTotal, 'bid')}`}
      </p>
      {bids.length > 0 && (
        <BidsTable bids={bids} weights={weights} winner={decision.winner} caption="as it was decided" />
      )}
      {bids.length > 0 && (
        <p class="quiet">
          {objective ?? 'weights'}:{' '}
          {Object.entries(weights)
            .map(([term, weight]) => `${term} ${number(weight)}`)
            .join(', ')}
          . The lowest score wins{bids.length > 1 && decision.winner ? `, here by ${number(decision.margin)}` : ''}.
        </p>
      )}
      {bids.length > 0 && <Reweigh task={task} decision={decision} />}
      {bids.length === 0 && decision.winner && (
        <p class="quiet">It was placed without bids, so there is nothing to weigh again.</p>
      )}
      <Refusals decision={decision} help={help} />
    </Card>
  )
}

const helps: Partial<Record<WouldHelp['code'], string>> = {
  wait: 'wait for room',
  'raise-quota': 'raise the quota of its tenant',
  undrain: 'let a draining host take work again',
  reach: 'bring a host back into reach',
  'ask-less': 'ask for less',
  'other-gpu': 'take another GPU',
  'without-label': 'drop a label',
  'without-where': 'drop its condition',
  'add-function': 'register the function',
  'allow-executor': 'allow this kind of task',
  'add-host': 'add a host (souk invite)',
  untie: 'untie it from the others',
}

function Refusals({ decision: { reasons }, help }: { decision: Decision; help: readonly WouldHelp[] }) {
  return (
    <>
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map(({ code, peers, never, etaMs, detail }) => (
            <li key={`${code} ${detail}`}>
              <span class="state wait">{code}</span> {plural(peers, 'host')}: {meaningOf(code)}
              <span class="quiet">
                {detail && ` · ${detail}`} ·{' '}
                {never ? 'never' : etaMs === undefined ? 'later' : `in about ${durationText(etaMs)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {help.length > 0 && (
        <p class="note">
          What would help:{' '}
          {help
            .map(
              ({ code, what, hosts }) => `${helps[code] ?? code}${what ? ` (${what})` : ''}, ${plural(hosts, 'host')}`,
            )
            .join('; ')}
        </p>
      )}
    </>
  )
}
