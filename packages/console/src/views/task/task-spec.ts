import type { Task } from '@souk/client'

interface Work {
  kind: 'process' | 'function'
  argv?: string[]
  /** of a told spec the names alone: values may be secret */
  env?: string[]
  stdin?: unknown
  name?: string
  args?: string
  module?: unknown
}

/** A line for people: its name, its command, or its function. */
export function titleOfSpec(spec: Record<string, unknown>): string {
  const work = spec.work as Work
  return String(spec.name || (work.kind === 'process' ? commandText(work.argv ?? []) : `${work.name}()`))
}

/** Words as a shell reads them. */
export const commandText = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')

/** A command line as words: quotes and backslashes as in a shell, and nothing else of one. Undefined: a quote stays open. */
export function wordsOf(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && i + 1 < text.length) word = (word ?? '') + text[++i]
      else word = (word ?? '') + char
    } else if (char === "'" || char === '"') {
      quote = char
      word ??= ''
    } else if (char === '\\' && i + 1 < text.length) word = (word ?? '') + text[++i]
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

/** The same task again, where all that it needs is told: environment, input and files are not. */
export function againOf(spec: Record<string, unknown>): Task | undefined {
  const { kind, argv, env = [], stdin, name: called, args, module } = spec.work as Work
  const [inputs, ties] = [spec.inputs as unknown[] | undefined, spec.after ?? spec.gang]
  const told = env.length === 0 && stdin === undefined && module === undefined && (inputs ?? []).length === 0
  if (!told || ties !== undefined) return undefined
  const request = spec.request as { cpuMilli?: number; memoryBytes?: number; slots?: number }
  return {
    ...(kind === 'process'
      ? { argv: argv ?? [] }
      : { function: called ?? '', args: JSON.parse(args ?? '[]') as unknown[] }),
    ...(spec.name ? { name: String(spec.name) } : {}),
    ...(spec.tenant ? { tenant: String(spec.tenant) } : {}),
    priority: spec.priority as NonNullable<Task['priority']>,
    labels: (spec.labels ?? {}) as Record<string, string>,
    request: {
      cpu: (request.cpuMilli ?? 1000) / 1000,
      memory: request.memoryBytes ?? 0,
      slots: request.slots ?? 1,
    },
  }
}
