import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { countsOf, onGrid, type Sample, type Series, summed } from './series.ts'

/** Files that the bench reads, by what they are called or how they begin; others are passed over. */
export interface Found {
  hourly: string[]
  rolling: string[]
}

const foldersDeep = 3
const headBytes = 200
const secondMs = 1000
/** requests are counted in so long buckets */
const webBucketSeconds = 60
const requestBucketMs = 10 * secondMs
const usageBucketMs = 300 * secondMs
const dayMs = 86_400 * secondMs

/** Below DIR, in order of their names. */
export function findFiles(dir: string): Found {
  const files = filesBelow(dir, foldersDeep).sort()
  return {
    hourly: files.filter((file) => /Hourly-train\.csv$/.test(file)),
    rolling: files.filter((file) => readerOf(file) !== undefined),
  }
}

/** The series of a file that `findFiles` found. */
export function readSeries(file: string): Series[] {
  return readerOf(file)?.(file) ?? []
}

/** The series of an M4 file: an id, then values; the rest of a row is empty. */
export function readHourly(file: string): number[][] {
  const rows = linesOf(readFileSync(file, 'utf8')).slice(1)
  return rows.map((row) => {
    const cells = row.split(',').slice(1)
    return cells.flatMap((cell) => {
      const text = cell.replaceAll('"', '').trim()
      return text === '' || text === 'NA' ? [] : Number(text)
    })
  })
}

/** All of them, so many folders deep; none where there is no such folder. */
export function filesBelow(dir: string, deep: number): string[] {
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const path = join(dir, name)
    if (!statSync(path).isDirectory()) return [path]
    return deep > 0 ? filesBelow(path, deep - 1) : []
  })
}

type Reader = (file: string) => Series[]

function readerOf(file: string): Reader | undefined {
  const name = basename(file)
  if (/workload.*\.txt\.gz$/.test(name)) return readRequestsPerSecond
  if (/^(qps|queue_size|pod_gpu_duty).*\.tar\.gz$/.test(name)) return readMetric
  if (!/\.csv$/.test(name)) return undefined
  if (/usage.*grouped_300_seconds/.test(name)) return readUsage
  const head = readFileSync(file).subarray(0, headBytes).toString('utf8')
  if (/^timestamp,value\r?\n/.test(head)) return readStamped
  if (/^TIMESTAMP,ContextTokens/.test(head)) return readRequests
  if (/^"?ds"?,"?y"?\r?\n/.test(head)) return readDaily
  return undefined
}

const linesOf = (text: string): string[] => text.trim().split(/\r?\n/)
const rowsOf = (text: string): string[][] => linesOf(text).map((line) => line.split(','))
const stem = (file: string): string => basename(file).replace(/\.(csv|txt\.gz|tar\.gz)$/, '')

/** NAB. What is counted is told by the name: the values of others can be whole as well. */
function readStamped(file: string): Series[] {
  const samples = rowsOf(readFileSync(file, 'utf8'))
    .slice(1)
    .map(([at, value]): Sample => [Date.parse(`${at!.replace(' ', 'T')}Z`), Number(value)])
  const counts = /volume|count|requests/i.test(basename(file)) && samples.every(([, value]) => Number.isInteger(value))
  return [onGrid(stem(file), samples, counts)]
}

function readRequests(file: string): Series[] {
  const times = rowsOf(readFileSync(file, 'utf8'))
    .slice(1)
    .map(([at]) => Date.parse(`${at!.slice(0, 23).replace(' ', 'T')}Z`))
  return [countsOf(`${stem(file)} 10 s`, times, requestBucketMs)]
}

function readRequestsPerSecond(file: string): Series[] {
  const perSecond = gunzipSync(readFileSync(file)).toString('latin1').trim().split(/\s+/).map(Number)
  const values = summed(perSecond, webBucketSeconds)
  return [{ name: `${stem(file)} 60 s`, bucketMs: webBucketSeconds * secondMs, counts: true, values }]
}

/** Cluster means, one column each; those without any value are left out. */
function readUsage(file: string): Series[] {
  const [head = [], ...rows] = rowsOf(readFileSync(file, 'utf8'))
  return head.map((column, i) => {
    const values = rows.map((row) => (row[i] === '' || row[i] === undefined ? undefined : Number(row[i])))
    return { name: `${stem(file)} ${column}`, bucketMs: usageBucketMs, counts: false, values }
  })
}

function readDaily(file: string): Series[] {
  const samples = rowsOf(readFileSync(file, 'utf8').replaceAll('"', ''))
    .slice(1)
    .map(([day, value]): Sample => [Date.parse(day!), Number(value)])
  return [{ ...onGrid(stem(file), samples, false), bucketMs: dayMs }]
}

/** A tar of one table `timestamp_anon,value,container_ip[,request_type]`: the sum over containers, by request type. */
function readMetric(file: string): Series[] {
  const tar = gunzipSync(readFileSync(file))
  const bytes = Number.parseInt(tar.subarray(124, 136).toString('latin1'), 8)
  const [head = [], ...rows] = rowsOf(tar.subarray(512, 512 + bytes).toString('utf8'))
  const [at, value, type] = ['timestamp_anon', 'value', 'request_type'].map((name) => head.indexOf(name))
  const sums = new Map<string, Map<number, number>>()
  for (const row of rows) {
    const kind = type === -1 ? '' : ` ${row[type!]}`
    const byTime = sums.get(kind) ?? new Map<number, number>()
    const ms = Number(row[at!]) * secondMs
    byTime.set(ms, (byTime.get(ms) ?? 0) + Number(row[value!]))
    sums.set(kind, byTime)
  }
  return [...sums].map(([kind, byTime]) =>
    onGrid(
      `${stem(file)}${kind}`,
      [...byTime].sort(([a], [b]) => a - b),
      false,
    ),
  )
}
