import { type Static, Type } from '@sinclair/typebox'
import { BlobRefBody, HashText, strict, TaskIdText } from './vocabulary.ts'

/** body: the bytes, as application/octet-stream */
export const BlobAnswer = BlobRefBody
export const BlobParams = strict({ hash: HashText })
/** a task that the blob belongs to helps to find it elsewhere */
export const BlobQuery = strict({ task: Type.Optional(TaskIdText) })
export type BlobQuery = Static<typeof BlobQuery>
