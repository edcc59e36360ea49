import type { LinkLine, PeerLine, Status, TaskLine } from '@souk/client'
import { countText, mbpsText, shortPeer } from '../print/amount-text.ts'
import { visibleData } from '../print/visible.ts'
import type { Check } from './local-checks.ts'

const hops = ['discovered', 'dialled', 'authenticated', 'subscribed'] as const
type Hop = (typeof hops)[number]

/** The hop at which the way to a peer ends; undefined when it is whole. */
function failingHop(link: LinkLine): Hop | undefined {
  if (link.authenticated) return link.subscribed ? undefined : 'subscribed'
  if (link.connected) return 'authenticated'
  return link.addresses.length > 0 ? 'dialled' : 'discovered'
}

const advice: Record<Hop, string> = {
  discovered: 'nobody told its address: start it with --peer MULTIADDR, or let it join again',
  dialled: 'check that it is up (souk status there) and that its port is open in the firewall',
  authenticated: 'its certificate or network key does not fit: let it join again with a new invitation',
  subscribed: 'its adverts do not come by gossip yet; they still come by anti-entropy within 30 s',
}

/** It says who may talk to whom, and not that nobody was there. */
const isOfMembership = ({ lastError }: LinkLine): boolean =>
  /^(certificate-.*|wrong-network-key)$/.test(lastError?.code ?? '')

function adviceOn(hop: Hop, link: LinkLine): string {
  if (hop !== 'authenticated' || isOfMembership(link)) return advice[hop]
  return `they may have met just now: souk doctor again in a few seconds. If it stays so, ${advice.authenticated}`
}

/** It was removed, or this peer was: no other invitation helps under the same peer id. */
const removedAdvice = 'who was removed joins as a new peer: souk reset on that host, souk invite here, then souk join'

/** `left`: that peer said that it goes. */
export function linkCheck(shown: LinkLine, left = false): Check {
  const link = visibleData(shown)
  const name = link.name || shortPeer(link.id)
  if (left && !link.connected)
    return { name, level: 'ok', seen: 'it left: it was stopped there (souk up there brings it back)' }
  const hop = failingHop(link)
  if (hop === undefined) return { name, level: 'ok', seen: `${hops.join(' > ')}${wayText(link)}${bandwidthText(link)}` }
  const reached = hops.slice(0, hops.indexOf(hop)).join(' > ')
  // Once it is connected, why it could not be dialled before is past.
  const error = hop !== 'authenticated' || isOfMembership(link) ? link.lastError : undefined
  const seen = `${reached === '' ? '' : `${reached} > `}not ${hop}${error === undefined ? '' : `: ${error.message}`}`
  const next = error?.code === 'certificate-revoked' ? removedAdvice : adviceOn(hop, link)
  return { name, level: hop === 'subscribed' ? 'warn' : 'fail', seen, next }
}

/** Nothing where it is direct, as ways are. */
const wayText = ({ way }: LinkLine): string => (way === 'relayed' ? '; through a relay' : '')

/** By large transfers of late; nothing was sent to find out. */
function bandwidthText({ receivedMbps, sentMbps }: LinkLine): string {
  const parts = [
    ...(receivedMbps === undefined ? [] : [`${mbpsText(receivedMbps)} Mb/s from it`]),
    ...(sentMbps === undefined ? [] : [`${mbpsText(sentMbps)} Mb/s to it`]),
  ]
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`
}

/** The mesh as a whole: what would hurt when one host is lost. */
export function meshChecks(shown: readonly PeerLine[]): Check[] {
  const peers = visibleData(shown)
  const admins = peers.filter((peer) => peer.role === 'admin')
  const checks: Check[] = []
  if (admins.length < 2) {
    const who = admins.map((peer) => peer.name).join(', ') || 'nobody'
    checks.push({
      name: 'admins',
      level: 'warn',
      seen: `only ${who} can invite; if that host is lost, nobody can join any more`,
      next: 'souk invite --role admin   (two or more are advised)',
    })
  } else checks.push({ name: 'admins', level: 'ok', seen: admins.map((peer) => peer.name).join(', ') })
  const runs = peers.filter((peer) => peer.state === 'alive' && peer.executors.length > 0)
  if (runs.length === 0) {
    checks.push({
      name: 'hosts',
      level: 'fail',
      seen: 'no peer allows any task',
      next: 'souk up --allow process,function',
    })
  } else checks.push({ name: 'hosts', level: 'ok', seen: `${runs.length} of ${peers.length} peers run tasks` })
  return checks
}

/** Three members are enough to keep each task three times, if three of them keep any. */
export function keepersCheck({ members, keepers, custodians }: Status['keeping']): Check[] {
  if (members < 3) return []
  const name = 'keepers'
  const seen = `${keepers} of ${members} members keep custody`
  if (keepers >= 3) return [{ name, level: 'ok', seen: `${seen}, each task is kept by ${custodians} of them` }]
  return [
    {
      name,
      level: 'warn',
      seen: `only ${seen}: each task is kept by one peer, and nobody goes on with it while that one is away`,
      next: 'souk up without --no-custody on three hosts (members of role submit or observe keep none)',
    },
  ]
}

/** Tasks of which most custodians were removed: nobody else tells of these by itself. */
export function unendableCheck({ tasks, total }: { tasks: readonly Pick<TaskLine, 'id'>[]; total: number }): Check[] {
  if (total === 0) return []
  const more = total > tasks.length ? ' and more' : ''
  return [
    {
      name: 'tasks',
      level: 'warn',
      seen: `${countText(total, 'open task')} can never end, since most of their custodians were removed: ${tasks.map(({ id }) => id).join(', ')}${more}`,
      next: 'souk cancel --unendable ID ends one; submit them again, under other keys; souk explain ID says more',
    },
  ]
}
