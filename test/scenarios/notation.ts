import type { Reply } from '@souk/peer'
import type { Ballot, Decree, Message, ZoneWord } from '@souk/wire'

/** The short name of a task: # and its number in the scenario. */
export type Name = (task: string) => string

const b = ({ counter }: Ballot) => `b${counter}`
const list = (items: readonly string[]) => items.join(' ') || '-'

/** The few fields of a message that its reader wants to see. */
export function messageText(message: Message, name: Name): string {
  const { t } = message
  const fields = fieldsOf(message, name)
  return fields === '' ? t : `${t} ${fields}`
}

function fieldsOf(message: Message, name: Name): string {
  switch (message.t) {
    case 'quote':
      return `lot=${message.lot} ${message.count}x ${message.shape.class}`
    case 'bid':
      return `lot=${message.lot} takes ${message.terms.count}${zoneText(message.zone)}`
    case 'noBid':
      return `lot=${message.lot} ${message.refusal.code}${zoneText(message.zone)}`
    case 'survey':
      return `plan=${message.plan} ${list(message.classes)}`
    case 'surveyed':
      return `plan=${message.plan} ${message.free.slots} free`
    case 'wanted':
      return `want=${message.want} ${message.count} ahead=${message.aheadMs}ms`
    case 'given':
      return `want=${message.want} ${message.count}, ${message.waiting} wait`
    case 'award':
      return message.batons
        .map(({ record, ballot, path, alternates }) => {
          const others = alternates.map(({ peer }) => peer)
          return `${name(record.id)} ${b(ballot)} path=${path.join()}${others.length > 0 ? ` else=${others.join()}` : ''}`
        })
        .join('; ')
    case 'accept':
      return list(message.tasks.map(({ task, ballot }) => `${name(task)} ${b(ballot)}`))
    case 'bounce':
      return `${name(message.task)} ${b(message.ballot)} ${message.refusal.code} to=${message.to.peer}`
    case 'giveUp':
      return `${name(message.task)} ${b(message.ballot)} ${message.code}${message.ran ? ' ran' : ''}`
    case 'renew': {
      const adds = message.adds.map(({ task, state }) => ` +${name(task)} ${state}`)
      const removes = message.removes.map(({ task }) => ` -${name(task)}`)
      return `${message.base}..${message.seq}${[...adds, ...removes].join()}`
    }
    case 'removed':
      return message.removals.map(({ peer }) => peer).join()
    case 'reserve':
      return `${message.gang} ${message.count}x${message.patient ? ' patiently' : ''}`
    case 'reserved':
      return `${message.gang} ${message.count}`
    case 'freed':
      return `${message.gang} ${message.count}`
    case 'unreserve':
      return message.gang
    case 'renewed':
      return `${message.seq}${message.again ? ' again' : ''}${message.refused.map(({ task }) => ` refuses ${name(task)}`).join('')}`
    default:
      return custodyFieldsOf(message, name)
  }
}

/** What a host says of its zone. */
function zoneText(zone: ZoneWord | undefined): string {
  if (!zone) return ''
  const { there, shuns, held, full } = zone
  return ` zone=${held ? 'promised' : full ? 'full' : shuns ? 'shuns' : there.join() || 'free'}`
}

/** Of what custodians, origins, bearers and readers say to each other. */
function custodyFieldsOf(message: Message, name: Name): string {
  switch (message.t) {
    case 'store':
      return `${name(message.record.id)} ${b(message.ballot)} at ${message.record.custodians.join()}`
    case 'already':
      return `${name(message.task)} ${b(message.ballot)} promised ${b(message.promised)}`
    case 'unstored':
      return `${name(message.task)} ${b(message.ballot)} ${message.code}`
    case 'leaseTold':
      return `${name(message.task)} ${b(message.ballot)} left=${message.leftMs}ms`
    case 'prepare':
      return `${name(message.task)} ${b(message.ballot)} to ${message.aim}`
    case 'promise':
      return `${name(message.task)} ${b(message.ballot)}${message.accepted ? ` accepted ${decreeText(message.accepted.decree)} ${b(message.accepted.ballot)}` : ''}`
    case 'refuse':
      return `${name(message.task)} ${b(message.ballot)} ${message.code} promised ${b(message.promised)}`
    case 'commit':
      return `${name(message.task)} ${b(message.ballot)} ${decreeText(message.decree)}`
    case 'chosen':
      return `${name(message.task)} ${b(message.ballot)}${message.decree ? ` ${decreeText(message.decree)}` : ''}`
    case 'moved':
      return `${name(message.task)} to ${message.custodians.join()}`
    case 'copy':
      return `${name(message.record.id)} ${message.outcome.kind}`
    case 'fenced':
      return `${name(message.task)} ${b(message.ballot)} by ${b(message.promised)} ${message.code}`
    case 'cancelled':
      return `${name(message.task)} ${message.answer}`
    case 'view':
      return `${name(message.task)} ${message.view?.state ?? 'unknown'}`
    case 'await':
    case 'unknown':
    case 'watch':
      return list(message.tasks.map(name))
    case 'ends': {
      const ended = message.ended.map(({ task, kind }) => `${name(task)} ${kind}`)
      const open = message.open.map((task) => `${name(task)} not yet`)
      return list([...ended, ...open, ...message.unknown.map((task) => `${name(task)} unknown`)])
    }
    case 'decided':
      return list(message.tasks.map(({ task, ballot }) => `${name(task)} ${b(ballot)}`))
    default:
      if ('task' in message)
        return 'ballot' in message ? `${name(message.task)} ${b(message.ballot)}` : name(message.task)
      return ''
  }
}

const decreeText = (decree: Decree) =>
  decree.kind === 'outcome' ? decree.outcome.kind : `next=${decree.custodians.join()}`

/** What a client hears, and of which task. */
export function replyText(reply: Reply): { verb: string; task: string | undefined; rest: string } {
  switch (reply.type) {
    case 'accepted':
      return { verb: 'accepted', task: reply.task, rest: '' }
    case 'planned':
      return { verb: 'planned', task: undefined, rest: String(reply.plan?.asked ?? 'busy') }
    case 'refused':
      return { verb: 'refused', task: undefined, rest: reply.code }
    case 'outcome': {
      const { kind, code, host, attempts } = reply.outcome
      const tried = attempts.map((attempt) => ` after ${attempt.code} at ${attempt.host}`).join('')
      const why = kind === 'succeeded' || kind === code ? '' : ` (${code})`
      return { verb: kind, task: reply.task, rest: `${host ? `at ${host}` : ''}${why}${tried}`.trim() }
    }
    case 'cancelled':
      return { verb: 'cancel', task: reply.task, rest: `answered ${reply.answer}` }
    case 'view':
      return {
        verb: 'view',
        task: reply.task,
        rest: reply.view?.state ?? (reply.reachable ? 'unknown' : 'unreachable'),
      }
    case 'output':
    case 'outputEnd':
      return { verb: reply.type, task: reply.task, rest: '' }
    case 'listed':
      return { verb: 'listed', task: undefined, rest: `${reply.total} tasks` }
    case 'traced':
      return { verb: 'traced', task: undefined, rest: `${reply.told?.total ?? 0} events` }
    case 'moved': {
      const results = reply.results.map(({ handed, left }) => [
        `${handed} handed over`,
        ...left.map(({ code, count }) => `${count} ${code}`),
      ])
      return { verb: 'moved', task: undefined, rest: results.map((each) => each.join(', ')).join('; ') }
    }
  }
}
