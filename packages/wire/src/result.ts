import type { FaultCode } from './precheck.ts'

export type DecodeCode = FaultCode | 'bad-version' | 'too-many-messages' | 'unknown-message' | 'invalid-message'

/** What came out of bytes from elsewhere. `detail` is for people and logs, at most a line. */
export type DecodeResult<T> = { ok: true; value: T } | { ok: false; code: DecodeCode; detail: string }
