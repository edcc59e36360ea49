import { type ResourceRequest, scalarResources } from '@souk/kernel'
import { type Offer, type PeerId, type Reason, requestsOf, type Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { capacityFor } from './gang.ts'
import { shapeAs } from './shape.ts'

/** A host as the peer that answers the question knows it. */
export interface KnownHost {
  peer: PeerId
  reachable: boolean
  offer: Offer
}

/** One change that would let a waiting task start. */
export interface Help {
  code:
    | 'wait'
    | 'reach'
    | 'undrain'
    | 'ask-less'
    | 'other-gpu'
    | 'without-label'
    | 'without-where'
    | 'add-function'
    | 'allow-executor'
    /** the tenant's quota is used up there; with `what`, it can never hold as much of that as one task needs */
    | 'raise-quota'
    /** a tie to what must be near or apart is in the way; `what`: as hosts put it */
    | 'untie'
    | 'add-host'
  /** the resource, models, label (name=value), expression, function or executor that it is about */
  what?: string
  /** ask-less: the most that fits on one of these hosts, in the resource's unit; raise-quota of `together`: members at a time */
  atMost?: number
  /** wait: when the soonest of the hosts may have room */
  etaMs?: number
  /** on how many hosts it would help */
  hosts: number
  /** some of those hosts; none for a quota, of which only their number is known */
  peers: PeerId[]
}

const peersShownMax = 8

/** The `resource` of a shortage where a gang has more members than a host or quota allows at a time. */
export const togetherResource = 'together'

/**
 * What would let tasks of this shape start, by what hosts offer now: single changes, the easiest first. `reasons`: of the
 * last decision, for what busy hosts said; `together`: members of the gang, 1 without. Waiting is named only if the hosts
 * that can be asked are large enough for all members. Pure; cost: hosts times what the shape asks for.
 */
export function whatWouldHelp(
  shape: Shape,
  hosts: readonly KnownHost[],
  reasons: readonly Reason[],
  together = 1,
): Help[] {
  const able = hosts.filter(({ offer }) => !decideFit(offer, shape))
  const isEnough = (some: readonly KnownHost[]) =>
    together === 1 || capacityFor(some, { shape, size: together }) >= together
  const help: Help[] = []
  const here = able.filter(({ reachable, offer }) => reachable && !offer.draining)
  const isNeverAllowed = reasons.some(({ never, shortage }) => never && shortage?.resource === togetherResource)
  if (!isNeverAllowed && here.length > hostsThatSaid(reasons, isInVain) && isEnough(here))
    help.push({ ...helpOn('wait', here), ...soonest(reasons) })
  help.push(...quotaHelp(reasons))
  const draining = able.filter(({ reachable, offer }) => reachable && offer.draining)
  if (draining.length > 0) help.push(helpOn('undrain', draining))
  const away = able.filter(({ reachable }) => !reachable)
  if (away.length > 0) help.push(helpOn('reach', away))
  help.push(...fromReasons(reasons))
  const addHost: Help = { code: 'add-host', hosts: 0, peers: [] }
  if (able.length > 0) return isEnough(able) && !isNeverAllowed ? help : [...help, addHost]
  for (const change of changesOf(shape)) {
    const fitting = hosts.filter(({ offer }) => !decideFit(offer, change.shape))
    const found = fitting.length > 0 ? change.help(fitting) : undefined
    if (found) help.push(found)
  }
  return [...help, addHost]
}

interface Change {
  shape: Shape
  help(fitting: readonly KnownHost[]): Help | undefined
}

/** The shape with one demand dropped or lowered, and the help to name if hosts then fit. */
function* changesOf(shape: Shape): Generator<Change> {
  const { where, labels } = shape
  for (const alternative of requestsOf(shape).keys()) yield* lessOf(shapeAs(shape, alternative))
  for (const name in labels) {
    const { [name]: value, ...others } = labels
    yield without('without-label', `${name}=${value}`, { ...shape, labels: others })
  }
  if (where !== undefined) {
    const { where: _, ...rest } = shape
    yield without('without-where', where, rest)
  }
  if (shape.function !== '') yield without('add-function', shape.function, { ...shape, function: '' })
  for (const executor of ['process', 'function'] as const) {
    // A host that fits but for the executor: its owner can allow that one.
    if (executor !== shape.executor) yield without('allow-executor', shape.executor, { ...shape, executor })
  }
}

function without(code: Help['code'], what: string, shape: Shape): Change {
  return { shape, help: (fitting) => ({ ...helpOn(code, fitting), what }) }
}

/** The shape with less of one resource, or with GPUs of any model; `shape` has no alternatives. */
function* lessOf(shape: Shape): Generator<Change> {
  const { request } = shape
  const { gpu, custom } = request
  const change = (over: Partial<ResourceRequest>): Shape => ({ ...shape, request: { ...request, ...over } })
  for (const name of scalarResources) {
    const least = name === 'slots' ? 1 : 0
    if (request[name] > least) yield askLess(name, request[name], (n) => change({ [name]: Math.max(least, n) }))
  }
  for (const name in custom) yield askLess(name, custom[name]!, (n) => change({ custom: { ...custom, [name]: n } }))
  if (gpu.count === 0) return
  yield askLess('gpu', gpu.count, (count) => change({ gpu: { ...gpu, count } }))
  const { memoryBytes = 0, models = [], ...plain } = gpu
  if (memoryBytes > 0) {
    yield askLess('gpuMemoryBytes', memoryBytes, (n) => change({ gpu: { ...gpu, memoryBytes: n } }))
  }
  if (models.length > 0) yield without('other-gpu', models.join(' or '), change({ gpu: { ...plain, memoryBytes } }))
}

/** Help by asking for as much as the hosts that lack nothing else have; none if they have none of it. */
function askLess(resource: string, asked: number, less: (amount: number) => Shape): Change {
  return {
    shape: less(0),
    help(fitting) {
      const there = fitting.map((host) => ({ host, most: mostThatFits(host.offer, asked, less) }))
      const atMost = Math.max(...there.map(({ most }) => most))
      if (atMost <= 0) return undefined
      const hosts = there.filter(({ most }) => most === atMost).map(({ host }) => host)
      return { ...helpOn('ask-less', hosts), what: resource, atMost }
    },
  }
}

/** The largest amount below `asked` that fits, by bisection: 0 fits, and less never fits worse. */
function mostThatFits(offer: Offer, asked: number, less: (amount: number) => Shape): number {
  let fits = 0
  let tooMuch = asked
  while (tooMuch - fits > 1) {
    const middle = fits + Math.floor((tooMuch - fits) / 2)
    if (decideFit(offer, less(middle))) tooMuch = middle
    else fits = middle
  }
  return fits
}

/** If the tenant's quota is used up: a larger quota; if one task alone exceeds it, also to ask for less. */
function quotaHelp(reasons: readonly Reason[]): Help[] {
  const plain = hostsThatSaid(reasons, ({ code, shortage }) => code === 'quota' && !shortage)
  const help: Help[] = plain > 0 ? [{ code: 'raise-quota', hosts: plain, peers: [] }] : []
  for (const { code, shortage, peers: hosts } of reasons) {
    if (code !== 'quota' || !shortage) continue
    const { resource: what, available: atMost } = shortage
    help.push({ code: 'raise-quota', what, ...(what === togetherResource ? { atMost } : {}), hosts, peers: [] })
    if (atMost > 0 && scalarResources.some((name) => name === what))
      help.push({ code: 'ask-less', what, atMost, hosts, peers: [] })
  }
  return help
}

/** `untie` for what hosts said of company that is missing or in the way. */
function fromReasons(reasons: readonly Reason[]): Help[] {
  return reasons.flatMap(({ code, detail: what, peers: hosts }): Help[] => {
    return code === 'not-apart' || code === 'not-near' ? [{ code: 'untie', what, hosts, peers: [] }] : []
  })
}

function helpOn(code: Help['code'], on: readonly KnownHost[]): Help {
  return { code, hosts: on.length, peers: on.slice(0, peersShownMax).map(({ peer }) => peer) }
}

/** How many hosts gave such a reason. */
function hostsThatSaid(reasons: readonly Reason[], isMeant: (reason: Reason) => boolean): number {
  return reasons.filter(isMeant).reduce((sum, { peers }) => sum + peers, 0)
}

/** Reasons that waiting for room does not remove: more than a quota ever allows, or company that is not there. */
const isInVain = ({ code, never }: Reason): boolean => code === 'not-near' || (code === 'quota' && never)

function soonest(reasons: readonly Reason[]): { etaMs?: number } {
  const times = reasons.flatMap(({ never, etaMs }) => (never || etaMs === undefined ? [] : [etaMs]))
  return times.length > 0 ? { etaMs: Math.min(...times) } : {}
}
