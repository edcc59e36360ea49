import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { filesBelow, readSeries } from '../forecast/files.ts'

/** How many tasks a second are asked for, as it was measured. */
export interface Demand {
  name: string
  stepMs: number
  /** a second, one number a step */
  rates: number[]
}

export interface PrescaleFiles {
  demand: string[]
  /** how long tasks ran; the first of such a file counts for all demand */
  durations: string[]
}

const secondMs = 1000
const foldersDeep = 3

/** Below DIR, in order of their names: requests per second, qps, and how long pure inference took. */
export function findDemand(dir: string): PrescaleFiles {
  const files = filesBelow(dir, foldersDeep).sort()
  return {
    demand: files.filter((file) => /workload.*\.txt\.gz$|^qps.*\.tar\.gz$/.test(basename(file))),
    durations: files.filter((file) => /^model_predict.*\.tar\.gz$/.test(basename(file))),
  }
}

/** A gap keeps the rate before it. */
export function readDemand(file: string): Demand[] {
  if (!file.endsWith('.tar.gz')) {
    const rates = gunzipSync(readFileSync(file)).toString('latin1').trim().split(/\s+/).map(Number)
    return [{ name: basename(file, '.txt.gz'), stepMs: secondMs, rates }]
  }
  return readSeries(file).map(({ name, bucketMs, values }) => {
    let last = 0
    const rates = values.map((value) => {
      last = value ?? last
      return last
    })
    return { name, stepMs: bucketMs, rates }
  })
}

/** In milliseconds, from a tar of one table `timestamp_anon,value,container_ip`. */
export function readDurations(file: string): number[] {
  const tar = gunzipSync(readFileSync(file))
  const bytes = Number.parseInt(tar.subarray(124, 136).toString('latin1'), 8)
  const [head = '', ...rows] = tar
    .subarray(512, 512 + bytes)
    .toString('latin1')
    .trim()
    .split(/\r?\n/)
  const column = head.split(',').indexOf('value')
  return rows.map((row) => Number(row.split(',')[column])).filter((ms) => ms > 0 && Number.isFinite(ms))
}
