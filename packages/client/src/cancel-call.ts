import type { CancelAnswer } from './api.ts'
import { call } from './call.ts'
import type { EndpointPool } from './pool.ts'
import type { BodyOf, Routes } from './routes.ts'
import { SoukError } from './souk-error.ts'

/** Cancels a task; that nobody knows it, or can be asked, is an answer here. */
export async function cancelTask(
  pool: EndpointPool,
  id: string,
  body: BodyOf<Routes['cancel']>,
  signal: AbortSignal,
): Promise<CancelAnswer> {
  try {
    return (await call(pool, 'cancel', { params: { id }, body }, signal)).answer
  } catch (error) {
    if (error instanceof SoukError && error.code === 'task-unknown') return 'unknown'
    if (error instanceof SoukError && error.code === 'task-unreachable') return 'unreachable'
    throw error
  }
}
