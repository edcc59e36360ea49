import type { PeerHandle } from '@souk/runtime'
import { limits, type TaskFilter, type TaskState, type TaskSummary, type TaskView } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { ask } from './ask.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

const idChars = 24
const prefixCharsMin = 3
/** candidates that an ambiguous id shows */
const candidatesMax = 10
/** peers that an error names, and how many its details hold */
const awayShownMax = 5
const awayDetailsMax = 64
const idPattern = /^[0-9a-hjkmnp-tv-z]*$/

export interface ListOptions {
  limit: number
  prefix: string
  states: TaskState[]
  /** of the other peers too */
  everywhere: boolean
  filter?: TaskFilter
}

export interface Listing {
  tasks: TaskSummary[]
  total: number
  missing: string[]
}

/** Finds tasks by what people type, and reads them wherever they are kept. */
export class TaskFinder {
  readonly #handle: PeerHandle
  readonly #last: () => string | undefined

  /** @param last the most recent task submitted through this peer */
  constructor(handle: PeerHandle, last: () => string | undefined) {
    this.#handle = handle
    this.#last = last
  }

  /** The whole id. Throws ApiError 404 `task-unknown`, 409 `task-ambiguous`, 400 `id-too-short`. */
  async resolve(name: string): Promise<string> {
    if (name === 'last') {
      const last = this.#last()
      if (last !== undefined) return last
      throw new ApiError(
        404,
        'task-unknown',
        "no task was submitted through this peer since it started; 'souk tasks' lists what is known",
      )
    }
    if (!idPattern.test(name)) throw this.unknown(name)
    if (name.length === idChars) return name
    if (name.length < prefixCharsMin) {
      throw new ApiError(
        400,
        'id-too-short',
        `'${name}' is too short for a task id; give at least ${prefixCharsMin} characters`,
      )
    }
    const { tasks, missing } = await this.list({ limit: candidatesMax + 1, prefix: name, states: [], everywhere: true })
    if (tasks.length === 1) return tasks[0]!.id
    if (tasks.length === 0) throw this.unknown(name, missing)
    const candidates = tasks.slice(0, candidatesMax).map(({ id, name: label, state }) => ({ id, name: label, state }))
    const shown = candidates.map((candidate) => candidate.id).join(', ')
    const more = tasks.length > candidatesMax ? ' and more' : ''
    throw new ApiError(409, 'task-ambiguous', `'${name}' fits several tasks: ${shown}${more}; give more characters`, {
      details: { candidates },
    })
  }

  /** Everything known of a task. Throws ApiError 404 `task-unknown`, 504 `task-unreachable`. */
  async view(task: string): Promise<TaskView> {
    const { view, reachable } = await ask(
      this.#handle,
      (client) => ({ type: 'query', client, task, watch: false }),
      (reply) => (reply.type === 'view' && reply.task === task ? reply : undefined),
    )
    if (view) return view
    throw reachable ? this.unknown(task) : this.unreachable(task)
  }

  list(options: ListOptions): Promise<Listing> {
    const limit = Math.min(options.limit, limits.tasksPerMessageMax)
    return ask(
      this.#handle,
      (client) => ({ type: 'list', client, ...options, limit }),
      (reply) => (reply.type === 'listed' ? reply : undefined),
    )
  }

  unknown(task: string, missing: string[] = []): ApiError {
    const silent =
      missing.length === 0 ? '' : ` (${missing.length} peers did not answer: ${missing.slice(0, 8).join(', ')})`
    return new ApiError(404, 'task-unknown', `no task '${task}' is known${silent}; 'souk tasks' lists what is`, {
      ...(missing.length === 0 ? {} : { details: { missing } }),
    })
  }

  /** Nobody who can be asked knows it, and some who may keep it cannot be asked. */
  unreachable(task: string): ApiError {
    const { members } = this.#handle.snapshot() as PeerSnapshotView
    const away = members
      .filter(({ peer, reachable, state }) => peer !== this.#handle.self && !reachable && state !== 'left')
      .map(({ peer, name, state }) => ({ peer, name, state }))
    const shown = away.slice(0, awayShownMax).map(({ name, state }) => `${name || 'a peer without a name'} (${state})`)
    const more = away.length > shown.length ? ` and ${away.length - shown.length} more` : ''
    const who = shown.length === 0 ? '' : `: ${shown.join(', ')}${more}`
    const message = `nobody who can be asked now knows task ${task}; its custodians may be among those who cannot be asked${who}; try again when they are back`
    return new ApiError(504, 'task-unreachable', message, { details: { away: away.slice(0, awayDetailsMax) } })
  }
}
