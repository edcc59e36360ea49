import type { Outcome, OutputChunk } from './api.ts'
import { fromBase64 } from './base64.ts'
import { getBlob, readBlob } from './blobs.ts'
import type { EndpointPool } from './pool.ts'

/** a function's result is fetched into the outcome up to this; over it the reference stays */
const valueBytesMax = 64 * 1024 * 1024

interface Delivered {
  stdout: number
  stderr: number
}

/**
 * Completes an outcome: a large function result is fetched into `value`; output that did not come live is given to
 * `onOutput`. Undefined where nothing needs fetching. What cannot be fetched stays a reference: the outcome stands.
 */
export function finishOutcome(
  pool: EndpointPool,
  outcome: Outcome,
  options: { onOutput?: ((chunk: OutputChunk) => void) | undefined; delivered: Delivered; signal: AbortSignal },
): Promise<Outcome> | undefined {
  const { onOutput, delivered, signal } = options
  if (onOutput) for (const stream of ['stdout', 'stderr'] as const) giveInline(outcome, stream, delivered, onOutput)
  const wantsValue = outcome.valueBlob !== undefined && outcome.valueBlob.sizeBytes <= valueBytesMax
  const missing = (stream: 'stdout' | 'stderr') => {
    const blob = outcome[`${stream}Blob`]
    return onOutput !== undefined && blob !== undefined && blob.sizeBytes > delivered[stream]
  }
  if (!wantsValue && !missing('stdout') && !missing('stderr')) return undefined
  return (async () => {
    if (onOutput && missing('stdout'))
      await giveBlob(pool, outcome, 'stdout', delivered, onOutput, signal).catch(() => {})
    if (onOutput && missing('stderr'))
      await giveBlob(pool, outcome, 'stderr', delivered, onOutput, signal).catch(() => {})
    if (!wantsValue) return outcome
    try {
      const bytes = await getBlob(pool, outcome.valueBlob!.hash, {
        task: outcome.task,
        bytesMax: valueBytesMax,
        signal,
      })
      const { valueBlob: _, ...rest } = outcome
      return { ...rest, value: JSON.parse(new TextDecoder().decode(bytes)) as unknown }
    } catch {
      return outcome
    }
  })()
}

function giveInline(
  outcome: Outcome,
  stream: 'stdout' | 'stderr',
  delivered: Delivered,
  onOutput: (chunk: OutputChunk) => void,
): void {
  const text = outcome[stream]
  const base64 = outcome[`${stream}Base64`]
  const bytes = base64 !== undefined ? fromBase64(base64) : new TextEncoder().encode(text ?? '')
  const offset = delivered[stream]
  if (bytes.byteLength <= offset) return
  delivered[stream] = bytes.byteLength
  onOutput({ task: outcome.task, stream, offset, data: bytes.subarray(offset) })
}

async function giveBlob(
  pool: EndpointPool,
  outcome: Outcome,
  stream: 'stdout' | 'stderr',
  delivered: Delivered,
  onOutput: (chunk: OutputChunk) => void,
  signal: AbortSignal,
): Promise<void> {
  let at = 0
  for await (const chunk of readBlob(pool, outcome[`${stream}Blob`]!.hash, { task: outcome.task, signal })) {
    const skip = Math.max(0, delivered[stream] - at)
    at += chunk.byteLength
    if (skip >= chunk.byteLength) continue
    const data = chunk.subarray(skip)
    const offset = delivered[stream]
    delivered[stream] = at
    onOutput({ task: outcome.task, stream, offset, data })
  }
}
