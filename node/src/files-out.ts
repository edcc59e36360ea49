import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import type { Outcome, SoukClient } from '@souk/client'
import { CliError } from './cli-error.ts'

/** Writes a task's files into `folder`; the paths written. A path that leaves the folder is refused. */
export async function bringBack(client: SoukClient, outcome: Outcome, folder: string): Promise<string[]> {
  const written: string[] = []
  for (const file of outcome.files) {
    const target = resolve(folder, normalize(file.path))
    if (relative(folder, target).startsWith('..')) {
      throw new CliError(
        `task ${outcome.task} came back with the file ${file.path}, which is outside ${folder}; refused`,
      )
    }
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, await client.getBlob(file.hash, { task: outcome.task }), { mode: file.mode })
    written.push(join('.', relative(folder, target)))
  }
  return written
}

/** What a task wrote to one of its streams, whole, wherever it is kept. */
export async function outputOf(client: SoukClient, outcome: Outcome, stream: 'stdout' | 'stderr'): Promise<Uint8Array> {
  const blob = stream === 'stdout' ? outcome.stdoutBlob : outcome.stderrBlob
  if (blob !== undefined) return await client.getBlob(blob.hash, { task: outcome.task })
  const base64 = stream === 'stdout' ? outcome.stdoutBase64 : outcome.stderrBase64
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  return Buffer.from(outcome[stream] ?? '')
}
