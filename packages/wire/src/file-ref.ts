import { type Static, Type } from '@sinclair/typebox'
import { int, strict, text } from './schema.ts'

/** A content-addressed blob: sha-256 in hex, and its size. */
export const BlobRef = strict({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }), sizeBytes: int() })
export type BlobRef = Static<typeof BlobRef>

/** A file that travels with a task: relative path in the task's folder, its blob, its mode bits. */
export const FileRef = strict({ path: text(4096, 1), blob: BlobRef, mode: int(0o777) })
export type FileRef = Static<typeof FileRef>
