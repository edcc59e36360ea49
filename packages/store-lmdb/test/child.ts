import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export type Child = ChildProcessByStdio<null, Readable, Readable>

export function startWriter(folder: string): Child {
  const path = fileURLToPath(new URL('./children/writer.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Kills it when it has acknowledged `count` writes; returns everything that it acknowledged until then. */
export async function killAfter(child: Child, count: number): Promise<number[]> {
  const acknowledged: number[] = []
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let errors = ''
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line))
    if (acknowledged.length === count) child.kill('SIGKILL')
  }
  await closed
  if (acknowledged.length < count) throw new Error(`the writer ended early: ${errors}`)
  return acknowledged
}
