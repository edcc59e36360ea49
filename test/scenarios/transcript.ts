import type { Message, MessageTag } from '@souk/wire'
import type { Watcher } from '../../packages/peer/test/watcher.ts'
import { messageText, replyText } from './notation.ts'

const roster: MessageTag[] = ['ping', 'ack', 'pingReq', 'pingRes', 'sync', 'adverts']

interface Line {
  at: number
  /** who does what, without the tasks */
  before: string
  tasks: string[]
  after: string
}

/** Writes down what happens, one line each; the same thing done to several tasks at once is one line. */
export class Transcript implements Watcher {
  readonly hidden = new Set<MessageTag>(roster)
  readonly #clock: () => number
  readonly #numbers = new Map<string, number>()
  #lines: Line[] = []

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Gives the next task its number. */
  number(task: string): void {
    if (!this.#numbers.has(task)) this.#numbers.set(task, this.#numbers.size + 1)
  }

  name = (task: string): string => `#${this.#numbers.get(task) ?? '?'}`

  note(text: string): void {
    this.#add(`-- ${text}`)
  }

  message(from: string, to: string, message: Message, arrives: boolean): void {
    if (this.hidden.has(message.t)) return
    this.#add(`${from} > ${to}  ${messageText(message, this.name)}${arrives ? '' : ' (lost)'}`)
  }

  reply(at: string, reply: Parameters<Watcher['reply']>[1]): void {
    const { verb, task, rest } = replyText(reply)
    this.#add(`${at}       client hears: ${verb}`, task, rest)
  }

  run(at: string, { task, ballot, checkpoint }: Parameters<Watcher['run']>[1]): void {
    const from = checkpoint ? ` from its checkpoint at ${checkpoint.file.blob.sizeBytes} ms` : ''
    this.#add(`${at}       starts`, task, `b${ballot.counter}${from}`)
  }

  stop(at: string, task: string, code: string): void {
    this.#add(`${at}       stops`, task, code)
  }

  ran(at: string, task: string, end: string): void {
    this.#add(`${at}       ended`, task, end)
  }

  text(): string {
    return this.#lines
      .map(({ at, before, tasks, after }) => {
        const time = Number.isInteger(at) ? `${at}  ` : at.toFixed(1)
        return `${time.padStart(9)}  ${[before, ranges(tasks), after].filter((part) => part !== '').join(' ')}\n`
      })
      .join('')
  }

  #add(before: string, task?: string, after = ''): void {
    const at = this.#clock()
    const last = this.#lines.at(-1)
    if (task !== undefined && last?.at === at && last.before === before && last.after === after) {
      last.tasks.push(this.name(task))
    } else this.#lines.push({ at, before, tasks: task === undefined ? [] : [this.name(task)], after })
  }
}

/** #1 #2 #3 #5 as #1..#3 #5. */
function ranges(names: readonly string[]): string {
  const parts: string[] = []
  for (let i = 0; i < names.length; i++) {
    let end = i
    while (Number(names[end + 1]?.slice(1)) === Number(names[end]!.slice(1)) + 1) end++
    parts.push(end - i > 1 ? `${names[i]}..${names[end]}` : names.slice(i, end + 1).join(' '))
    i = end
  }
  return parts.join(' ')
}
