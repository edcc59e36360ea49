import { copiesThatFit, least, type Millis, QuotaRoom, TenantShares } from '@souk/kernel'
import {
  alternativeField,
  type MessageOf,
  type Offer,
  type PeerId,
  requestsOf,
  type TaskId,
  type Ties,
  tiesOf,
} from '@souk/wire'
import type { AuctioneerEffect, NamedTasks } from './auctioneer-io.ts'
import { decideFit } from './fit.ts'
import type { GiverView } from './giver.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { spend } from './spend.ts'
import { decideTies, isTied } from './ties.ts'
import { plainDecision } from './to-decision.ts'
import type { MembersView } from './views.ts'
import { isZoned } from './zone-ties.ts'

type Left = NamedTasks['left']

interface Asker {
  offer: Offer
  free: Offer['capacity']
  quotas: QuotaRoom | undefined
  /** ties of the tasks at that host and of those just given to it; undefined: it has not told them */
  ties: Ties[] | undefined
}

/** As which alternative the task is given, or the code of why it is not. */
type Given = { alternative: number; why?: never } | { alternative?: never; why: string }

/** Counts one more task that stays, by the code of the reason. */
export function countLeft(left: Left, code: string): void {
  const known = left.find((each) => each.code === code)
  if (known) known.count++
  else left.push({ code, count: 1 })
}

/**
 * Answers a WANTED that names tasks, sent by a host that a plan told to fetch them. Those that wait here and fit there now
 * are awarded; for the others it says why not. No work ahead is given.
 */
export class NamedGiver {
  readonly #self: PeerId
  readonly #lots: Lots
  readonly #members: MembersView
  readonly #view: GiverView

  constructor(self: PeerId, lots: Lots, members: MembersView, view: GiverView) {
    this.#self = self
    this.#lots = lots
    this.#members = members
    this.#view = view
  }

  onWanted(from: PeerId, message: MessageOf<'wanted'>, named: NamedTasks, now: Millis, out: AuctioneerEffect[]): void {
    const left = [...named.left]
    const asker = this.#askerOf(from, message, now)
    const given = new Map<number, TaskId[]>()
    let count = 0
    for (const task of new Set(named.tasks)) {
      const { alternative, why } = asker ? this.#giveOne(task, from, asker, now) : { why: 'not-reachable' }
      if (alternative === undefined) {
        countLeft(left, why)
        continue
      }
      const alike = given.get(alternative)
      if (alike) alike.push(task)
      else given.set(alternative, [task])
      count++
    }
    for (const [alternative, tasks] of given) this.#award({ alternative, tasks }, from, message, now, out)
    const waiting = this.#view.waiting()
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting, left } })
    if (count > 0) out.push({ type: 'given', to: from, count })
  }

  #askerOf(from: PeerId, { free, quotas, ties }: MessageOf<'wanted'>, now: Millis): Asker | undefined {
    const offer = this.#members.candidate(from)?.offer
    if (!offer || this.#view.ignored(from, now)) return undefined
    const left = quotas && Object.fromEntries(quotas.map(({ tenant, quota }) => [tenant, quota]))
    return {
      offer,
      free: least(free, offer.capacity),
      quotas: left && new QuotaRoom(left, new TenantShares()),
      ties: ties && [...ties],
    }
  }

  /** Takes the task out of its lot for the first alternative that the host has room for; or says why it stays. */
  #giveOne(task: TaskId, peer: PeerId, asker: Asker, now: Millis): Given {
    const lot = this.#lots.lotOf(task)
    if (!lot) return { why: 'gone' }
    const { offer, free, quotas } = asker
    const refusal = this.#whyNot(lot, peer, asker)
    if (refusal !== undefined) return { why: refusal }
    let why = 'no-room'
    for (const [alternative, request] of requestsOf(lot.shape).entries()) {
      if (copiesThatFit(free, request, 1, offer.gpus) === 0) continue
      if ((quotas?.allowed(lot.tenant, request, 1) ?? 1) < 1) {
        why = 'quota'
        continue
      }
      spend(free, request, 1, offer.gpus)
      quotas?.spend(lot.tenant, request, 1)
      if (isTied(lot.shape)) asker.ties?.push(tiesOf(lot.shape)!)
      this.#lots.takeOne(lot, task, alternative, now)
      return { alternative }
    }
    return { why }
  }

  #whyNot({ avoid, shape }: Lot, peer: PeerId, { offer, ties }: Asker): string | undefined {
    if (avoid.has(peer)) return 'on-path'
    // Ties to a host need its list of what is there; ties to a zone need the word of all hosts in it.
    if ((!ties && isTied(shape)) || isZoned(shape)) return 'tied'
    return (decideFit(offer, shape) ?? decideTies(ties ?? [], shape))?.code
  }

  #award(
    { alternative, tasks }: { alternative: number; tasks: TaskId[] },
    peer: PeerId,
    { named, offeredMs }: MessageOf<'wanted'>,
    now: Millis,
    out: AuctioneerEffect[],
  ): void {
    const { code, reason } = named!
    const plain = plainDecision(
      this.#view.frame(now, now, now),
      'wanted',
      'a plan was carried out',
      peer,
      [],
      alternative,
    )
    const decision = { ...plain, move: { code, from: this.#self, reason } }
    const { incarnation } = this.#members.candidate(peer)!
    const to = { peer, incarnation, offeredMs, ...alternativeField(alternative) }
    out.push({ type: 'award', tasks, to, alternates: [], decision })
  }
}
