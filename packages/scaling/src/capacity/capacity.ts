import type { Machine, Millis } from '@souk/kernel'
import type { ForecastersView } from '../demand/views.ts'
import { provisionTau } from '../pools/provision-tau.ts'
import { ActionLog } from './action-log.ts'
import type { CapacityEffect, CapacityInput, CapacityMember, CapacitySaved, CapacityView } from './capacity-io.ts'
import type { CapacityReport } from './capacity-report.ts'
import type { CapacityConfig } from './config.ts'
import { CoolDowns, noCoolDown } from './cool-downs.ts'
import {
  type CapacityDecision,
  type CapacityFacts,
  decideCapacity,
  factsText,
  isUnneeded,
  stay,
} from './decide-capacity.ts'
import { type Foretold, foretell } from './foretold.ts'
import { NeededSeries } from './needed-series.ts'
import { NewPeers } from './new-peers.ts'
import { Patience } from './patience.ts'
import { type ScaleAction, type ScaleIntent, scaleTag } from './scale-intent.ts'
import { judgementOf, type UnderWay, underWay, watchNeed } from './under-way.ts'
import { actorOf, believed, enderOf, slotsOf, spareOf, turnOf } from './who-acts.ts'

/** demand is looked at so many times in a bucket */
const looks = 5

/**
 * Whether the mesh has as many slots as it will need, and what a peer with a scaler does about it.
 *
 * C1 It never has more peers of scaling there and on their way than `peersMax` when it starts another.
 * C2 It never starts more than `startsPerHour` peers in an hour, whatever scalers answer, over restarts too.
 * C3 It ends only peers that a scaler has started, one at a time, and never itself.
 * C4 Each order has an id of its own and is given once.
 * C5 Where nothing comes of it, whoever is to start others is passed over: the next one acts after `answerMs`, the one
 *    after that after twice as long. A peer that only says that it can start others stops nobody for longer.
 */
export class Capacity implements Machine<CapacityInput, CapacityEffect> {
  readonly #config: CapacityConfig
  readonly #self: string
  readonly #view: CapacityView
  readonly #needed: NeededSeries
  readonly #log: ActionLog
  readonly #patience: Patience
  readonly #coolDowns: CoolDowns
  readonly #newPeers: NewPeers
  #underWay: UnderWay[] = []
  #wallAheadMs: Millis = 0
  #nextLookMs: Millis | undefined
  #unneededSinceMs: Millis | undefined
  #count = 0
  #decision: CapacityDecision = { action: 'stay', peers: 0, code: 'no-forecast' }

  constructor(config: CapacityConfig, needs: { self: string; view: CapacityView; forecasters: ForecastersView }) {
    this.#config = config
    this.#self = needs.self
    this.#view = needs.view
    this.#needed = new NeededSeries(needs.forecasters, provisionTau(config.costs))
    this.#log = new ActionLog(config.logMax, config.startsPerHour + config.peersMax)
    this.#patience = new Patience(config.answerMs)
    this.#coolDowns = new CoolDowns(config.coolDownMs)
    this.#newPeers = new NewPeers(config)
  }

  step(input: CapacityInput, now: Millis, out: CapacityEffect[]): void {
    switch (input.type) {
      case 'start':
        this.#onStart(input, now)
        break
      case 'wake':
        if (this.#nextLookMs === undefined || now < this.#nextLookMs) return
        this.#nextLookMs = now + this.#config.bucketMs / looks
        this.#look(now, out)
        break
      case 'scaleNow':
        this.#act({ ...this.#facts(now), coolUntilMs: noCoolDown, unneededSinceMs: Number.NEGATIVE_INFINITY }, now, out)
        break
      case 'scaled':
        this.#onScaled(input, now, out)
        break
      case 'leave':
        this.#needed.keep(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#nextLookMs
  }

  /** It can start others, so it has something to tell. */
  get looks(): boolean {
    return this.#config.scaler !== undefined
  }

  snapshot(): CapacityReport {
    return this.report(this.#nextLookMs ?? 0)
  }

  report(now: Millis): CapacityReport {
    const { scaler, automatic, peersMax } = this.#config
    const foretold = this.#foretold()
    const { able, slots, comingSlots, soon, later, most, grown, startsLeft, needed } = this.#facts(now, foretold)
    return {
      scaler,
      able,
      automatic,
      acts: actorOf(this.#working()) === this.#self,
      needed,
      slots,
      comingSlots,
      soon,
      later,
      most,
      startMs: this.#newPeers.startMs,
      slotsPerPeer: this.#newPeers.slots,
      grown,
      peersMax,
      startsLeft,
      decision: this.#decision,
      classes: foretold.classes,
      log: this.#log.copy(),
    }
  }

  // ---- what is seen

  #onStart({ wallMs, saved, forecast }: Extract<CapacityInput, { type: 'start' }>, now: Millis): void {
    this.#wallAheadMs = wallMs - now
    // Who has just started has not met all yet, and would start others in place of those.
    this.#coolDowns.begin(now)
    // Whoever can start nobody has nothing to decide, and need not look.
    if (this.#config.scaler !== undefined) this.#nextLookMs = now + this.#config.bucketMs / looks
    this.#needed.start(this.#bucketAt(now), forecast, now)
    const { log, newPeers } = (saved ?? {}) as Partial<CapacitySaved>
    this.#log.restore(log, wallMs)
    this.#newPeers.restore(newPeers)
  }

  #look(now: Millis, out: CapacityEffect[]): void {
    const members = this.#working()
    const needed = members.reduce((sum, { running, waiting }) => sum + running + waiting, 0)
    const isOver = this.#needed.see(needed, this.#bucketAt(now))
    this.#watch(members, now, out)
    if (!isOver) return
    this.#needed.keepDue(now, out)
    const facts = this.#facts(now)
    if (isUnneeded(facts)) this.#unneededSinceMs ??= now
    else this.#unneededSinceMs = undefined
    const settled = { ...facts, unneededSinceMs: this.#unneededSinceMs }
    if (this.#config.automatic) this.#act(settled, now, out)
    else this.#decision = decideCapacity(settled, this.#config)
  }

  /** Orders whose peer has come or gone, that have failed, or that can be judged. */
  #watch(members: readonly CapacityMember[], now: Millis, out: CapacityEffect[]): void {
    const slots = slotsOf(members)
    this.#patience.watch(members.filter(({ tag }) => tag !== undefined).length, now)
    for (const seen of this.#underWay) {
      this.#noticePeer(seen, members, now, out)
      watchNeed(seen, this.#needed.now, slots, now)
      if (seen.sinceMs === undefined && now - seen.askedMs > this.#config.answerMs)
        this.#failed(seen, seen.action.intent.kind === 'grow' ? 'absent' : 'still-there', now, out)
      else if (seen.sinceMs !== undefined && now - seen.sinceMs > this.#config.judgeMs) this.#judge(seen, out)
    }
    this.#underWay = this.#underWay.filter(({ action }) => action.judgement === undefined)
  }

  #noticePeer(seen: UnderWay, members: readonly CapacityMember[], now: Millis, out: CapacityEffect[]): void {
    if (seen.sinceMs !== undefined) return
    const { action } = seen
    const peer = members.find(({ tag }) => tag === action.intent.peerTag)
    if ((peer !== undefined) !== (action.intent.kind === 'grow')) {
      if (peer) seen.slots = peer.slots
      return
    }
    seen.sinceMs = now
    action.state = 'done'
    if (peer) {
      seen.slots = peer.slots
      action.tookMs = now - seen.askedMs
      this.#newPeers.came(action.tookMs, peer.slots)
    }
    out.push(this.#saved())
  }

  #onScaled({ intent, code }: Extract<CapacityInput, { type: 'scaled' }>, now: Millis, out: CapacityEffect[]): void {
    const seen = this.#underWay.find(({ action }) => action.intent.id === intent)
    if (seen === undefined) return
    seen.action.code = code
    if (code !== 'done') this.#failed(seen, code, now, out)
    this.#underWay = this.#underWay.filter(({ action }) => action.judgement === undefined)
  }

  /** Whoever fails is asked less and less often. */
  #failed({ action }: UnderWay, code: string, now: Millis, out: CapacityEffect[]): void {
    Object.assign(action, { state: 'failed', code, judgement: 'failed' } satisfies Partial<ScaleAction>)
    this.#coolDowns.after(action.intent.kind, this.#log.failuresInRow(action.intent.kind), now)
    out.push({ type: 'judged', action: { ...action } }, this.#saved())
  }

  #judge(seen: UnderWay, out: CapacityEffect[]): void {
    const { action } = seen
    action.judgement = judgementOf(seen, this.#newPeers.startMs, this.#config.scaleInMs)
    action.state = 'judged'
    out.push({ type: 'judged', action: { ...action } }, this.#saved())
  }

  // ---- what is done

  #act(facts: CapacityFacts, now: Millis, out: CapacityEffect[]): void {
    const wanted = decideCapacity(facts, this.#config)
    this.#patience.decided(wanted, now)
    const goes = this.#spare()
    const decision = this.#isOwn(wanted, goes, now) ? wanted : stay('others-turn')
    this.#decision = decision
    if (this.#config.scaler === undefined || decision.action === 'stay') return
    const wallMs = now + this.#wallAheadMs
    const why = `${decision.code}: ${factsText(facts)}`
    if (decision.action === 'grow') {
      for (let i = 0; i < decision.peers; i++) {
        const tag = scaleTag(wallMs, this.#self, this.#count++)
        this.#order({ id: tag, kind: 'grow', peerTag: tag }, why, now, out)
      }
    } else {
      const id = `${scaleTag(wallMs, this.#self, this.#count++)}-end`
      this.#order({ id, kind: 'shrink', peerTag: goes!.tag!, peer: goes!.peer }, why, now, out)
    }
    this.#coolDowns.after(decision.action, this.#log.failuresInRow(decision.action), now)
    out.push(this.#saved())
  }

  /** Else another peer is to do it: one that comes first, or the one that has started who is to go. */
  #isOwn({ action }: CapacityDecision, goes: CapacityMember | undefined, now: Millis): boolean {
    if (action === 'grow') return this.#patience.isTurn(turnOf(this.#working(), this.#self), now)
    return action === 'stay' || (goes !== undefined && enderOf(this.#working(), goes) === this.#self)
  }

  #order(intent: ScaleIntent, why: string, now: Millis, out: CapacityEffect[]): void {
    const action: ScaleAction = { intent, askedWallMs: now + this.#wallAheadMs, why, state: 'asked', code: '' }
    this.#log.add(action, new Set(this.#members().flatMap(({ tag }) => tag ?? [])))
    this.#underWay.push(underWay(action, now, now - (this.#unneededSinceMs ?? now)))
    out.push({ type: 'acted', action: { ...action } }, { type: 'scale', intent })
  }

  #saved(): CapacityEffect {
    return { type: 'save', saved: { log: this.#log.copy(), newPeers: this.#newPeers.save() } }
  }

  #foretold(): Foretold {
    const { bucketMs } = this.#config
    return foretell(this.#needed.forecaster, this.#working(), { startMs: this.#newPeers.startMs, bucketMs })
  }

  #facts(now: Millis, foretold: Foretold = this.#foretold()): CapacityFacts {
    const members = this.#working()
    const coming = this.#underWay.filter(
      ({ action, sinceMs }) => action.intent.kind === 'grow' && sinceMs === undefined,
    ).length
    const tags = this.#members().flatMap(({ tag, alive }) => (alive && tag !== undefined ? [tag] : []))
    const spare = this.#spare()
    return {
      now,
      able: this.#members().some(({ peer, scaler }) => peer === this.#self && scaler),
      slots: slotsOf(members),
      comingSlots: coming * this.#newPeers.slots,
      slotsPerPeer: this.#newPeers.slots,
      soon: foretold.soon,
      later: foretold.later,
      most: foretold.most,
      needed: this.#needed.now,
      spareSlots: slotsOf(spare === undefined ? [] : [spare]),
      unneededSinceMs: this.#unneededSinceMs,
      coolUntilMs: this.#coolDowns.until,
      grown: tags.length + coming,
      startsLeft: Math.max(0, this.#config.startsPerHour - this.#log.startsInHour(now + this.#wallAheadMs, tags)),
    }
  }

  /** The peer that would go; none while one is going. */
  #spare(): CapacityMember | undefined {
    if (this.#underWay.some(({ action, sinceMs }) => action.intent.kind === 'shrink' && sinceMs === undefined))
      return undefined
    return spareOf(this.#working(), this.#self)
  }

  #working(): CapacityMember[] {
    return this.#members().filter(({ alive, draining }) => alive && !draining)
  }

  #members(): CapacityMember[] {
    return believed(this.#view.members(), this.#self, this.#log.started)
  }

  #bucketAt(now: Millis): number {
    return Math.floor((now + this.#wallAheadMs) / this.#config.bucketMs)
  }
}
