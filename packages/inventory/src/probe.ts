import type { HostFiles } from './host-files.ts'
import type { SearchPath } from './search-path.ts'

/** What every way of looking is given. */
export interface Probe {
  /** 'host/NAME' */
  host: string
  files: HostFiles
  wallMs: number
  /** the same, as entries tell it */
  seenAt: string
  /** the data folder, or the nearest one above it that exists */
  folder: string
  /** where programs are */
  path: SearchPath
  signal: AbortSignal
}
