import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Throughput } from '../hardware-facts.ts'

const chunkBytes = 1024 * 1024
/** Written in all, and for how long: enough to leave a disk's own cache behind is not worth a user's disk. */
const bytesMax = 64 * 1024 * 1024
const writeMsMax = 500
const syncsMax = 9
const syncMsMax = 500
const smallBytes = 4096

/**
 * Measures a folder's disk with a file of its own, which is gone afterwards: at most 64 MB and about a second. Writing
 * only, for what was just written is read from memory. Rejects where the folder cannot be written.
 */
export async function measureThroughput(folder: string, signal: AbortSignal): Promise<Throughput> {
  const path = join(folder, `throughput.${process.pid}.part`)
  const file = await open(path, 'w', 0o600)
  try {
    const writeBytesPerSecond = await writing(file, signal)
    const syncMs = await syncing(file, signal)
    return { writeBytesPerSecond, syncMs, measuredAt: new Date().toISOString() }
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}

type OpenFile = Awaited<ReturnType<typeof open>>

/** Up to and with what makes it safe. Random, so that no file system makes it smaller. */
async function writing(file: OpenFile, signal: AbortSignal): Promise<number> {
  const chunk = randomBytes(chunkBytes)
  const began = performance.now()
  let written = 0
  while (written < bytesMax && performance.now() - began < writeMsMax) {
    signal.throwIfAborted()
    written += (await file.write(chunk)).bytesWritten
  }
  await file.datasync()
  return Math.round(written / ((performance.now() - began) / 1000))
}

async function syncing(file: OpenFile, signal: AbortSignal): Promise<number> {
  const chunk = randomBytes(smallBytes)
  const began = performance.now()
  const took: number[] = []
  while (took.length < syncsMax && (took.length === 0 || performance.now() - began < syncMsMax)) {
    signal.throwIfAborted()
    const before = performance.now()
    await file.write(chunk, 0, smallBytes, took.length * smallBytes)
    await file.datasync()
    took.push(performance.now() - before)
  }
  took.sort((a, b) => a - b)
  return Math.round(took[Math.floor(took.length / 2)]! * 100) / 100
}
