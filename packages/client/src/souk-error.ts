export interface SoukErrorOptions {
  /** HTTP status, where a peer answered */
  status?: number
  /** JSON pointer to the offending part of the request */
  path?: string
  details?: unknown
  cause?: unknown
}

/** Every error of the client. `code` is stable; `message` says what was seen, what was needed and what to do. */
export class SoukError extends Error {
  override name = 'SoukError'
  readonly code: string
  readonly status: number | undefined
  readonly path: string | undefined
  readonly details: unknown

  constructor(code: string, message: string, options: SoukErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status
    this.path = options.path
    this.details = options.details
  }
}

/** Any thrown thing as a SoukError; aborts become code `aborted`. */
export function asSoukError(error: unknown, code = 'internal'): SoukError {
  if (error instanceof SoukError) return error
  if (error instanceof Error && error.name === 'AbortError')
    return new SoukError('aborted', 'stopped by the caller', { cause: error })
  return new SoukError(code, error instanceof Error ? error.message : String(error), { cause: error })
}
