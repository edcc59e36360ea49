import { emptyRequest, emptyVector } from '@souk/kernel'
import {
  gangNonce,
  type MessageTag,
  messageSchemas,
  type Offer,
  type Priority,
  type TaskSpec,
  taskId,
} from '@souk/wire'
import { Mesh } from '../../packages/peer/test/mesh.ts'
import { Transcript } from './transcript.ts'

/** Until everybody has everybody's advert. */
const settleMs = 3_000

/** Plays a script (its language is in README.md) and returns what happened. */
export function play(script: string): string {
  const stage = new Stage()
  for (const [i, line] of script.split('\n').entries()) {
    const words = line.replace(/#.*$/, '').trim().split(/\s+/)
    if (words[0] === '') continue
    try {
      stage.play(words)
    } catch (error) {
      throw new Error(`line ${i + 1}: ${line.trim()}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return stage.transcript.text()
}

class Stage {
  readonly transcript = new Transcript(() => this.#mesh.now - this.#startMs)
  #mesh: Mesh = new Mesh({}, this.transcript)
  #startMs = 0
  readonly #tasks: { id: string; origin: string }[] = []

  play([verb, ...words]: string[]): void {
    switch (verb) {
      case 'hosts':
        this.#hosts(words)
        return
      case 'show':
        for (const tag of words) this.transcript.hidden.delete(tagOf(tag))
        return
      case 'hide':
        for (const tag of words) this.transcript.hidden.add(tagOf(tag))
        return
      case 'run':
        this.#mesh.run(numberOf(words[0]))
        return
      case 'submit':
        this.#submit(words)
        return
    }
    this.transcript.note([verb, ...words].join(' '))
    switch (verb) {
      case 'cancel':
        this.#cancel(words)
        return
      case 'kill':
        this.#mesh.kill(words[0]!)
        return
      case 'start':
        this.#mesh.start(words[0]!)
        return
      case 'join':
        this.#mesh.join(...hostOf(words[0]!))
        return
      case 'link':
        this.#mesh[words[2] === 'up' ? 'heal' : 'cut'](words[0]!, words[1]!)
        return
      case 'drain':
        this.#drain(words)
        return
      case 'measure':
        this.#measure(words)
        return
      case 'move':
        this.#move(words)
        return
      case 'remove':
        this.#remove(words)
        return
      case 'leave':
        this.#mesh.step(words[0]!, { type: 'leave' })
        return
      default:
        throw new Error('no such command: README.md has them all')
    }
  }

  /** hosts p0:0 p1:2:zone=a p2:1:keeps-none */
  #hosts(words: string[]): void {
    const hosts = Object.fromEntries(words.map(hostOf))
    this.transcript.hidden.add('leave')
    this.#mesh = new Mesh(hosts, this.transcript)
    this.#mesh.run(settleMs)
    this.#startMs = this.#mesh.now
    this.transcript.hidden.delete('leave')
  }

  /** submit p0 x3 ms=50 priority=high … */
  #submit([at, ...words]: string[]): void {
    const options = new Map(words.map((word) => word.split(/=(.*)/s) as [string, string]))
    const times = words.find((word) => /^x\d+$/.test(word))
    const count = times ? Number(times.slice(1)) : 1
    const tasks = Array.from({ length: count }, (_, tag) => {
      const own = options.get('key')?.padStart(23, '0') ?? String(this.#tasks.length + 1).padStart(23, '0')
      const nonce = options.has('gang') ? gangNonce(options.get('gang')!, tag) : own
      const id = taskId(nonce, 0, options.has('gang'))
      if (!this.#tasks.some((task) => task.id === id)) this.#tasks.push({ id, origin: at! })
      this.transcript.number(id)
      const gang = options.has('gang') ? { gang: { id: options.get('gang')!, size: count, rank: tag } } : {}
      return { tag, nonce, spec: { ...spec(options), ...gang }, id }
    })
    const names = [this.transcript.name(tasks[0]!.id), this.transcript.name(tasks.at(-1)!.id)]
    this.transcript.note(`submit ${at} ${[...new Set(names)].join('..')} ${words.join(' ')}`.trim())
    this.#mesh.step(at!, { type: 'submit', client: 1, tasks: tasks.map(({ id: _, ...task }) => task) })
  }

  /** measure p1 memory=0.01 3: every second so often that so much of its memory is left */
  #measure([at, share, times]: string[]): void {
    const memoryFreeShare = Number(share!.split('=')[1])
    for (let i = 0; i < Number(times); i++) {
      this.#mesh.step(at!, { type: 'readings', readings: { memoryFreeShare } })
      this.#mesh.run(1_000)
    }
  }

  /** move p0 2 p1 p3: asked at p0, the second task from p1 to p3 */
  #move([at, task, from, to]: string[]): void {
    const tasks = [this.#tasks[Number(task) - 1]!.id]
    const moves = [{ from: from!, to: to!, tasks, code: 'idle-beside-queue', reason: 'a plan' }]
    this.#mesh.step(at!, { type: 'move', client: 1, moves })
  }

  /** remove p0 p3: said at p0; signatures are the drivers' to check */
  #remove([at, peer]: string[]): void {
    const removal = { peer: peer!, wallMs: 0, signature: new Uint8Array() }
    this.#mesh.step(at!, { type: 'remove', removal })
  }

  /** drain p1 on | drain p1 on 500 | drain p1 off */
  #drain([at, on, deadline]: string[]): void {
    const until = deadline === undefined ? {} : { deadlineMs: numberOf(deadline) }
    this.#mesh.step(at!, { type: 'drain', on: on === 'on', ...until })
  }

  /** cancel last | cancel 2 at p1 | cancel 2 at p1 unendable */
  #cancel([which, , at, unendable]: string[]): void {
    const task = which === 'last' ? this.#tasks.at(-1) : this.#tasks[numberOf(which) - 1]
    if (!task) throw new Error('no such task')
    const more = unendable === 'unendable' ? ({ unendable: true } as const) : {}
    this.#mesh.step(at ?? task.origin, { type: 'cancel', client: 1, task: task.id, reason: '', ...more })
  }
}

function tagOf(word: string): MessageTag {
  if (!(word in messageSchemas)) throw new Error(`${word} is no message`)
  return word as MessageTag
}

function numberOf(word: string | undefined): number {
  const number = Number(word)
  if (word === undefined || !Number.isFinite(number)) throw new Error(`a number was needed, not ${word}`)
  return number
}

function hostOf(word: string): [string, { slots: number; offer: Offer }] {
  const [name, slots, ...more] = word.split(':')
  return [name!, { slots: numberOf(slots), offer: offer(numberOf(slots), more) }]
}

function offer(slots: number, more: readonly string[]): Offer {
  const labels = more.filter((each) => each.includes('=')).map((each) => each.split('=') as [string, string])
  return {
    capacity: { ...emptyVector(), slots, cpuMilli: 1000 * slots, memoryBytes: 1000 * slots },
    labels: Object.fromEntries(labels),
    executors: slots > 0 ? ['function'] : [],
    functions: slots > 0 ? ['sleep'] : [],
    draining: false,
    custody: !more.includes('keeps-none'),
    priceMilli: 0,
    summary: '',
  }
}

function spec(options: ReadonlyMap<string, string>): TaskSpec {
  const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise)
  const after = options.get('after') ?? ''
  const [label, value] = options.get('label')?.split(':') ?? []
  return {
    name: 'task',
    tenant: 'tenant',
    class: options.get('class') ?? 'sleep',
    work: { kind: 'function', name: 'sleep', args: JSON.stringify([number('ms', 10), number('exit', 0)]) },
    request: { ...emptyRequest(), slots: number('slots', 1) },
    priority: (options.get('priority') ?? 'medium') as Priority,
    labels: label === undefined ? {} : { [label]: value ?? '' },
    inputs: [],
    outputs: [],
    timeoutMs: number('timeout', 0),
    retries: number('retries', 0),
    attemptsMax: number('attempts', 3),
    outputBytesMax: 1024,
    durability: (options.get('durability') ?? 'quorum') as TaskSpec['durability'],
    starts: options.has('once') ? 'at-most-once' : 'at-least-once',
    expiresMs: number('expires', 0),
    failIfUnplaceable: options.has('or-fail'),
    ...(options.has('expected') ? { expectedMs: number('expected', 0) } : {}),
    ...(options.has('checkpoint') ? { checkpoint: { path: 'at', graceMs: 1000 } } : {}),
    ...(after === '' ? {} : { after: after.split('+').map(dependency) }),
    ...(options.has('group') ? { group: options.get('group')! } : {}),
    ...(options.has('near') ? { near: [{ group: options.get('near')!, required: true }] } : {}),
    ...(options.has('apart') ? { apart: [{ group: options.get('apart')!, required: true }] } : {}),
  }
}

/** 2 or 2!: the second task of the scenario, however it ends. */
function dependency(word: string): { task: string; on: 'succeeded' | 'ended' } {
  const number = numberOf(word.replace('!', ''))
  return { task: taskId(String(number).padStart(23, '0')), on: word.endsWith('!') ? 'ended' : 'succeeded' }
}
