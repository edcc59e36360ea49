import { type Static, Type } from '@sinclair/typebox'
import { list, strict, text } from './vocabulary.ts'

/** The body of every answer that is not 2xx. */
export const FailureBody = strict({
  code: text(256),
  message: text(),
  /** JSON pointer to the first offending part of the request */
  path: Type.Optional(text()),
  /** all that was found wrong (the first 20), candidates of an ambiguous id, and the like */
  details: Type.Optional(Type.Unknown()),
})
export type FailureBody = Static<typeof FailureBody>

/** `details` of code `request-invalid` */
export const Complaints = list(strict({ path: text(), message: text() }), 20)
export type Complaints = Static<typeof Complaints>
