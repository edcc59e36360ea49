import { type After, apiLimits, type FileInput, type Request, type Task } from '@souk/client'
import { isTraceparent, objectives, priorities } from '@souk/wire'
import type { Command } from 'commander'
import { parseBytes, parseChoice, parseCount, parseDurationMs, parseMilli, parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'
import type { Context } from './context.ts'
import { type GpuOptions, gpuOf } from './gpu-options.ts'
import { parseAlternatives } from './or-option.ts'
import { addTieOptions, type TieOptions, tiesOf } from './tie-options.ts'

/** The options that describe a task, shared by run, submit and map. */
export interface TaskOptions extends TieOptions, GpuOptions {
  function?: string
  module?: string
  in?: string[]
  out?: string[]
  cpu?: string
  mem?: string
  disk?: string
  need?: string[]
  or?: string[]
  timeout?: string
  expect?: string
  env?: string[]
  priority?: string
  label?: string[]
  where?: string
  retries?: string
  durability?: string
  starts?: string
  checkpoint?: string
  grace?: string
  idempotent?: boolean
  after?: string[]
  afterAny?: string[]
  expires?: string
  deadline?: string
  name?: string
  class?: string
  objective?: string
  tenant?: string
  key?: string
  outputMax?: string
  /** commander's form of --no-queue */
  queue: boolean
}

const durabilities = ['quorum', 'local', 'none'] as const
const startKinds = ['at-least-once', 'at-most-once'] as const

export function addTaskOptions(command: Command): Command {
  command
    .option('--in <path>', 'file or folder to carry along (repeatable)', collect)
    .option('--out <path>', "file, folder or glob to bring back from the task's folder (repeatable)", collect)
    .option('--cpu <n>', 'CPUs: 2, 0.5 or 500m (default 1)')
    .option('--mem <size>', 'memory: 512M or 8G')
    .option('--disk <size>', 'disk space: 10G')
    .option('--gpu <n>', 'GPUs: 1, or a share such as 0.25')
    .option('--gpu-model <names>', 'GPUs of these models only: A100,H100 (repeatable; case is of no account)', collect)
    .option('--gpu-memory <size>', 'each GPU has at least so much: 20G')
    .option('--need <name=n>', 'units of a resource that hosts declare (repeatable)', collect)
    .option('--or <amounts>', 'this will do instead: cpu=16,mem=8G (repeatable, in order of preference)', collect)
    .option('--timeout <time>', 'end the task after 30s, 5m, 2h')
    .option('--expect <time>', 'about how long it runs, such as 30s: used until its class is known')
    .option('--env <name=value>', 'environment variable (repeatable)', collect)
    .option('--label <name=value>', 'only hosts with this label (repeatable)', collect)
    .option('--where <expr>', "only hosts that meet it: 'zone in (a, b) && cores >= 8 && !spot'")
  return addTieOptions(command)
    .option('--priority <p>', priorities.join(', '))
    .option('--retries <n>', 'run again after a failure, at most n times (default 0)')
    .option('--expires <time>', 'end it, wherever it is, when it has no outcome after 10m, 2h, 1d (default never)')
    .option(
      '--deadline <time>',
      'wanted within 10m, 2h: earliest first among tasks of its priority; nothing ends it then',
    )
    .option('--durability <d>', 'accepted once it is on: quorum, most of its custodians (default); local; none')
    .option('--starts <s>', 'at-most-once: lost, not run again, when its host vanishes (default at-least-once)')
    .option(
      '--checkpoint <file>',
      'on drain or lack of memory it gets SIGTERM, writes this file in its folder, goes on elsewhere with it',
    )
    .option('--grace <time>', 'how long it may take to write its checkpoint (default 10s)')
    .option('--idempotent', 'two runs at once do no harm: one that lags may be raced by a second (souk up --speculate)')
    .option('--after <id,…>', 'only once these tasks have succeeded; ids may be shortened (repeatable)', collect)
    .option('--after-any <id,…>', 'only once these have ended, in whatever way (repeatable)', collect)
    .option('--name <text>', 'a name for people')
    .option('--class <text>', 'what tasks it is alike to (default: by command)')
    .option('--objective <o>', `what its host is chosen for: ${objectives.join(', ')} (default: by class)`)
    .option('--tenant <text>', 'on whose account')
    .option('--output-max <size>', 'keep at most this much output')
    .option('--no-queue', 'fail at once when no host can ever take it')
    .option('--function <name>', 'call a function instead of a command; the arguments are JSON or text')
    .option('--module <file>', 'JavaScript module that exports the function and travels along')
}

/** For commands that submit one task. */
export function addKey(command: Command): Command {
  return command.option('--key <key>', 'idempotency key: the same key (and tenant) is the same task, at whatever peer')
}

/** The task of the options, without files; every problem names its flag. A trace that this program is part of goes on in it. */
export function taskOf(options: TaskOptions, words: readonly string[], env: Context['env'] = {}): Task {
  const task: Task = options.function === undefined ? { argv: [...words] } : functionTask(options.function, words)
  if (options.function === undefined && words.length === 0) {
    throw usageError('no command to run was given', 'put it at the end: -- echo hello')
  }
  if (options.module !== undefined && options.function === undefined) {
    throw usageError('--module needs --function NAME: which of its exports to call')
  }
  const request = requestOf(options)
  if (Object.keys(request).length > 0) task.request = request
  if (options.or) task.alternatives = parseAlternatives(options.or)
  if (options.env) task.env = parsePairs('--env', options.env, false)
  if (options.label) task.labels = parsePairs('--label', options.label, false)
  if (options.where !== undefined) task.where = options.where
  Object.assign(task, tiesOf(options))
  if (options.priority !== undefined) task.priority = parseChoice('--priority', options.priority, priorities)
  if (options.timeout !== undefined) task.timeoutMs = parseDurationMs('--timeout', options.timeout)
  if (options.expect !== undefined) task.expectedMs = Math.max(1, parseDurationMs('--expect', options.expect))
  if (options.retries !== undefined) task.retries = parseCount('--retries', options.retries, 0, 1000)
  if (options.durability !== undefined) task.durability = parseChoice('--durability', options.durability, durabilities)
  if (options.starts !== undefined) task.starts = parseChoice('--starts', options.starts, startKinds)
  const checkpoint = checkpointOf(options)
  if (checkpoint) task.checkpoint = checkpoint
  if (options.idempotent) task.idempotent = true
  const after = [
    ...afterOf('--after', options.after, 'succeeded'),
    ...afterOf('--after-any', options.afterAny, 'ended'),
  ]
  if (after.length > 0) task.after = after
  if (options.expires !== undefined) task.expiresMs = parseDurationMs('--expires', options.expires)
  if (options.deadline !== undefined) task.deadlineMs = deadlineOf(options.deadline)
  if (options.outputMax !== undefined) task.outputBytesMax = parseBytes('--output-max', options.outputMax)
  if (options.name !== undefined) task.name = options.name
  if (options.class !== undefined) task.class = options.class
  if (options.objective !== undefined) task.objective = parseChoice('--objective', options.objective, objectives)
  if (options.tenant !== undefined) task.tenant = options.tenant
  if (options.key !== undefined) task.key = keyOf(options.key)
  if (!options.queue) task.failIfUnplaceable = true
  const { TRACEPARENT: traceparent } = env
  if (traceparent !== undefined && isTraceparent(traceparent)) task.traceparent = traceparent
  return task
}

function checkpointOf({ checkpoint, grace }: TaskOptions): Task['checkpoint'] {
  if (checkpoint === undefined) {
    if (grace === undefined) return undefined
    throw usageError('--grace needs --checkpoint FILE: what is written within it')
  }
  const graceMs = grace === undefined ? undefined : parseDurationMs('--grace', grace)
  if (graceMs === undefined) return { path: checkpoint }
  if (graceMs >= 1 && graceMs <= apiLimits.checkpointGraceMsMax) return { path: checkpoint, graceMs }
  throw usageError(`--grace: '${grace}' is not between 1ms and ${apiLimits.checkpointGraceMsMax / 60_000}m`)
}

function deadlineOf(text: string): number {
  const ms = parseDurationMs('--deadline', text)
  if (ms < 1) throw usageError(`--deadline: '${text}' is no time to come; write it like 30s, 10m or 2h`)
  return ms
}

/** Ids separated by commas. */
function afterOf(flag: string, given: readonly string[] = [], on: 'succeeded' | 'ended'): After[] {
  const ids = given.flatMap((text) => text.split(','))
  if (ids.includes('')) throw usageError(`${flag}: an id is missing`, `souk submit ${flag} last -- make test`)
  return ids.map((task) => (on === 'succeeded' ? task : { task, on }))
}

function keyOf(text: string): string {
  if (text !== '' && text.length <= apiLimits.nameCharsMax) return text
  throw usageError(`--key: it has ${text.length} characters; 1 to ${apiLimits.nameCharsMax} are needed`)
}

function requestOf(options: TaskOptions): Request {
  const request: Request = {}
  if (options.cpu !== undefined) request.cpu = parseMilli('--cpu', options.cpu) / 1000
  if (options.mem !== undefined) request.memory = parseBytes('--mem', options.mem)
  if (options.disk !== undefined) request.disk = parseBytes('--disk', options.disk)
  const gpu = gpuOf(options)
  if (gpu !== undefined) request.gpu = gpu
  if (options.need !== undefined) {
    const pairs = Object.entries(parsePairs('--need', options.need, true))
    request.custom = Object.fromEntries(pairs.map(([name, n]) => [name, parseCount('--need', n, 1, 2 ** 31)]))
  }
  return request
}

function functionTask(name: string, words: readonly string[]): Task {
  return { function: name, args: words.map(argumentOf) }
}

/** An argument of a function: JSON where it is, else text. */
function argumentOf(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    return word
  }
}

/** The task with the files that travel with it. */
export function withFiles(task: Task, inputs: FileInput[], outputs: string[], module: FileInput | undefined): Task {
  return {
    ...task,
    ...(inputs.length > 0 ? { inputs } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
    ...(module === undefined ? {} : { module }),
  }
}
