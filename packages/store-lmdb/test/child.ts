import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export type Child = ChildProcessByStdio<null, Readable, Readable>

const writer = fileURLToPath(new URL('./children/writer.ts', import.meta.url))

export function startWriter(folder: string): Child {
  return start(process.execPath, ['--disable-warning=ExperimentalWarning', writer, folder])
}

/** The same as the child of a process that never asks for its end: killed, it stays a zombie until the test is over. */
export function startUncollectedWriter(folder: string): Child {
  const script = '"$0" --disable-warning=ExperimentalWarning "$1" "$2" & exec sleep 600 >&- 2>&-'
  return start('sh', ['-c', script, process.execPath, writer, folder])
}

function start(program: string, words: string[]): Child {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
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
