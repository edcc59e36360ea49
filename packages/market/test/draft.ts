import type { MessageOf, Objective, TaskSpec } from '@souk/wire'
import {
  defaultMarketConfig,
  Packing,
  type Plan,
  Planner,
  type PlannerEffect,
  type PlannerInput,
} from '../src/index.ts'
import { Local, Members, noHost, only, prng, shape, vector } from './fixtures.ts'

/** What a plan knows of a task besides its shape. */
interface Thought {
  afters?: number[]
  /** rank in gang g, which has `size` members */
  rank?: number
  size?: number
}

/** A planner with its clock, its members and its host. */
export class Draft {
  readonly members = new Members()
  readonly local: Local
  readonly planner: Planner
  now = 0

  constructor(host = noHost(), config = {}) {
    this.local = new Local(host)
    const { members, local } = this
    const parts = { self: 'self', prng: prng(), members, local, packing: new Packing(defaultMarketConfig, local) }
    this.planner = new Planner({ ...defaultMarketConfig, ...config }, parts)
  }

  step(input: PlannerInput): PlannerEffect[] {
    const out: PlannerEffect[] = []
    this.planner.step(input, this.now, out)
    return out
  }

  ask(tasks: (Partial<TaskSpec> & Thought)[], assumedMs = 1_000): PlannerEffect[] {
    const thought = tasks.map(({ afters = [], rank, size = 2, ...task }) => {
      const gang = rank === undefined ? {} : { gang: { key: 'g', size, rank } }
      return { shape: shape(task), priority: task.priority ?? ('medium' as const), after: afters, ...gang }
    })
    return this.step({ type: 'plan', client: 7, tasks: thought, assumedMs })
  }

  answer(from: string, over: Partial<MessageOf<'surveyed'>> = {}): Plan | undefined {
    const message: MessageOf<'surveyed'> = {
      t: 'surveyed',
      plan: 1,
      free: vector(),
      work: [],
      durations: [{ p50: 100, p90: 200 }],
      ...over,
    }
    this.step({ type: 'message', from, message })
    return this.finished()
  }

  /** Lets the planner evaluate; undefined: it still waits for answers. */
  finished(): Plan | undefined {
    for (let due = this.planner.nextWakeup(); due !== undefined && due <= this.now + 1; ) {
      this.now = Math.max(this.now, due)
      const [planned] = only(this.step({ type: 'wake' }), 'planned')
      if (planned) return planned.plan
      due = this.planner.nextWakeup()
    }
    return undefined
  }
}

export const placingsOf = (plan: Plan | undefined, objective: Objective) =>
  plan!.objectives.find((one) => one.objective === objective)!
