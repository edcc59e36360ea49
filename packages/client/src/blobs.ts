import { readAll } from './byte-stream.ts'
import { pathOf, readJson } from './call.ts'
import { apiLimits } from './limits.ts'
import { paths } from './paths.ts'
import type { EndpointPool } from './pool.ts'

/** an upload answers only when all of it is stored: 64 KiB/s at worst */
const uploadMsPerByte = 1 / 64
const uploadMsMin = 60_000
/** a blob may first have to come from another host */
const openMsMax = 60_000

/** Uploads a blob and resolves when the peer has stored it. */
export async function putBlob(
  pool: EndpointPool,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<{ hash: string; sizeBytes: number }> {
  const { result } = await pool.request({
    method: paths.putBlob.method,
    path: paths.putBlob.path,
    body: data,
    signal,
    attemptMsMax: uploadMsMin + data.byteLength * uploadMsPerByte,
    read: readJson<{ hash: string; sizeBytes: number }>,
  })
  return result
}

/** A blob's bytes as they come; rejects on first read with code `blob-missing` where nobody reachable has it. */
export async function* readBlob(
  pool: EndpointPool,
  hash: string,
  options: { task?: string | undefined; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  options.signal.addEventListener('abort', abort, { once: true })
  try {
    const { result } = await pool.request({
      method: paths.getBlob.method,
      path: pathOf('getBlob', { hash }, { task: options.task }),
      signal: controller.signal,
      attemptMsMax: openMsMax,
      read: (response) => response,
    })
    yield* result.body
  } finally {
    options.signal.removeEventListener('abort', abort)
    controller.abort()
  }
}

/** The whole blob; read again elsewhere where the connection breaks half-way. */
export async function getBlob(
  pool: EndpointPool,
  hash: string,
  options: { task?: string | undefined; bytesMax?: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const { result } = await pool.request({
    method: paths.getBlob.method,
    path: pathOf('getBlob', { hash }, { task: options.task }),
    signal: options.signal,
    attemptMsMax: openMsMax,
    read: (response) => readAll(response.body, options.bytesMax ?? apiLimits.blobBytesMax),
  })
  return result
}
