import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GpuGroup, Prng, ResourceRequest, ResourceVector } from '@souk/kernel'
import { NeedsError } from './report.ts'

/** A host of the trace. */
export interface TraceHost {
  name: string
  capacity: ResourceVector
  gpus: GpuGroup[]
}

/** The published trace (Alibaba cluster-trace-gpu-v2023): hosts with GPUs, and lists of tasks by name. */
export interface Openb {
  hosts: TraceHost[]
  gpuMilli: number
  lists: Map<string, ResourceRequest[]>
}

const hostsFile = 'openb_node_list_gpu_node.csv'
const listPattern = /^openb_pod_list_(.+)\.csv$/
const mebibyte = 2 ** 20
/** The trace does not bound how many tasks a host may run. */
const slots = 4_096

/** Reads every list found in DIR, DIR/dev and their folders named openb. Throws NeedsError where something is missing. */
export function readOpenb(data: string | undefined): Openb {
  const needed = `--data DIR, in which (or in DIR/dev, or a folder openb in it) lie ${hostsFile} and openb_pod_list_*.csv`
  if (data === undefined) throw new NeedsError(`placement needs ${needed}`)
  const files = new Map<string, string>()
  for (const folder of [data, join(data, 'openb'), join(data, 'dev'), join(data, 'dev', 'openb')]) {
    for (const file of filesIn(folder)) files.set(file, join(folder, file))
  }
  const hosts = files.get(hostsFile)
  const lists = [...files.keys()].filter((file) => listPattern.test(file)).sort()
  if (hosts === undefined || lists.length === 0) {
    const seen = `${hosts === undefined ? 'no such list of hosts' : 'a list of hosts'} and ${lists.length} lists of tasks`
    throw new NeedsError(`placement needs ${needed}; in ${data} are ${seen}`)
  }
  const trace = rowsOf(hosts).map(hostOf)
  const tasksOf = (file: string): ResourceRequest[] => {
    const tasks = rowsOf(files.get(file)!).map(requestOf)
    // Demand is counted in GPUs: without any it would never be reached.
    if (tasks.some(({ gpu }) => gpu.count * gpu.milli > 0)) return tasks
    throw new NeedsError(`placement needs tasks that ask for GPUs; in ${files.get(file)} none does`)
  }
  return {
    hosts: trace,
    gpuMilli: trace.reduce((sum, { capacity }) => sum + 1000 * capacity.gpuMilli.length, 0),
    lists: new Map(lists.map((file) => [listPattern.exec(file)![1]!, tasksOf(file)])),
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The files quote nothing and have no commas in values. */
function rowsOf(file: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => {
    const values = line.split(',')
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']))
  })
}

function amount(row: Record<string, string>, name: string): number {
  const value = Number(row[name])
  if (row[name] === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new NeedsError(`placement needs a whole number in column ${name} of the trace; there is '${row[name]}'`)
  }
  return value
}

function hostOf(row: Record<string, string>): TraceHost {
  const count = amount(row, 'gpu')
  return {
    name: row.sn ?? '',
    capacity: {
      cpuMilli: amount(row, 'cpu_milli'),
      memoryBytes: amount(row, 'memory_mib') * mebibyte,
      diskBytes: 0,
      networkMbps: 0,
      slots,
      gpuMilli: new Array<number>(count).fill(1000),
      custom: {},
    },
    gpus: count === 0 || !row.model ? [] : [{ model: row.model, memoryBytes: 0, count }],
  }
}

function requestOf(row: Record<string, string>): ResourceRequest {
  const count = amount(row, 'num_gpu')
  const models = [...new Set((row.gpu_spec ?? '').split('|').filter((model) => model !== ''))].sort()
  return {
    cpuMilli: amount(row, 'cpu_milli'),
    memoryBytes: amount(row, 'memory_mib') * mebibyte,
    diskBytes: 0,
    networkMbps: 0,
    slots: 1,
    gpu: {
      count,
      milli: count === 0 ? 0 : amount(row, 'gpu_milli'),
      ...(count > 0 && models.length > 0 ? { models } : {}),
    },
    custom: {},
  }
}

/**
 * The published workload: copies of tasks drawn uniformly are added (or tasks left out) until what is asked of GPUs is
 * `share` of what there is; then all are shuffled. They come in that order, and none ends.
 */
export function arrivalsOf(
  list: readonly ResourceRequest[],
  gpuMilli: number,
  share: number,
  prng: Prng,
): ResourceRequest[] {
  const demand = ({ gpu }: ResourceRequest): number => gpu.count * gpu.milli
  const wanted = gpuMilli * share
  const tasks = prng.sample(list, list.length)
  let sum = tasks.reduce((total, task) => total + demand(task), 0)
  while (sum > wanted) sum -= demand(tasks.pop()!)
  while (sum < wanted) {
    const task = prng.pick(list)
    tasks.push(task)
    sum += demand(task)
  }
  return prng.sample(tasks, tasks.length)
}
