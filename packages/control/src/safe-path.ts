import { SoukError } from '@souk/client'

/** Paths are inside the task's own folder; the executor checks again where it writes. */
export function safePath(text: string, path: string): string {
  if (text.startsWith('/') || text.includes('\0') || text.split('/').includes('..')) {
    throw new SoukError('path-unsafe', `'${text}' leaves the task's folder; needed is a relative path without '..'`, {
      path,
    })
  }
  return text
}
