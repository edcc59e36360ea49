import type { TaskDetail } from '@souk/client'
import { useClient, usePolled } from '../../live/use-feed.ts'
import { Card, Empty, Problem, Stat } from '../../parts/card.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { Since } from '../../parts/since.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { hrefOf } from '../../router.ts'
import { amountText, durationText } from '../../text/amounts.ts'
import { amountsOf } from '../../text/resources.ts'
import { Bids } from './bids.tsx'
import type { Decision } from './decision.ts'
import { OutputPane } from './output-pane.tsx'
import { RecordedTask } from './recorded-task.tsx'
import { TaskActions } from './task-actions.tsx'
import { titleOfSpec } from './task-spec.ts'
import { TaskTrace } from './task-trace.tsx'
import { Timeline } from './timeline.tsx'

const lookMs = 800

/** Everything of one task: what it is, where it is and why, what it writes, how it ended. */
export function TaskView({ id }: { id: string }) {
  const client = useClient()
  const { data, error } = usePolled(`task ${id}`, lookMs, (signal) => client.task(id, signal))
  if (error?.code === 'replayed') return <RecordedTask id={id} />
  if (data === undefined) {
    return (
      <div class="view">
        {error ? (
          <Card title="This task cannot be shown">
            <Problem error={error} />
            <Empty title="Its id may be mistyped, or its result is no longer kept">
              <a href={hrefOf(['tasks'])}>All tasks</a>
            </Empty>
          </Card>
        ) : (
          <p class="quiet centred">Looking for the task…</p>
        )}
      </div>
    )
  }
  const decision = data.decision as unknown as Decision | undefined
  return (
    <div class="view task-view">
      <Head detail={data} />
      <div class="columns">
        <div class="wide stack">
          <Outcome detail={data} />
          <OutputPane task={data.id} outcome={data.outcome} />
          <Why detail={data} decision={decision} />
          <TaskTrace task={data.id} detail={data} />
        </div>
        <div class="stack">
          <Timeline detail={data} />
          <Facts detail={data} />
          <Attempts detail={data} />
        </div>
      </div>
    </div>
  )
}

function Head({ detail }: { detail: TaskDetail }) {
  const { id, state, outcome, bearer, submittedAt, spec } = detail
  const host = outcome?.host ?? bearer
  return (
    <header class="view-head">
      <div>
        <p class="crumbs">
          <a href={hrefOf(['tasks'])}>Tasks</a> / <CopyText text={id} shown={id.slice(0, 8)} />
        </p>
        <h1>
          {titleOfSpec(spec)} <StateTag state={outcome?.kind ?? state} />
        </h1>
        <p class="quiet">
          submitted <Since iso={submittedAt} /> at <PeerLink id={detail.origin} />
          {host && (
            <>
              , {outcome ? 'ran on' : 'with'} <PeerLink id={host} />
            </>
          )}
        </p>
      </div>
      <TaskActions detail={detail} />
    </header>
  )
}

function Outcome({ detail: { outcome } }: { detail: TaskDetail }) {
  if (outcome === undefined) return null
  const { kind, code, message, exitCode, runMs, usage, value } = outcome
  return (
    <Card title="Outcome" class={kind === 'succeeded' ? 'good' : kind === 'cancelled' ? '' : 'bad'}>
      <div class="stats">
        <Stat label={exitCode === undefined ? code : `exit code ${exitCode}`} value={kind} />
        <Stat label="ran" value={durationText(runMs)} />
        {usage && <Stat label="CPU time" value={durationText(usage.cpuMs)} />}
        {usage?.memoryBytesPeak !== undefined && (
          <Stat label="memory at most" value={amountText('memory', usage.memoryBytesPeak)} />
        )}
      </div>
      {message && <p>{message}</p>}
      {value !== undefined && <pre class="output">{JSON.stringify(value, null, 2)}</pre>}
    </Card>
  )
}

function Why({ detail, decision }: { detail: TaskDetail; decision: Decision | undefined }) {
  if (decision === undefined) {
    return (
      <Card title="Why it is where it is">
        <Empty title="Not decided yet">
          It came a moment ago, or waits with others alike for the next look for room.
        </Empty>
      </Card>
    )
  }
  return <Bids task={detail.id} decision={decision} help={detail.wouldHelp ?? []} />
}

const unitOf = (resource: string, amount: number): string => (resource === 'slots' && amount === 1 ? 'slot' : resource)

function Facts({ detail }: { detail: TaskDetail }) {
  const { custodians, version, spec, ballot } = detail
  const asked = amountsOf(spec.request as Record<string, unknown>)
  const rows: [string, string][] = [
    ['class', String(spec.class)],
    ['priority', String(spec.priority)],
    ...(spec.tenant ? [['tenant', String(spec.tenant)] as [string, string]] : []),
    [
      'asks for',
      asked.map(({ resource, amount }) => `${amountText(resource, amount)} ${unitOf(resource, amount)}`).join(', '),
    ],
    ['durability', String(spec.durability)],
    ['starts', String(spec.starts)],
    ['ballot', ballot],
  ]
  return (
    <Card title="Kept and asked for">
      <dl class="facts">
        <dt>custodians</dt>
        <dd class="row">
          {custodians.map((peer) => (
            <PeerLink key={peer} id={peer} />
          ))}
          {version > 1 && <span class="tag">version {version}: others took over</span>}
        </dd>
        {rows.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </Card>
  )
}

function Attempts({ detail: { attempts } }: { detail: TaskDetail }) {
  if (attempts.length === 0) return null
  return (
    <Card title="Earlier attempts">
      <ol class="feed">
        {attempts.map(({ host, code, message }, index) => (
          <li key={index}>
            <span class="state bad">{code}</span> on <PeerLink id={host} /> <span class="quiet">{message}</span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
