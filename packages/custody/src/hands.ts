import type { Millis, WallMillis } from '@souk/kernel'
import { type Ballot, compareBallots, type Incarnation, type PeerId, type TaskId } from '@souk/wire'
import { Announcements } from './announcements.ts'
import { BatonMemory } from './baton-memory.ts'
import type { BearerEffect } from './bearer-io.ts'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { Outbox } from './outbox.ts'
import { Renewals } from './renewals.ts'

/** What the parts of a bearer share: the batons in hand, its clock, and what it remembers, renews and says of them. */
export class Hands {
  readonly self: PeerId
  readonly borne = new Map<TaskId, Borne>()
  readonly memory: BatonMemory
  readonly renewals: Renewals
  readonly outbox = new Outbox()
  readonly announcements = new Announcements()
  incarnation: Incarnation = 0
  /** this peer is going: it takes no baton any more */
  leaving = false
  #wallOffset: WallMillis = 0

  readonly leaseStopMs: Millis

  constructor(config: CustodyConfig, self: PeerId) {
    this.leaseStopMs = config.leaseStopMs
    this.self = self
    this.memory = new BatonMemory(config.batonMemoryMax, config.batonMemoryMs)
    this.renewals = new Renewals(config, self)
  }

  start(wallMs: WallMillis, incarnation: Incarnation, now: Millis): void {
    this.incarnation = incarnation
    this.setWall(wallMs, now)
  }

  setWall(wallMs: WallMillis, now: Millis): void {
    this.#wallOffset = wallMs - now
  }

  /** The baton of a task, if it is in hand under this ballot. */
  under(task: TaskId, ballot: Ballot): Borne | undefined {
    const borne = this.borne.get(task)
    return borne && compareBallots(borne.ballot, ballot) === 0 ? borne : undefined
  }

  /** The baton of a task, if the host knows its run by this ballot. */
  run(task: TaskId, runBallot: Ballot): Borne | undefined {
    const borne = this.borne.get(task)
    return borne && compareBallots(borne.runBallot, runBallot) === 0 ? borne : undefined
  }

  /** Drops the baton without a word to its custodians; market does not place it any more. */
  drop(task: TaskId, out: BearerEffect[]): void {
    if (this.borne.delete(task)) out.push({ type: 'withdrawn', task })
  }

  wall(now: Millis): WallMillis {
    return Math.round(this.#wallOffset + now)
  }
}
