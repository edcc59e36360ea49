import type { FailureBody } from '@souk/client'

/** An answer that is not 2xx. */
export class ApiError extends Error {
  readonly status: number
  readonly body: FailureBody

  constructor(status: number, code: string, message: string, more: { path?: string; details?: unknown } = {}) {
    super(message)
    this.status = status
    this.body = { code, message, ...more }
  }
}

/** Statuses of coded errors that come from below. */
const statuses: Record<string, number> = {
  'blob-missing': 404,
  'blob-too-large': 413,
  'blob-mismatch': 400,
  'disk-full': 507,
}

const fastifyErrors: Record<string, { status: number; code: string; message: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body-too-large',
    message: 'the request body is larger than this route takes; send less at once, and large data as blobs',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'media-type-unsupported',
    message: 'the body has an unknown content-type; needed is application/json (application/octet-stream for a blob)',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    code: 'malformed-json',
    message: 'the content-type says JSON and the body is empty; send {} or leave the content-type out',
  },
}

/** Any thrown thing as an answer; undefined: a bug or a fault of this peer, to be logged and answered with 500. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (!(error instanceof Error)) return undefined
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown }
  if (typeof code === 'string') {
    const known = fastifyErrors[code]
    if (known) return new ApiError(known.status, known.code, known.message)
    const status = statuses[code]
    if (status !== undefined) return new ApiError(status, code, error.message)
  }
  if (statusCode === 400 && (error instanceof SyntaxError || code === 'FST_ERR_CTP_INVALID_JSON_BODY')) {
    return new ApiError(400, 'malformed-json', `the body is no JSON: ${error.message}`)
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ApiError(statusCode, 'request-invalid', error.message)
  }
  return undefined
}
