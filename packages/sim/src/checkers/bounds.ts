import { type Baton, type Frame, limits, type Message } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

const bouncesMax = 2
const movesMax = 3

/** I8: a baton bounces, moves and is attempted so often only. I11: every message is within its bounds. */
export class BoundsChecker implements Watch {
  /** most messages of one turn to one peer: the driver splits what is over the frame's limit */
  messagesMax = 0
  readonly #violations: Violations

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onFrame(from: SimNode, _to: SimNode, { messages }: Frame, now: number): void {
    this.messagesMax = Math.max(this.messagesMax, messages.length)
    for (const message of messages) {
      if (message.t === 'award') for (const baton of message.batons) this.#checkBaton(from, baton, now)
      const size = sizeOf(message)
      if (size !== undefined && size.length > size.max) {
        const detail = `${from.id} puts ${size.length} entries into one '${message.t}', limit ${size.max}`
        this.#violations.safety('I11', now, detail)
      }
    }
  }

  #checkBaton(from: SimNode, baton: Baton, now: number): void {
    const { id, spec } = baton.record
    // A run that failed by itself is an attempt too, where the caller allowed retries; one that was only cut off
    // counts four times less.
    const attemptsMax = 5 * spec.attemptsMax + spec.retries
    this.#atMost(from, id, 'bounces', baton.bounces, bouncesMax, now)
    this.#atMost(from, id, 'moves', baton.moves, movesMax, now)
    this.#atMost(from, id, 'attempts', baton.attempts.length, attemptsMax, now)
    this.#atMost(from, id, 'peers on its path', baton.path.length, limits.pathMax, now)
  }

  #atMost(from: SimNode, task: string, what: string, seen: number, max: number, now: number): void {
    if (seen > max)
      this.#violations.safety('I8', now, `${from.id} hands over ${task} with ${seen} ${what}, limit ${max}`)
  }
}

/** The list in a message that could grow, and its limit. */
function sizeOf(message: Message): { length: number; max: number } | undefined {
  switch (message.t) {
    case 'award':
      return { length: message.batons.length, max: limits.batonsPerMessageMax }
    case 'accept':
      return { length: message.tasks.length, max: limits.batonsPerMessageMax }
    case 'renew':
      return { length: Math.max(message.adds.length, message.removes.length), max: limits.tasksPerMessageMax }
    case 'renewed':
      return { length: message.refused.length, max: limits.tasksPerMessageMax }
    case 'adverts':
      return { length: message.adverts.length, max: limits.advertsPerMessageMax }
    case 'sync':
      return { length: message.have.length, max: limits.membersMax }
    case 'ping':
    case 'ack':
    case 'pingReq':
    case 'pingRes':
      return { length: message.updates.length, max: limits.updatesMax }
    case 'listed':
      return { length: message.tasks.length, max: limits.tasksPerMessageMax }
    case 'traced':
      return { length: message.events.length, max: limits.traceEventsMax }
    default:
      return undefined
  }
}
