import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { CallClaims } from './call-claims.ts'
import { CapturedOutput } from './captured-output.ts'
import {
  type FunctionAnswer,
  type FunctionCall,
  type LaneAnswer,
  type LaneAsk,
  type LaneStart,
  sharedNowMs,
} from './function-call.ts'

/**
 * What runs inside a worker thread. One call at a time, so the run's variables can stand in the thread's own
 * `process.env` and its output is whatever the thread writes meanwhile.
 */
const output = new CapturedOutput((live) => parentPort?.postMessage(live))
const modules = new Map<string, Promise<Record<string, unknown>>>()
let variables: string[] = []
/** nothing was asked of this thread yet */
let fresh = true

/** Answers what it is asked by this port, in that order, until it is told that nothing more comes. */
export function serve({ port, claims: shared }: LaneStart): Promise<void> {
  const claims = new CallClaims(shared)
  let before = Promise.resolve()
  return new Promise((resolve) => {
    const answerAll = async (questions: LaneAsk[]) => {
      for (const question of questions) {
        if (question.ask === 'end') {
          port.close()
          resolve()
          return
        }
        const answer = question.ask === 'run' ? await runInTurn(question.call, claims) : await answerOf(question)
        // At once: what comes next may take long.
        if (answer) port.postMessage(answer)
      }
    }
    port.on('message', (questions: LaneAsk[]) => {
      before = before.then(() => answerAll(questions))
    })
  })
}

async function answerOf(question: Extract<LaneAsk, { ask: 'list' | 'warm' }>): Promise<LaneAnswer> {
  try {
    return { value: question.ask === 'list' ? await list(question) : await warm(question) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** undefined: it was taken back before it began. Does not resolve when the thread is to do nothing any more. */
async function runInTurn(call: FunctionCall, claims: CallClaims): Promise<LaneAnswer<FunctionAnswer> | undefined> {
  const { turn, beginByMs } = call
  if (beginByMs !== undefined && sharedNowMs() > beginByMs && claims.takeBack(turn)) return { notBegun: true }
  if (!claims.begin(turn)) return undefined
  const value = await run(call)
  return claims.end(turn) ? { value } : await new Promise<never>(() => {})
}

/** One call. Never rejects: what goes wrong is in the answer. */
async function run(call: FunctionCall): Promise<FunctionAnswer> {
  setVariables(call.variables)
  const begunMs = sharedNowMs()
  const startMs = fresh ? begunMs - call.sentMs : 0
  fresh = false
  const cold = !modules.has(call.module)
  const cpuBefore = cpuMicros()
  output.begin(call.id, call.outputBytesMax)
  let outcome: { value?: string; error?: string }
  let warmUpMs = 0
  try {
    const loaded = await load(call.module, call.moduleName)
    if (cold || startMs > 0) warmUpMs = Math.max(1, Math.round(startMs + sharedNowMs() - begunMs))
    outcome = { value: await invoke(call, loaded) }
  } catch (error) {
    outcome = { error: error instanceof CallError ? error.message : describe(error) }
  }
  const rest = output.end()
  const cpuMs = Math.round((cpuMicros() - cpuBefore) / 1000)
  const runMs = Math.round(startMs + sharedNowMs() - begunMs)
  return { ...outcome, ...(rest ? { rest } : {}), cpuMs, runMs, warmUpMs }
}

/** The names of a module's exported functions. Rejects when it cannot be loaded. */
async function list(module: { path: string; name: string }): Promise<string[]> {
  fresh = false
  const loaded = await load(module.path, module.name)
  return Object.keys(loaded).filter((name) => typeof loaded[name] === 'function' && name !== 'default')
}

/** Has a module ready; true where it was not. Rejects when it cannot be loaded. */
async function warm(module: { path: string; name: string }): Promise<boolean> {
  const cold = fresh || !modules.has(module.path)
  fresh = false
  await load(module.path, module.name)
  return cold
}

async function invoke(call: FunctionCall, loaded: Record<string, unknown>): Promise<string> {
  const target = Object.hasOwn(loaded, call.name) ? loaded[call.name] : undefined
  if (typeof target !== 'function') throw new CallError(missing(call, loaded))
  const args: unknown = JSON.parse(call.args)
  if (!Array.isArray(args)) throw new CallError(`arguments of ${call.name} must be a JSON array, got ${typeof args}`)
  return toJson(await target(...args), call.name)
}

async function load(path: string, name: string): Promise<Record<string, unknown>> {
  let loading = modules.get(path)
  if (!loading) {
    loading = import(pathToFileURL(path).href) as Promise<Record<string, unknown>>
    modules.set(path, loading)
    loading.catch(() => modules.delete(path))
  }
  try {
    return await loading
  } catch (error) {
    throw new CallError(`module ${name} could not be loaded: ${describe(error)}`)
  }
}

function missing(call: FunctionCall, loaded: Record<string, unknown>): string {
  const found = Object.keys(loaded).join(', ') || 'nothing'
  const what = Object.hasOwn(loaded, call.name) ? 'not a function' : 'not there'
  return `export ${call.name} of module ${call.moduleName} is ${what}; it exports ${found}`
}

/** JSON text of a result; undefined is null. What has no JSON form is an error with a reason. */
function toJson(value: unknown, name: string): string {
  if (value === undefined) return 'null'
  try {
    const text: string | undefined = JSON.stringify(value)
    if (text !== undefined) return text
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new CallError(`the result of ${name} has no JSON form: ${why}`)
  }
  throw new CallError(`the result of ${name} has no JSON form: it is a ${typeof value}`)
}

/** of where it came from: this file, the pool, Node itself */
const ownFrames = /^\s+at .*(function-worker\.|\/piscina\/|\bnode:)/

/** Message and the first lines of where it came from, without those that are not its own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${typeof error === 'string' ? error : inspectShort(error)}`
  const lines = (error.stack ?? String(error)).split('\n')
  return lines
    .filter((line) => !ownFrames.test(line))
    .slice(0, stackLinesMax)
    .join('\n')
}

function inspectShort(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

function setVariables(next: Record<string, string>): void {
  for (const name of variables) if (!(name in next)) delete process.env[name]
  variables = Object.keys(next)
  for (const name of variables) process.env[name] = next[name]
}

function cpuMicros(): number {
  // Since Node 22.19 and 23.9; without it the time is unknown.
  const usage = process.threadCpuUsage?.()
  return usage ? usage.user + usage.system : 0
}

const stackLinesMax = 12

/** An error whose message is already for people. */
class CallError extends Error {}
