import { isUtf8 } from 'node:buffer'
import type { Outcome as ApiOutcome } from '@souk/client'
import { type Body, type Outcome, usageOf } from '@souk/wire'

const isoTime = (wallMs: number) => new Date(wallMs).toISOString()

/** An outcome as the API tells it. Output that is not UTF-8 goes as base-64; over 64 KiB as a reference. */
export function fromOutcome(task: string, outcome: Outcome): ApiOutcome {
  const { result } = outcome
  const usage = result && usageOf(result)
  return {
    task,
    kind: outcome.kind,
    code: outcome.code,
    message: outcome.message,
    ...(outcome.host === undefined ? {} : { host: outcome.host }),
    ...(result === undefined ? {} : { exitCode: result.exitCode, ...outputOf(result) }),
    ...functionValue(result?.value),
    files: (result?.files ?? []).map(({ path, blob, mode }) => ({ path, ...blob, mode })),
    droppedBytes: result?.droppedBytes ?? 0,
    runMs: result?.runMs ?? 0,
    ...(usage === undefined ? {} : { usage }),
    attempts: outcome.attempts.map(({ host, code, message }) => ({ host, code, message })),
    endedAt: isoTime(outcome.endedWallMs),
  }
}

function outputOf(result: { stdout: Body; stderr: Body }): Partial<ApiOutcome> {
  const out: Partial<ApiOutcome> = {}
  for (const stream of ['stdout', 'stderr'] as const) {
    const body = result[stream]
    if (!(body instanceof Uint8Array)) out[`${stream}Blob`] = body
    else if (isUtf8(body)) out[stream] = bufferOf(body).toString('utf8')
    else out[`${stream}Base64`] = bufferOf(body).toString('base64')
  }
  return out
}

function functionValue(value: Body | undefined): Partial<ApiOutcome> {
  if (value === undefined) return {}
  if (!(value instanceof Uint8Array)) return { valueBlob: value }
  try {
    return { value: JSON.parse(bufferOf(value).toString('utf8')) as unknown }
  } catch {
    // An executor elsewhere wrote something else: the outcome stands without it.
    return {}
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
