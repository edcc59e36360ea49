import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Outcome } from '@souk/client'
import { messageOf, usageError } from './cli-error.ts'

/** One finished item, with what is needed to print its result again. */
interface Entry {
  key: string
  outcome: Outcome
}

/**
 * What `souk map --resume FILE` remembers: JSON lines, the first with the run's own id, then one for each item that
 * succeeded. Items that were handed over but had not ended are found again by their idempotency key.
 */
export class MapJournal {
  readonly #path: string
  readonly #run: string
  readonly #done = new Map<string, Outcome>()
  readonly #failures = new Map<string, number>()

  constructor(path: string) {
    this.#path = path
    if (!existsSync(path)) {
      this.#run = randomUUID()
      writeFileSync(path, `${JSON.stringify({ souk: 'map', run: this.#run })}\n`, { mode: 0o600 })
      return
    }
    const [head, ...lines] = readFileSync(path, 'utf8').split('\n')
    this.#run = runOf(path, head ?? '')
    for (const line of lines) this.#restore(line)
  }

  /** The outcome of an item that is done already. */
  done(key: string): Outcome | undefined {
    return this.#done.get(key)
  }

  /** The same for the same item until it has failed: so a task that was handed over is not handed over twice. */
  idempotencyKey(key: string): string {
    return `${this.#run}/${key}/${this.#failures.get(key) ?? 0}`
  }

  record(key: string, outcome: Outcome): void {
    appendFileSync(this.#path, `${JSON.stringify({ key, outcome } satisfies Entry)}\n`)
  }

  /** A line cut short by a crash is as if it had not been written. */
  #restore(line: string): void {
    let entry: Entry
    try {
      entry = JSON.parse(line) as Entry
    } catch {
      return
    }
    if (entry.outcome.kind === 'succeeded') this.#done.set(entry.key, entry.outcome)
    else this.#failures.set(entry.key, (this.#failures.get(entry.key) ?? 0) + 1)
  }
}

function runOf(path: string, head: string): string {
  try {
    const { souk, run } = JSON.parse(head) as { souk?: unknown; run?: unknown }
    if (souk === 'map' && typeof run === 'string') return run
  } catch (cause) {
    throw usageError(`--resume: ${path} was not written by souk map: ${messageOf(cause)}`)
  }
  throw usageError(`--resume: ${path} was not written by souk map`, 'name a file that does not exist yet')
}

/** What an item's work is, in short: the same words and files give the same key; equal items are numbered. */
export function itemKey(words: readonly string[], files: readonly string[], occurrence: number): string {
  const content = JSON.stringify([words, files, occurrence])
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
