import type { Handle, SoukClient, SubmitOptions, Task } from './api.ts'
import { apiLimits } from './limits.ts'
import { SoukError } from './souk-error.ts'
import { uniqueId } from './unique-id.ts'

/** See SoukClient.submitGang. */
export function submitGang(
  client: Pick<SoukClient, 'submit'>,
  { key, ...task }: Task,
  size: number,
  options: SubmitOptions,
): Handle[] {
  if (!Number.isInteger(size) || size < 2 || size > apiLimits.gangSizeMax) {
    const message = `a gang of ${size} was asked for; 2 to ${apiLimits.gangSizeMax} tasks can start together`
    throw new SoukError('option-invalid', message)
  }
  const id = key ?? uniqueId()
  const handles = Array.from({ length: size }, (_, rank) =>
    client.submit({ ...task, gang: { id, size, rank } }, options),
  )
  void cancelPart(handles)
  return handles
}

/** Where one of them is refused the others would wait for it in vain, and start without it then. */
async function cancelPart(handles: readonly Handle[]): Promise<void> {
  const ids = await Promise.allSettled(handles.map(({ id }) => id))
  if (ids.every(({ status }) => status === 'fulfilled')) return
  const accepted = handles.filter((_, rank) => ids[rank]!.status === 'fulfilled')
  await Promise.allSettled(accepted.map((handle) => handle.cancel('another task of its gang was refused')))
}
