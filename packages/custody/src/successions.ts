import type { Millis } from '@souk/kernel'
import { compareBallots, type MessageOf, majority, nextCounter, type PeerId, type TaskRecord } from '@souk/wire'
import type { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect } from './bearer-io.ts'
import { type Borne, mayHaveBegun } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import type { Hands } from './hands.ts'
import { standingOf } from './quorum.ts'
import { custodianCount, decideSuccession } from './rendezvous.ts'
import { nextVersion, succeed } from './version.ts'
import type { MeshView } from './views.ts'

type Out = BearerEffect[]

/** States in which custodians may be replaced: the baton is not about to leave or to end. */
const stays = new Set<Borne['state']>(['waiting', 'queued', 'running'])

/**
 * The bearer's part in replacing custodians: those that are gone, or too few for the size of the mesh. The next set is
 * proposed as decree of the present version (I4). Once chosen, the new custodians store the record under a new ballot of
 * the bearer, which goes on in that version once a majority has. `BearerRounds` and `Bearer` call it.
 */
export class Successions {
  readonly #config: CustodyConfig
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #mesh: MeshView
  /** what the mesh was like when all batons were looked at last; empty: look again, not all that had to move have */
  #seen = ''

  constructor(config: CustodyConfig, hands: Hands, endings: BearerEndings, mesh: MeshView) {
    this.#config = config
    this.#hands = hands
    this.#endings = endings
    this.#mesh = mesh
  }

  /** Repeats what is under way, and proposes a next set where it is needed. Called once per `renewMs`. */
  look(now: Millis, out: Out): void {
    for (const borne of this.#hands.borne.values()) if (borne.next) this.#say(borne, out)
    const gone = this.#mesh.gone(now, this.#config.replaceMs)
    const keepers = this.#mesh.keepers()
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    // Of a task with one custodian nobody else could take over: if that peer empties itself (drain), the task has to move.
    const emptying = count > 1 ? [] : keepers.filter(({ peer }) => this.#mesh.drains(peer)).map(({ peer }) => peer)
    const seen = `${count} ${[...gone].sort().join()} ${keepers.length} ${emptying.join()}`
    // Nothing has changed since: newer tasks got their custodians from the mesh as it is now.
    if (seen === this.#seen && gone.size === 0 && emptying.length === 0) return
    this.#seen = seen
    let left = this.#config.successionsPerSecondMax
    for (const borne of this.#hands.borne.values()) {
      const { record } = borne
      if (!stays.has(borne.state) || !borne.durable || borne.next || borne.ending) continue
      if (record.spec.durability !== 'quorum') continue
      const leaves = (peer: PeerId) => gone.has(peer) || (record.custodians.length === 1 && emptying.includes(peer))
      if (record.custodians.length >= count && !record.custodians.some(leaves)) continue
      const able = emptying.length === 0 ? keepers : keepers.filter(({ peer }) => this.#mesh.fresh(peer))
      const facts = { count, gone: leaves }
      const custodians = decideSuccession(record.id, record.custodians, able, facts)
      if (!custodians) continue
      if (left-- === 0) {
        this.#seen = ''
        return
      }
      this.#propose(borne, custodians, out)
    }
  }

  #propose(borne: Borne, custodians: PeerId[], out: Out): void {
    borne.next = {
      custodians,
      stage: 'proposing',
      ballot: borne.ballot,
      storedMs: 0,
      confirmed: new Set(),
      stored: new Set(),
      already: new Set(),
      tries: 0,
    }
    this.#say(borne, out)
  }

  #say(borne: Borne, out: Out): void {
    const { record, ballot } = borne
    const next = borne.next!
    if (next.stage === 'proposing') {
      const decree = { kind: 'next', custodians: next.custodians } as const
      for (const to of record.custodians) {
        if (next.confirmed.has(to)) continue
        const vote = { task: record.id, version: record.version, ballot }
        out.push({ type: 'send', to, message: { t: 'commit', ...vote, decree, record } })
      }
      return
    }
    const attempts = [...borne.attempts]
    const nextRecord = succeed(record, next.custodians)
    next.tries++
    for (const to of next.custodians) {
      // Also to custodians that said ALREADY: each answer makes `#decide` look again whether the version stands.
      if (next.stored.has(to)) continue
      const message: MessageOf<'store'> = { t: 'store', record: nextRecord, ballot: next.ballot, attempts }
      if (mayHaveBegun(borne)) message.begun = true
      out.push({ type: 'send', to, message })
    }
  }

  /** A present custodian has accepted the next set. With a majority it is chosen, and the next custodians get the record. */
  onCommitted(from: PeerId, message: MessageOf<'committed'>, now: Millis, out: Out): void {
    const borne = this.#hands.under(message.task, message.ballot)
    const next = borne?.next
    if (next?.stage !== 'proposing' || !borne!.record.custodians.includes(from)) return
    if (borne!.record.version !== message.version) return
    next.confirmed.add(from)
    if (next.confirmed.size < majority(borne!.record.custodians.length)) return
    next.stage = 'storing'
    next.storedMs = now
    const { self, incarnation } = this.#hands
    next.ballot = { counter: nextCounter(borne!.ballot.counter, 'bearer'), peer: self, incarnation }
    this.#say(borne!, out)
  }

  /** A next custodian's answer to STORE; answers to other ballots or versions are passed over. */
  onStored(from: PeerId, message: MessageOf<'stored' | 'already' | 'unstored'>, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(message.task)
    const next = borne?.next
    if (next?.stage !== 'storing' || compareBallots(next.ballot, message.ballot) !== 0) return
    if (message.version !== nextVersion(borne!.record.version, next.custodians) || !next.custodians.includes(from))
      return
    if (message.t === 'unstored') return
    next[message.t].add(from)
    this.#decide(borne!, now, out)
  }

  #decide(borne: Borne, now: Millis, out: Out): void {
    const { custodians, ballot, tries } = borne.next!
    const { record: before } = borne
    const standing = standingOf(borne.next!, custodians.length, tries)
    if (standing === 'ours') this.#stand(borne, now, out)
    if (standing !== 'theirs') return
    // A custodian brought this version about under its own ballot: this peer bears the task there no more, and stops.
    delete borne.next
    borne.record = succeed(before, custodians)
    borne.ballot = ballot
    this.#tellMoved(before, borne.record, out)
    this.#endings.fence(borne, 'fenced', undefined, now, out)
  }

  /** The next version stands with this peer as bearer: the baton goes on there, and the old custodians are told. */
  #stand(borne: Borne, now: Millis, out: Out): void {
    const { custodians, ballot, storedMs } = borne.next!
    const before = borne.record
    const task = before.id
    delete borne.next
    borne.record = succeed(before, custodians)
    const { version } = borne.record
    borne.ballot = ballot
    if (borne.state === 'waiting') borne.runBallot = ballot
    // With the record each next custodian granted a lease, whether or not a renewal has reached it yet.
    borne.leasedMs = storedMs
    borne.announced = true
    borne.confirmed.clear()
    borne.fencedBy.clear()
    this.#hands.memory.remember(task, ballot, now)
    out.push({ type: 'succeeded', task, version, custodians })
    // New custodians have not heard the placement decision that was made here: the record does not hold it.
    this.#hands.announcements.noteAgain(borne)
    this.#tellMoved(before, borne.record, out)
    this.#endings.sendCommits(borne, out)
  }

  /** Nobody else may tell those before, one of which may be this very peer: alone, it would take itself for the bearer for ever. */
  #tellMoved(before: TaskRecord, { id: task, version, custodians }: TaskRecord, out: Out): void {
    const told = new Set([...before.custodians, before.origin])
    for (const to of told) out.push({ type: 'send', to, message: { t: 'moved', task, version, custodians } })
  }
}
