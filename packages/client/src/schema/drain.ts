import { type Static, Type } from '@sinclair/typebox'
import type { DrainProgress } from '../drain.ts'
import { choice, int, strict } from './vocabulary.ts'

export const DrainBody = strict({ deadlineMs: Type.Optional(int(2 ** 40)), leaving: Type.Optional(Type.Boolean()) })
export type DrainBody = Static<typeof DrainBody>

export const DrainAnswer = Type.Unsafe<DrainProgress>(
  strict({
    state: choice('off', 'draining', 'drained'),
    forMs: int(),
    leftMs: Type.Optional(int()),
    waiting: int(),
    running: int(),
    runningOnce: int(),
    passing: int(),
    held: int(),
    handedOver: int(),
    stopped: int(),
    moved: int(),
  }),
)
