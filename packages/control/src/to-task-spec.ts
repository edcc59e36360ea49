import { type RequestAmounts, requestAmounts, SoukError, type Task } from '@souk/client'
import { type BlobRef, type FileRef, isTraceparent, limits, specBytes, type TaskSpec, type Work } from '@souk/wire'
import { alternativesOf } from './alternatives-of.ts'
import { checkpointOf } from './checkpoint-of.ts'
import { safePath } from './safe-path.ts'
import { taskTies } from './ties-of.ts'
import { whereOf } from './where-of.ts'

/** What a task gets where its client said nothing. Guesses are marked. */
export const taskDefaults = {
  tenant: 'default',
  priority: 'medium',
  /** no limit on a run's time */
  timeoutMs: 0,
  retries: 0,
  /** vanished bearers before it is quarantined */
  attemptsMax: 3,
  /** a guess: what people read of an output, not data */
  outputBytesMax: 16 * 1024 * 1024,
  durability: 'quorum',
  starts: 'at-least-once',
  /** never */
  expiresMs: 0,
  failIfUnplaceable: false,
  fileMode: 0o644,
} as const

/** The task as the mesh has it, every default filled in. Throws SoukError with a code and the path inside the task. */
export function toTaskSpec(task: Task): TaskSpec {
  const work = workOf(task)
  const request = requestAmounts(task.request)
  const spec: TaskSpec = {
    name: task.name ?? nameOf(task),
    tenant: task.tenant ?? taskDefaults.tenant,
    class: task.class ?? classOf(work, request),
    work,
    request,
    ...alternativesOf(task),
    priority: task.priority ?? taskDefaults.priority,
    labels: task.labels ?? {},
    ...whereOf(task),
    ...taskTies(task),
    inputs: (task.inputs ?? []).map((file, i) => fileOf(file, `/inputs/${i}`)),
    outputs: (task.outputs ?? []).map((path, i) => safePath(path, `/outputs/${i}`)),
    ...(task.expectedMs === undefined ? {} : { expectedMs: task.expectedMs }),
    timeoutMs: task.timeoutMs ?? taskDefaults.timeoutMs,
    retries: task.retries ?? taskDefaults.retries,
    attemptsMax: task.attemptsMax ?? taskDefaults.attemptsMax,
    outputBytesMax: task.outputBytesMax ?? taskDefaults.outputBytesMax,
    durability: task.durability ?? taskDefaults.durability,
    starts: task.starts ?? taskDefaults.starts,
    expiresMs: task.expiresMs ?? taskDefaults.expiresMs,
    ...(task.deadlineMs === undefined ? {} : { deadlineMs: task.deadlineMs }),
    failIfUnplaceable: task.failIfUnplaceable ?? taskDefaults.failIfUnplaceable,
    ...(task.objective === undefined ? {} : { objective: task.objective }),
  }
  if (task.traceparent !== undefined) spec.traceparent = contextOf(task.traceparent)
  if (task.gang) spec.gang = gangOf(task, task.gang)
  if (task.idempotent) spec.idempotent = idempotentOf(task)
  if (task.checkpoint) spec.checkpoint = checkpointOf(task, task.checkpoint)
  refuseOversize(spec)
  return spec
}

function contextOf(traceparent: string): string {
  if (isTraceparent(traceparent)) return traceparent
  const message = `'${traceparent}' is no traceparent; needed is 00-TRACE-SPAN-FLAGS in lower-case hexadecimal, as the W3C writes it`
  throw new SoukError('task-invalid', message, { path: '/traceparent' })
}

function idempotentOf({ starts, gang }: Task): true {
  if (starts !== 'at-most-once' && !gang) return true
  const message = `'idempotent' means a second run, and cannot go with '${gang ? 'gang' : 'starts: at-most-once'}'`
  throw new SoukError('task-contradicts', message, { path: '/idempotent' })
}

function gangOf(task: Task, gang: NonNullable<Task['gang']>): NonNullable<TaskSpec['gang']> {
  // Room is kept for all members at once, of one size and wherever it is.
  for (const key of ['alternatives', 'group', 'near', 'apart'] as const) {
    if (task[key] === undefined) continue
    throw new SoukError('task-contradicts', `'${key}' cannot go with 'gang'`, { path: `/${key}` })
  }
  if (gang.rank < gang.size) return gang
  const message = `rank ${gang.rank} is none of a gang of ${gang.size}; ranks are 0 to ${gang.size - 1}`
  throw new SoukError('task-invalid', message, { path: '/gang/rank' })
}

function workOf(task: Task): Work {
  if ((task.argv === undefined) === (task.function === undefined)) {
    throw new SoukError('task-invalid', "a task needs either 'argv' (a command) or 'function', and not both", {
      path: '',
    })
  }
  if (task.argv) {
    for (const key of ['args', 'module'] as const) {
      if (task[key] !== undefined) {
        throw new SoukError('task-invalid', `'${key}' goes with 'function', not with 'argv'`, { path: `/${key}` })
      }
    }
    if (task.argv[0] === '') throw new SoukError('task-invalid', 'the command is empty', { path: '/argv/0' })
    const stdin = stdinOf(task)
    return { kind: 'process', argv: task.argv, env: task.env ?? {}, ...(stdin === undefined ? {} : { stdin }) }
  }
  for (const key of ['env', 'stdin', 'stdinBase64', 'stdinBlob'] as const) {
    if (task[key] !== undefined) {
      throw new SoukError('task-invalid', `'${key}' goes with 'argv', not with 'function'`, { path: `/${key}` })
    }
  }
  const work = { kind: 'function' as const, name: task.function!, args: argsOf(task.args ?? []) }
  return task.module ? { ...work, module: fileOf(task.module, '/module') } : work
}

function argsOf(args: unknown[]): string {
  let text: string
  try {
    text = JSON.stringify(args)
  } catch (cause) {
    throw new SoukError('task-invalid', 'the arguments are nested too deeply', { path: '/args', cause })
  }
  if (text.length > limits.inlineBytesMax) {
    const message = `the arguments are ${text.length} characters of JSON; at most ${limits.inlineBytesMax} fit: pass large data as 'inputs'`
    throw new SoukError('task-too-large', message, { path: '/args' })
  }
  return text
}

function stdinOf(task: Task): Uint8Array | BlobRef | undefined {
  const given = (['stdin', 'stdinBase64', 'stdinBlob'] as const).filter((key) => task[key] !== undefined)
  if (given.length > 1) {
    throw new SoukError('task-invalid', `only one of ${given.join(', ')} can be given`, { path: `/${given[1]}` })
  }
  if (task.stdinBlob) return task.stdinBlob
  if (task.stdin === undefined && task.stdinBase64 === undefined) return undefined
  if (task.stdinBase64 !== undefined && !/^[A-Za-z0-9+/]*={0,2}$/.test(task.stdinBase64)) {
    throw new SoukError('task-invalid', 'this is no base-64', { path: '/stdinBase64' })
  }
  const bytes =
    task.stdin !== undefined
      ? new TextEncoder().encode(task.stdin)
      : new Uint8Array(Buffer.from(task.stdinBase64!, 'base64'))
  if (bytes.byteLength > limits.inlineBytesMax) {
    const message = `stdin is ${bytes.byteLength} bytes; at most ${limits.inlineBytesMax} travel with a task: put it as a blob and give stdinBlob`
    throw new SoukError('task-too-large', message, { path: `/${given[0]}` })
  }
  return bytes
}

function fileOf(file: { path: string; hash: string; sizeBytes: number; mode?: number }, path: string): FileRef {
  return {
    path: safePath(file.path, `${path}/path`),
    blob: { hash: file.hash, sizeBytes: file.sizeBytes },
    mode: file.mode ?? taskDefaults.fileMode,
  }
}

function nameOf(task: Task): string {
  const text = task.argv ? task.argv.join(' ') : task.function!
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`
}

/** Tasks alike in kind and shape: the program or function, and the request's size in powers of two. */
function classOf(work: Work, request: RequestAmounts): string {
  const what = work.kind === 'process' ? work.argv[0]!.split('/').at(-1)! : work.name
  const cpus = Math.ceil(Math.log2(Math.max(1, request.cpuMilli / 1000)))
  const mebibytes = Math.ceil(Math.log2(Math.max(1, request.memoryBytes / 2 ** 20)))
  const gpus = request.gpu.count === 0 ? '' : `g${request.gpu.count}`
  const size = cpus + mebibytes === 0 && gpus === '' ? '' : `:c${2 ** cpus}m${2 ** mebibytes}${gpus}`
  return `${work.kind}/${what}`.slice(0, limits.nameCharsMax - size.length) + size
}

/** The peer would refuse it too; said here, it costs nobody anything. */
function refuseOversize(spec: TaskSpec): void {
  const size = specBytes(spec)
  if (size <= limits.specBytesMax) return
  const message = `the task is about ${size} bytes; at most ${limits.specBytesMax} travel with a task: put large data in input files`
  throw new SoukError('task-too-large', message, { path: '' })
}
